// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import io.kleaner.core.io.FileEntry;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.io.IoProblem;
import io.kleaner.core.logdir.UnusableDirectoryException;
import io.kleaner.core.segment.SegmentFileName;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows what is in the files of a partition. */
@Command(
    name = "dump",
    mixinStandardHelpOptions = true,
    versionProvider = KleanerCommand.Version.class,
    description = {
      "Shows batches and records of segments, and entries of indexes and producer snapshots."
          + " Read-only.",
      "Keys and values are data: they are shown only on request."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  kleaner dump /var/kafka/data/orders-0/00000000000000000000.log",
      "  kleaner dump --records --keys --json /var/kafka/data/orders-0"
    })
final class DumpCommand implements Callable<Integer> {

  private final Terminal terminal;
  private final Interrupts interrupts;
  private final FileSystem fileSystem;

  @Parameters(
      arity = "1..*",
      paramLabel = "FILE|DIR",
      description = "A segment's file, or a partition's directory for all of its segments.")
  private List<Path> paths = List.of();

  @Option(names = "--records", description = "Show every record, not just batches.")
  private boolean records;

  @Option(names = "--keys", description = "Show records with their keys, as hexadecimal.")
  private boolean keys;

  @Option(
      names = "--values",
      description = "Show records with their values and headers, as hexadecimal.")
  private boolean values;

  @Option(names = "--json", description = "One JSON document a line.")
  private boolean json;

  @Option(
      names = "--max-record-bytes",
      paramLabel = "SIZE",
      defaultValue = "64m",
      converter = RecordBytes.class,
      description =
          "The largest batch, and the largest record, that may be in memory. Default:"
              + " ${DEFAULT-VALUE}.")
  private int maxRecordBytes;

  DumpCommand(Terminal terminal, Interrupts interrupts, FileSystem fileSystem) {
    this.interrupts = interrupts;
    this.fileSystem = fileSystem;
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    DumpPrinter printer =
        new DumpPrinter(
            fileSystem,
            terminal,
            new DumpPrinter.Detail(records || keys || values, keys, values, json),
            maxRecordBytes,
            interrupts.token());
    ExitCode exit = ExitCode.DONE;
    for (Path path : paths) {
      exit = exit.worse(dump(printer, path));
    }
    return exit.number();
  }

  /** Prints one of what was named; that it cannot be is told, and keeps no other from it. */
  private ExitCode dump(DumpPrinter printer, Path path) throws IOException {
    try {
      return print(printer, path) ? ExitCode.DONE : ExitCode.FINDINGS;
    } catch (UnusableDirectoryException e) {
      Failures.tell(terminal, e);
    } catch (NoSuchFileException e) {
      Failures.tell(
          terminal, new UnusableDirectoryException(path + " does not exist", "Check the path."));
    } catch (FileSystemException e) {
      IoProblem problem = IoProblem.of(e);
      Failures.tell(
          terminal,
          new UnusableDirectoryException(
              path + " cannot be read: " + problem.text(), problem.nextStep()));
    }
    return ExitCode.REFUSED;
  }

  private boolean print(DumpPrinter printer, Path path) throws IOException {
    Path target = fileSystem.realPath(path);
    if (fileSystem.stat(target).filter(FileEntry::isDirectory).isEmpty()) {
      return printer.print(target);
    }
    boolean whole = true;
    for (Path log : logs(target)) {
      whole &= printer.print(log);
    }
    return whole;
  }

  private List<Path> logs(Path dir) throws IOException {
    List<Path> logs =
        fileSystem.list(dir).stream().filter(DumpCommand::isLog).map(FileEntry::path).toList();
    if (logs.isEmpty()) {
      throw new UnusableDirectoryException(
          dir + " holds no segment (no file like 00000000000000000000.log)",
          "Name a partition's directory, or one file of it.");
    }
    return logs;
  }

  private static boolean isLog(FileEntry file) {
    return SegmentFileName.parse(file.name())
        .filter(name -> name.kind() == SegmentFileName.Kind.LOG)
        .isPresent();
  }
}
