// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import io.kleaner.core.compact.LogDirSession;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.io.IoProblem;
import io.kleaner.core.keymap.SpillOwner;
import io.kleaner.core.logdir.LogDir;
import io.kleaner.core.logdir.LogDirReader;
import io.kleaner.core.swap.RecoveryPlan;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Finishes or undoes interrupted cleans. */
@Command(
    name = "recover",
    mixinStandardHelpOptions = true,
    versionProvider = KleanerCommand.Version.class,
    description =
        "Finishes or undoes a clean that was interrupted, ours or a broker's, and says which. A"
            + " directory without one is left as it is.",
    footerHeading = "%nExamples:%n",
    footer = "  kleaner recover /var/kafka/data/orders-0")
final class RecoverCommand implements Callable<Integer> {

  /** A recovery that did not come to its end is taken up where it stopped. */
  private static final String THEN_AGAIN = "Then run 'kleaner recover' again.";

  private final Terminal terminal;
  private final Interrupts interrupts;
  private final FileSystem fileSystem;

  @Spec private CommandSpec spec;

  @Parameters(
      arity = "1..*",
      paramLabel = "DIR",
      description = "A log directory, or one partition's directory.")
  private List<Path> dirs = List.of();

  @Option(
      names = "--after-crash",
      description =
          "Work on the directory of a broker that did not stop cleanly and is known to be gone.")
  private boolean afterCrash;

  @Option(
      names = "--spill-dir",
      paramLabel = "DIR",
      description =
          "Also remove the spill files that killed runs have left in this directory; those of"
              + " running ones stay."
              + " Default: only those in partition directories are.")
  private Path spillDir;

  @Option(names = "--json", description = "Print one JSON document; its fields are stable.")
  private boolean json;

  RecoverCommand(Terminal terminal, Interrupts interrupts, FileSystem fileSystem) {
    this.interrupts = interrupts;
    this.fileSystem = fileSystem;
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    SpillDir.requireDirectory(fileSystem, spillDir, spec);
    if (spillDir != null) {
      SpillDir.tell(SpillOwner.sweep(fileSystem, spillDir), spillDir, terminal);
    }
    List<Map<String, Object>> partitions = new ArrayList<>();
    EachDirectory directories = new EachDirectory(fileSystem, terminal, spec);
    ExitCode exit = directories.run(dirs, dir -> recover(dir, partitions));
    if (exit == ExitCode.INTERRUPTED) {
      terminal.problem("kleaner: interrupted; nothing is half-done, run it again for the rest");
    }
    if (json) {
      Map<String, Object> document = new LinkedHashMap<>();
      document.put("partitions", partitions);
      document.put("unusable", directories.unusable());
      terminal.println(Json.text(document));
    }
    return exit.number();
  }

  private ExitCode recover(Path dir, List<Map<String, Object>> partitions) throws IOException {
    ExitCode exit = ExitCode.DONE;
    if (interrupts.token().isCancelled()) {
      return ExitCode.INTERRUPTED;
    }
    LogDir logDir = new LogDirReader(fileSystem).read(dir);
    try (LogDirSession session = LogDirSession.open(fileSystem, logDir, afterCrash)) {
      for (Path partition : logDir.partitions()) {
        // Not within a partition: what is finished half is what it is there to mend.
        if (interrupts.token().isCancelled()) {
          return ExitCode.INTERRUPTED;
        }
        exit = exit.worse(recover(session, partition, partitions));
      }
    }
    return exit;
  }

  private ExitCode recover(
      LogDirSession session, Path partition, List<Map<String, Object>> partitions) {
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("partition", partition.getFileName().toString());
    partitions.add(entry);
    try {
      RecoveryPlan plan = session.recover(partition);
      entry.put("result", plan.result().name().toLowerCase(Locale.ROOT).replace('_', '-'));
      entry.put("explanation", plan.explanation());
      if (!json) {
        terminal.println(partition.getFileName() + ": " + plan.explanation());
      }
      return ExitCode.DONE;
    } catch (IOException e) {
      entry.put("result", "failed");
      IoProblem problem = IoProblem.of(e);
      String nextStep = problem.nextStep() + " " + THEN_AGAIN;
      entry.put("explanation", problem.text());
      entry.put("nextStep", nextStep);
      terminal.problem(partition.getFileName() + ": cannot be recovered: " + problem.text());
      terminal.problem("  " + nextStep);
      return ExitCode.FINDINGS;
    }
  }
}
