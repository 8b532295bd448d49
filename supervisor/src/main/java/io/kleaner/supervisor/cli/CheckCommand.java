// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import io.kleaner.core.check.CheckLevel;
import io.kleaner.core.check.CheckReport;
import io.kleaner.core.check.Finding;
import io.kleaner.core.check.LogChecker;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.logdir.LogDirReader;
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
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Looks for broken batches, records and indexes. */
@Command(
    name = "check",
    mixinStandardHelpOptions = true,
    versionProvider = KleanerCommand.Version.class,
    description = {
      "Looks for everything that is not as it should be. Read-only; safe beside a live broker.",
      "Exit code 1 if anything was found, warnings included."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  kleaner check /var/kafka/data                     headers, offsets and checksums",
      "  kleaner check --level 3 --json /var/kafka/data/orders-0"
    })
final class CheckCommand implements Callable<Integer> {

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
      names = "--level",
      paramLabel = "1|2|3",
      defaultValue = "2",
      description =
          "1: batch headers, offsets, shapes of indexes. 2: and every checksum. 3: and every"
              + " record and index entry. Default: ${DEFAULT-VALUE}.")
  private int level;

  @Option(
      names = "--max-record-bytes",
      paramLabel = "SIZE",
      defaultValue = "64m",
      converter = RecordBytes.class,
      description =
          "The largest batch, and the largest key, that may be in memory. Default:"
              + " ${DEFAULT-VALUE}.")
  private int maxRecordBytes;

  @Option(names = "--json", description = "Print one JSON document; its fields are stable.")
  private boolean json;

  CheckCommand(Terminal terminal, Interrupts interrupts, FileSystem fileSystem) {
    this.fileSystem = fileSystem;
    this.terminal = terminal;
    this.interrupts = interrupts;
  }

  @Override
  public Integer call() throws IOException {
    CheckLevel depth =
        CheckLevel.of(level)
            .orElseThrow(() -> new ParameterException(spec.commandLine(), "--level is 1, 2 or 3"));
    LogChecker checker = new LogChecker(fileSystem, depth, maxRecordBytes, interrupts.token());
    List<Map<String, Object>> partitions = new ArrayList<>();
    EachDirectory directories = new EachDirectory(fileSystem, terminal, spec);
    ExitCode exit = directories.run(dirs, dir -> check(checker, dir, partitions));
    if (json) {
      Map<String, Object> document = new LinkedHashMap<>();
      document.put("level", level);
      document.put("partitions", partitions);
      document.put("unusable", directories.unusable());
      terminal.println(Json.text(document));
    }
    return exit.number();
  }

  private ExitCode check(LogChecker checker, Path dir, List<Map<String, Object>> partitions)
      throws IOException {
    ExitCode exit = ExitCode.DONE;
    List<Path> found = new LogDirReader(fileSystem).read(dir).partitions();
    for (int i = 0; i < found.size(); i++) {
      Path partition = found.get(i);
      CheckReport report = check(checker, partition, i + 1, found.size());
      partitions.add(print(partition, report));
      if (!report.findings().isEmpty()) {
        exit = ExitCode.FINDINGS;
      }
    }
    return exit;
  }

  private CheckReport check(LogChecker checker, Path partition, int number, int of) {
    Progress progress = new Progress(terminal);
    progress.begin(
        partition.getFileName().toString(),
        "checking",
        number,
        of,
        () -> Progress.logBytes(fileSystem, partition));
    try {
      return checker.check(partition, progress::read);
    } finally {
      progress.end();
    }
  }

  private Map<String, Object> print(Path partition, CheckReport report) {
    String name = partition.getFileName().toString();
    if (!json) {
      report.findings().forEach(finding -> terminal.println(finding.text()));
      terminal.println(
          String.format(
              Locale.ROOT,
              "%s: %d findings; %d segments, %d batches, %d records, %s looked at",
              name,
              report.findings().size(),
              report.segments(),
              report.batches(),
              report.records(),
              Sizes.text(report.bytes())));
    }
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("partition", name);
    entry.put("segments", report.segments());
    entry.put("batches", report.batches());
    entry.put("records", report.records());
    entry.put("bytes", report.bytes());
    entry.put("findings", report.findings().stream().map(CheckCommand::fields).toList());
    return entry;
  }

  private static Map<String, Object> fields(Finding finding) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("severity", finding.severity().name().toLowerCase(Locale.ROOT));
    fields.put("kind", finding.kind().name().toLowerCase(Locale.ROOT).replace('_', '-'));
    fields.put("file", finding.file().toString());
    finding.position().ifPresent(position -> fields.put("position", position));
    finding.offset().ifPresent(offset -> fields.put("offset", offset));
    fields.put("expected", finding.expected());
    fields.put("actual", finding.actual());
    fields.put("nextStep", finding.nextStep());
    return fields;
  }
}
