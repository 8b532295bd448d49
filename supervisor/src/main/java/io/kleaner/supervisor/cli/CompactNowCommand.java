// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import io.kleaner.core.io.FileSystem;
import io.kleaner.core.io.IoProblem;
import io.kleaner.core.io.SmallFile;
import io.kleaner.core.logdir.UnusableDirectoryException;
import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.config.TopicConfigFile;
import io.kleaner.supervisor.probe.broker.ReleaseByFiles;
import io.kleaner.supervisor.probe.broker.ReleaseGate;
import io.kleaner.supervisor.remedy.broker.Answers;
import io.kleaner.supervisor.remedy.broker.BrokerConnection;
import io.kleaner.supervisor.remedy.broker.OverrideJournal;
import io.kleaner.supervisor.remedy.broker.Overrides.Restored;
import io.kleaner.supervisor.remedy.ondemand.ErasureProof;
import io.kleaner.supervisor.remedy.ondemand.OnDemandCompaction;
import io.kleaner.supervisor.remedy.ondemand.OnDemandReport;
import io.kleaner.supervisor.service.OwnPlace;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Has a live broker compact topics now. */
@Command(
    name = "compact-now",
    mixinStandardHelpOptions = true,
    versionProvider = KleanerCommand.Version.class,
    sortOptions = false,
    description = {
      "Has a running broker's own cleaner compact topics now, and watches it until it is done.",
      "Settings of the topics are lowered for that long and given back exactly, whatever happens:"
          + " what a crash left is taken back at the next start. No record is produced, and the"
          + " broker's files are only read. The settings hold for all replicas; those in --log-dir"
          + " are watched."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  kleaner compact-now --bootstrap-server b:9092 --log-dir /data orders",
      "  kleaner compact-now --bootstrap-server b:9092 --log-dir /data --roll --deadline 30m orders",
      "  kleaner compact-now --bootstrap-server b:9092 --log-dir /data --roll --prove-erased k users"
    })
final class CompactNowCommand implements Callable<Integer> {

  private final Terminal terminal;
  private final Interrupts interrupts;
  private final FileSystem fileSystem;

  @Spec private CommandSpec spec;

  @Parameters(arity = "1..*", paramLabel = "TOPIC", description = "Topics with a compact policy.")
  private List<String> topics = List.of();

  @Option(
      names = "--bootstrap-server",
      required = true,
      paramLabel = "HOST:PORT",
      description = "Where the cluster is reached.")
  private String bootstrap;

  @Option(
      names = "--broker-version",
      paramLabel = "RELEASE",
      description =
          "The broker's release, such as 4.3.1: one of 0.9 is never asked."
              + " Default: what --log-dir tells; where that is nothing, none is asked.")
  private String version;

  @Option(
      names = "--command-config",
      paramLabel = "FILE",
      description =
          "Properties of a Kafka client: SASL, SSL and whatever else it needs."
              + " Default: none, plaintext.")
  private Path commandConfig;

  @Option(
      names = "--log-dir",
      required = true,
      paramLabel = "DIR",
      description =
          "A log directory of the broker on this machine, which is only read: nothing else tells how"
              + " far its cleaner got. May be given several times.")
  private List<Path> logDirs = List.of();

  @Option(
      names = "--roll",
      description =
          "Have active segments rolled too, so that what was written up to now is compacted. Kafka"
              + " rolls a segment only when a record is appended.")
  private boolean roll;

  @Option(
      names = "--deadline",
      paramLabel = "DURATION",
      defaultValue = "15m",
      converter = Durations.class,
      description = "Give up after so long. Default: ${DEFAULT-VALUE}.")
  private Duration deadline;

  @Option(
      names = "--idle",
      paramLabel = "DURATION",
      defaultValue = "10s",
      converter = Durations.class,
      description =
          "With --roll: a partition to which nothing was appended for so long is not waited for."
              + " Default: ${DEFAULT-VALUE}.")
  private Duration idle;

  @Option(
      names = "--prove-erased",
      paramLabel = "FILE",
      description =
          "Afterwards read the files in --log-dir to show that no earlier value of a key is left."
              + " The key is every byte of FILE."
              + " Default: nothing is proven.")
  private Path proveErased;

  @Option(
      names = "--max-record-bytes",
      paramLabel = "SIZE",
      defaultValue = "64m",
      converter = RecordBytes.class,
      description =
          "With --prove-erased: the largest batch on disk, and the largest key, that may be in"
              + " memory. Default: ${DEFAULT-VALUE}.")
  private int maxRecordBytes;

  @Option(
      names = "--state-dir",
      paramLabel = "DIR",
      description =
          "Where it is written down which settings were changed, before they are. Default:"
              + " $XDG_STATE_HOME/kleaner, else ~/.local/state/kleaner.")
  private Path stateDir;

  @Option(names = "--json", description = "Print one JSON document.")
  private boolean json;

  CompactNowCommand(Terminal terminal, Interrupts interrupts, FileSystem fileSystem) {
    this.terminal = terminal;
    this.interrupts = interrupts;
    this.fileSystem = fileSystem;
  }

  @Override
  public Integer call() throws IOException {
    Map<String, String> properties = clientProperties();
    Optional<byte[]> key = key();
    List<Path> dirs = realLogDirs();
    Path named = stateDir == null ? StateHome.byDefault() : stateDir;
    Optional<String> misplaced =
        OwnPlace.outside(fileSystem, dirs).problem(named, OwnPlace.Use.STATE);
    if (misplaced.isPresent()) {
      throw new ParameterException(spec.commandLine(), misplaced.get());
    }
    Optional<String> shut = gate(dirs);
    if (shut.isPresent()) {
      terminal.problem("kleaner: " + shut.get() + ".");
      return ExitCode.REFUSED.number();
    }
    Path state = StateHome.open(fileSystem, named, dirs);
    CompactNowReport report = new CompactNowReport(terminal, json);
    try (OverrideJournal journal =
            OverrideJournal.open(fileSystem, state, OnDemandCompaction.JOURNAL);
        BrokerConnection connection = BrokerConnection.open(bootstrap, properties)) {
      if (isTurnedAway(connection)) {
        return ExitCode.REFUSED.number();
      }
      OnDemandCompaction compaction =
          new OnDemandCompaction(
              fileSystem, connection, journal, Clock.system(), interrupts.token());
      warnOfJournal(journal);
      List<Restored> recovered = compaction.recover();
      recovered.forEach(
          each -> terminal.problem("kleaner: from an earlier run: " + each.sentence()));
      OnDemandReport outcome =
          compaction.run(
              new OnDemandCompaction.Request(
                  topics.stream().distinct().toList(),
                  dirs,
                  roll,
                  deadline.toMillis(),
                  idle.toMillis()),
              terminal::problem);
      List<ErasureProof.Finding> proofs =
          key.isPresent() && !interrupts.token().isCancelled()
              ? new ErasureProof(fileSystem, dirs, key.get(), maxRecordBytes, interrupts.token())
                  .prove(outcome, deadline, terminal::problem)
              : List.of();
      report.print(outcome, recovered, proofs);
      return exit(outcome, proofs).number();
    }
  }

  /** Whether the cluster does not let us in, which is told; asked before anything is changed. */
  private boolean isTurnedAway(BrokerConnection connection) throws IOException {
    try {
      connection.settings().clusterId();
      return false;
    } catch (Answers.TurnedAwayException e) {
      terminal.problem(
          "kleaner: "
              + bootstrap
              + " does not let Kleaner in: "
              + e.getMessage()
              + "; nothing was changed");
      terminal.problem(
          commandConfig == null
              ? "  Say who asks with --command-config FILE: security.protocol and what goes with it."
              : "  Look at security.protocol and what goes with it in " + commandConfig + ".");
      return true;
    }
  }

  private void warnOfJournal(OverrideJournal journal) {
    journal
        .loss()
        .ifPresent(
            loss ->
                terminal.problem(
                    "kleaner: "
                        + loss
                        + " Look with 'kafka-configs --describe --entity-type topics'."));
  }

  private ExitCode exit(OnDemandReport outcome, List<ErasureProof.Finding> proofs) {
    if (interrupts.token().isCancelled()) {
      return ExitCode.INTERRUPTED;
    }
    ExitCode exit = outcome.refused().isEmpty() ? ExitCode.DONE : ExitCode.REFUSED;
    if (!outcome.isDone() || proofs.stream().anyMatch(each -> !each.isProof())) {
      exit = exit.worse(ExitCode.FINDINGS);
    }
    return exit;
  }

  private Map<String, String> clientProperties() throws IOException {
    List<String> problems = new ArrayList<>();
    SourceOptions.checkAddresses(bootstrap, problems);
    SourceOptions.release(version, problems);
    Map<String, String> properties =
        commandConfig == null
            ? Map.of()
            : TopicConfigFile.properties(fileSystem, commandConfig, problems);
    if (!problems.isEmpty()) {
      throw new ParameterException(spec.commandLine(), String.join("; ", problems));
    }
    return properties;
  }

  /** Why the broker must not be asked; empty if it may be. */
  private Optional<String> gate(List<Path> dirs) throws IOException {
    boolean newFiles = false;
    for (Path dir : dirs) {
      newFiles |= ReleaseByFiles.since011(fileSystem, dir);
    }
    return ReleaseGate.byFiles(Optional.ofNullable(version), newFiles, Clock.system()).shutNow();
  }

  private Optional<byte[]> key() {
    if (proveErased == null) {
      return Optional.empty();
    }
    try {
      ByteBuffer bytes = SmallFile.bytes(fileSystem, proveErased);
      byte[] key = new byte[bytes.remaining()];
      bytes.get(key);
      return Optional.of(key);
    } catch (IOException e) {
      throw new ParameterException(
          spec.commandLine(),
          "--prove-erased " + proveErased + " cannot be read: " + IoProblem.of(e).text());
    }
  }

  private List<Path> realLogDirs() throws IOException {
    List<Path> real = new ArrayList<>();
    for (Path named : logDirs) {
      try {
        Path dir = fileSystem.realPath(named);
        if (!real.contains(dir)) {
          real.add(dir);
        }
      } catch (IOException e) {
        throw new UnusableDirectoryException(
            "--log-dir " + named + " cannot be read: " + IoProblem.of(e).text(),
            "Name one of the broker's log.dirs.");
      }
    }
    return real;
  }
}
