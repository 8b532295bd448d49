// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import io.kleaner.core.compact.PartitionSurvey;
import io.kleaner.core.compare.DiffReport;
import io.kleaner.core.compare.Difference;
import io.kleaner.core.compare.LogDiff;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.io.IoProblem;
import io.kleaner.core.logdir.LogDir;
import io.kleaner.core.logdir.LogDirReader;
import io.kleaner.core.logdir.PartitionLog;
import io.kleaner.core.logdir.UnusableDirectoryException;
import io.kleaner.core.record.BoundExceededException;
import io.kleaner.core.record.CorruptBatchException;
import io.kleaner.core.segment.Segment;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Compares what two directories say to a reader. */
@Command(
    name = "diff",
    mixinStandardHelpOptions = true,
    versionProvider = KleanerCommand.Version.class,
    description = {
      "Whether two partitions, or the partitions of two log directories, say the same to a reader:"
          + " the last committed value, timestamp and headers of every key (a tombstone is as good"
          + " as no record), records without a key, data of open transactions, the log end, and"
          + " producers' last sequences. Read-only.",
      "Exit code 1 if they differ. A partition that cannot be read does not keep the others from"
          + " being compared."
    },
    footerHeading = "%nExamples:%n",
    footer = "  kleaner diff /backup/orders-0 /var/kafka/data/orders-0")
final class DiffCommand implements Callable<Integer> {

  private final Terminal terminal;
  private final Interrupts interrupts;
  private final FileSystem fileSystem;

  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "A", description = "A partition or log directory.")
  private Path left;

  @Parameters(index = "1", paramLabel = "B", description = "Another.")
  private Path right;

  @Option(
      names = "--memory",
      paramLabel = "SIZE",
      defaultValue = "128m",
      converter = Sizes.class,
      description =
          "Memory for comparing; the rest goes to disk. Default: ${DEFAULT-VALUE};"
              + " at least 1m.")
  private long memory;

  @Option(
      names = "--max-record-bytes",
      paramLabel = "SIZE",
      defaultValue = "64m",
      converter = RecordBytes.class,
      description = "The largest record that may be in memory. Default: ${DEFAULT-VALUE}.")
  private int maxRecordBytes;

  @Option(
      names = "--spill-dir",
      paramLabel = "DIR",
      description = "Where digests are kept meanwhile. Default: the system's temporary directory.")
  private Path spillDir = SpillDir.ofSystem();

  @Option(names = "--json", description = "Print one JSON document; its fields are stable.")
  private boolean json;

  DiffCommand(Terminal terminal, Interrupts interrupts, FileSystem fileSystem) {
    this.fileSystem = fileSystem;
    this.terminal = terminal;
    this.interrupts = interrupts;
  }

  @Override
  public Integer call() throws IOException {
    if (memory < 1 << 20) {
      throw new ParameterException(spec.commandLine(), "--memory is at least 1m");
    }
    SpillDir.requireDirectory(fileSystem, spillDir, spec);
    requireTwo();
    Map<String, Side> a = new TreeMap<>();
    Map<String, Side> b = new TreeMap<>();
    EachDirectory directories = new EachDirectory(fileSystem, terminal, spec);
    // Both are looked at, so that what is wrong with either is said.
    ExitCode exit =
        directories
            .run(List.of(left), dir -> sides(dir, a))
            .worse(directories.run(List.of(right), dir -> sides(dir, b)));
    List<Map<String, Object>> partitions = new ArrayList<>();
    if (exit == ExitCode.DONE) {
      exit = compareAll(a, a.size() == 1 && b.size() == 1 ? renamed(a, b) : b, partitions);
    }
    if (json) {
      Map<String, Object> document = new LinkedHashMap<>();
      document.put("same", exit == ExitCode.DONE);
      document.put("partitions", partitions);
      document.put("unusable", directories.unusable());
      terminal.println(Json.text(document));
    }
    return exit.number();
  }

  /** Two lone partitions are compared whatever each is called. */
  private static Map<String, Side> renamed(Map<String, Side> a, Map<String, Side> b) {
    return Map.of(a.keySet().iterator().next(), b.values().iterator().next());
  }

  private ExitCode compareAll(
      Map<String, Side> a, Map<String, Side> b, List<Map<String, Object>> partitions)
      throws IOException {
    TreeSet<String> names = new TreeSet<>(a.keySet());
    names.addAll(b.keySet());
    ExitCode exit = ExitCode.DONE;
    try (SpillDir spill = SpillDir.take(fileSystem, spillDir, terminal)) {
      int number = 0;
      for (String name : names) {
        Turn turn = new Turn(name, ++number, names.size());
        exit = exit.worse(entry(turn, a.get(name), b.get(name), spill, partitions));
      }
    }
    return exit;
  }

  /** A directory is always the same as itself: that proves nothing, and is no one's question. */
  private void requireTwo() throws IOException {
    try {
      if (fileSystem.realPath(left).equals(fileSystem.realPath(right))) {
        throw new ParameterException(
            spec.commandLine(), "A and B are one directory, " + fileSystem.realPath(left));
      }
    } catch (IOException e) {
      // Told when it is read.
    }
  }

  /**
   * A partition's place among those that are compared.
   *
   * @param number from 1
   * @param of how many there are
   */
  private record Turn(String name, int number, int of) {}

  /** A partition of one of the two directories, not read yet. */
  private record Side(PartitionSurvey survey, Path dir) {

    PartitionLog read(FileSystem fileSystem) throws IOException {
      PendingSwap.refuse(fileSystem, dir);
      return survey.read(dir);
    }
  }

  private ExitCode sides(Path dir, Map<String, Side> sides) throws IOException {
    LogDir logDir = new LogDirReader(fileSystem).read(dir);
    PartitionSurvey survey = new PartitionSurvey(fileSystem, logDir);
    for (Path partition : logDir.partitions()) {
      sides.put(partition.getFileName().toString(), new Side(survey, partition));
    }
    if (sides.isEmpty()) {
      throw new UnusableDirectoryException(
          dir + " holds no partition: there is nothing to compare.",
          "Name a partition's directory, or a log directory that holds some.");
    }
    return ExitCode.DONE;
  }

  /** Compares one partition; that it cannot be read is told of it alone. */
  private ExitCode entry(
      Turn turn, Side a, Side b, SpillDir spill, List<Map<String, Object>> partitions) {
    String name = turn.name();
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("partition", name);
    partitions.add(entry);
    try {
      return compare(turn, a, b, spill, entry) ? ExitCode.DONE : ExitCode.FINDINGS;
    } catch (UnusableDirectoryException e) {
      return unread(name, e.getMessage(), e.nextStep(), entry, ExitCode.REFUSED);
    } catch (CorruptBatchException e) {
      return unread(
          name, e.getMessage(), "Run 'kleaner check --level 3'.", entry, ExitCode.FINDINGS);
    } catch (BoundExceededException e) {
      return unread(
          name,
          e.getMessage(),
          "Run again with a --max-record-bytes of at least " + e.askedBytes() + ".",
          entry,
          ExitCode.FINDINGS);
    } catch (IOException e) {
      IoProblem problem = IoProblem.of(e);
      return unread(name, problem.text(), problem.nextStep(), entry, ExitCode.FINDINGS);
    }
  }

  private ExitCode unread(
      String name, String reason, String nextStep, Map<String, Object> entry, ExitCode exit) {
    entry.put("same", false);
    entry.put("reason", reason);
    entry.put("nextStep", nextStep);
    terminal.problem("kleaner: " + name + " cannot be compared: " + reason);
    terminal.problem("  " + nextStep);
    return exit;
  }

  private boolean compare(
      Turn turn, Side sideA, Side sideB, SpillDir spill, Map<String, Object> entry)
      throws IOException {
    String name = turn.name();
    if (sideA == null || sideB == null) {
      Path only = sideA == null ? right : left;
      entry.put("same", false);
      entry.put("onlyIn", only.toString());
      line(name + ": only in " + only);
      return false;
    }
    PartitionLog a = sideA.read(fileSystem);
    PartitionLog b = sideB.read(fileSystem);
    DiffReport report = compare(turn, a, b, spill);
    entry.put("same", report.isSame());
    entry.put("differences", report.total());
    entry.put("keysLeft", report.keysLeft());
    entry.put("keysRight", report.keysRight());
    entry.put("shown", report.differences().stream().map(DiffCommand::fields).toList());
    if (report.isSame()) {
      line(name + ": same, " + report.keysLeft() + " live keys");
    } else {
      line(name + ": " + report.total() + " differences");
      report.differences().forEach(difference -> line("  " + difference.text()));
    }
    return report.isSame();
  }

  private DiffReport compare(Turn turn, PartitionLog a, PartitionLog b, SpillDir spill)
      throws IOException {
    LogDiff diff =
        new LogDiff(
            fileSystem, spill.place().orElseThrow(), memory, maxRecordBytes, interrupts.token());
    Progress progress = new Progress(terminal);
    progress.begin(
        turn.name(), "comparing", turn.number(), turn.of(), () -> logBytes(a) + logBytes(b));
    try {
      return diff.compare(a, b, progress::read);
    } finally {
      progress.end();
    }
  }

  private static long logBytes(PartitionLog log) {
    return log.segments().stream().mapToLong(Segment::logBytes).sum();
  }

  private static Map<String, Object> fields(Difference difference) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("kind", difference.kind().name().toLowerCase(Locale.ROOT).replace('_', '-'));
    fields.put("left", difference.left());
    fields.put("right", difference.right());
    return fields;
  }

  private void line(String text) {
    if (!json) {
      terminal.println(text);
    }
  }
}
