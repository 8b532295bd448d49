// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import io.kleaner.core.compact.CleanOptions;
import io.kleaner.core.compact.CleanOptions.Verify;
import io.kleaner.core.compact.LogDirSession;
import io.kleaner.core.io.FileLease;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.logdir.LogDir;
import io.kleaner.core.logdir.LogDirReader;
import io.kleaner.core.logdir.UnusableDirectoryException;
import io.kleaner.core.pace.CancelledException;
import io.kleaner.core.pace.Throttle;
import io.kleaner.core.policy.CleanRequest;
import io.kleaner.core.settings.SettingsResolver;
import io.kleaner.core.time.Clock;
import io.kleaner.core.time.FixedClock;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Compacts partitions of stopped brokers. */
@Command(
    name = "compact",
    mixinStandardHelpOptions = true,
    versionProvider = KleanerCommand.Version.class,
    sortOptions = false,
    description = {
      "Compacts partition directories that no broker owns now, to what Kafka's own cleaner would"
          + " make of them.",
      "Nothing is changed before its replacement is on disk and was read back. What cannot be"
          + " cleaned safely is refused and left as it was, and the others are done."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  kleaner compact /var/kafka/data                       every compacted topic of a broker",
      "  kleaner compact --topic '__consumer_offsets' /var/kafka/data",
      "  kleaner compact --dry-run /var/kafka/data/orders-0    what it would do, changing nothing",
      "  kleaner compact --high-watermark log-end --output /tmp/out /backup/orders-0",
      "  kleaner compact --rebatch --recompress zstd:9 --from-start /backup/orders-0"
    })
final class CompactCommand implements Callable<Integer> {

  private final Terminal terminal;
  private final Interrupts interrupts;
  private final FileSystem fileSystem;

  @Spec private CommandSpec spec;
  @Mixin private TargetOptions target;
  @Mixin private SettingsOptions settings;

  @Option(names = "--dry-run", description = "Do everything but write; take no lock.")
  private boolean dryRun;

  @Option(
      names = "--respect-eligibility",
      description =
          "Clean only what a broker would now: above min.cleanable.dirty.ratio, or overdue.")
  private boolean respectEligibility;

  @Option(
      names = "--tombstones",
      paramLabel = "keep|expire",
      defaultValue = "keep",
      description =
          "keep: stamp delete horizons, drop no tombstone and no marker. expire: drop those that are"
              + " due, which is safe only if every replica has seen them. Default:"
              + " ${DEFAULT-VALUE}.")
  private Tombstones tombstones;

  @ArgGroup(exclusive = true)
  private UnkeyedOptions unkeyed = new UnkeyedOptions();

  @Option(
      names = "--after-crash",
      description =
          "Work on the directory of a broker that did not stop cleanly and is known to be gone.")
  private boolean afterCrash;

  @Option(
      names = "--truncate-tail",
      description = "Cut off a torn last batch, as a broker's recovery would.")
  private boolean truncateTail;

  @Option(
      names = "--output",
      paramLabel = "DIR",
      description =
          "Copy to this new directory and compact there; the input stays untouched."
              + " Default: compact in place.")
  private Path output;

  @Option(
      names = "--memory",
      paramLabel = "SIZE",
      defaultValue = "128m",
      converter = Sizes.class,
      description =
          "Memory for keys, all cleans together, 16 bytes a key, and an eighth of it besides for bits"
              + " of records; what has no room is spilled to disk. Default: ${DEFAULT-VALUE}; at least 1m, and 1m for each clean at a time.")
  private long memory;

  @Option(
      names = "--max-record-bytes",
      paramLabel = "SIZE",
      defaultValue = "64m",
      converter = RecordBytes.class,
      description =
          "The largest batch on disk, and the largest decompressed record, that may be in memory."
              + " A partition that needs more is refused. Default: ${DEFAULT-VALUE}.")
  private int maxRecordBytes;

  @Option(
      names = "--spill-dir",
      paramLabel = "DIR",
      description =
          "Where keys and bits of records are spilled. Default: the partition directory, in a dry run"
              + " the system's directory for temporary files.")
  private Path spillDir;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Threads at work: on as many partitions at the same time, or together on fewer. Default:"
              + " ${DEFAULT-VALUE}.")
  private int threads;

  @Option(
      names = "--throttle",
      paramLabel = "BYTES/s",
      converter = Sizes.class,
      description =
          "Bytes read and written per second, all threads together, counted by the MiB: one clean of"
              + " less is not slowed itself, but the next one waits for it. Default: no limit.")
  private Long throttle;

  @Option(
      names = "--verify",
      paramLabel = "none|normal|deep",
      defaultValue = "normal",
      description =
          "What is read back before a commit. normal: checksums, offsets, counts, indexes. deep:"
              + " also a digest of the survivors against the source. Default: ${DEFAULT-VALUE}.")
  private Verify verify;

  @Mixin private ReshapeOptions reshape;

  @Option(names = "--json", description = "Print one JSON document; its fields are stable.")
  private boolean json;

  CompactCommand(Terminal terminal, Interrupts interrupts, FileSystem fileSystem) {
    this.fileSystem = fileSystem;
    this.terminal = terminal;
    this.interrupts = interrupts;
  }

  /** What becomes of what is due. */
  enum Tombstones {
    KEEP,
    EXPIRE
  }

  @Override
  public Integer call() throws IOException {
    if (threads < 1) {
      throw new ParameterException(spec.commandLine(), "--threads is at least 1");
    }
    if (memory < 1 << 20) {
      throw new ParameterException(spec.commandLine(), "--memory is at least 1m");
    }
    if (output != null && dryRun) {
      throw new ParameterException(spec.commandLine(), "--output and --dry-run exclude each other");
    }
    if (truncateTail && dryRun) {
      throw new ParameterException(
          spec.commandLine(),
          "--truncate-tail and --dry-run exclude each other: a dry run cuts nothing off");
    }
    if (output != null && target.dirs().size() > 1) {
      throw new ParameterException(
          spec.commandLine(), "--output takes one DIR; run it once for each");
    }
    SpillDir.requireDirectory(fileSystem, spillDir, spec);
    SettingsOptions.Read said = settings.read(fileSystem);
    Clock clock = target.now().<Clock>map(FixedClock::new).orElseGet(Clock::system);
    CompactReport report = new CompactReport(terminal, json, dryRun);
    EachDirectory directories = new EachDirectory(fileSystem, terminal, spec);
    ExitCode exit;
    try (SpillDir spill = spill()) {
      exit = directories.run(target.dirs(), dir -> compact(dir, clock, said, report, spill));
    } catch (CancelledException e) {
      report.finish(directories.unusable());
      throw e;
    }
    report.finish(directories.unusable());
    return exit.number();
  }

  private SpillDir spill() throws IOException {
    if (spillDir == null && !dryRun) {
      return SpillDir.beside();
    }
    return SpillDir.take(fileSystem, spillDir == null ? SpillDir.ofSystem() : spillDir, terminal);
  }

  private ExitCode compact(
      Path dir, Clock clock, SettingsOptions.Read said, CompactReport report, SpillDir spill)
      throws IOException {
    LogDir logDir = new LogDirReader(fileSystem).read(dir);
    if (target.tellIfNone(logDir, terminal) && output != null) {
      return ExitCode.DONE;
    }
    if (output == null) {
      reshape.requireNoFollowers(logDir);
    }
    Throttle rate =
        throttle == null ? Throttle.unlimited() : new Throttle(Clock.system(), throttle);
    CompactRun run =
        new CompactRun(
            fileSystem,
            clock,
            new CleanOptions(memory, spill.place(), verify, dryRun)
                .withReshaping(reshape.reshaping()),
            rate,
            maxRecordBytes,
            threads,
            interrupts.token(),
            report);
    // Of a copy too what counts is the node that the original belongs to.
    SettingsResolver resolver = said.resolver(fileSystem, logDir);
    if (output == null) {
      return run.run(logDir, job(logDir, resolver, clock));
    }
    Optional<LogDir> copy = copy(logDir, rate, report);
    ExitCode refused = report.hasRefused() ? ExitCode.REFUSED : ExitCode.DONE;
    return copy.isEmpty()
        ? refused
        : refused.worse(run.run(copy.get(), job(copy.get(), resolver, clock)));
  }

  /** Copies the partitions in question; empty if none of them may be copied. */
  private Optional<LogDir> copy(LogDir source, Throttle rate, CompactReport report)
      throws IOException {
    OutputCopy copier = new OutputCopy(fileSystem, terminal, rate, interrupts.token());
    List<Path> sound = new ArrayList<>();
    for (Path partition : target.partitions(source)) {
      Optional<UnusableDirectoryException> objection = copier.objection(partition);
      if (objection.isEmpty()) {
        sound.add(partition);
      } else {
        report.refused(
            partition.getFileName().toString(),
            objection.get().getMessage(),
            objection.get().nextStep());
      }
    }
    if (sound.isEmpty()) {
      return Optional.empty();
    }
    LogDir copy;
    Optional<FileLease> hold = LogDirSession.holdForReading(fileSystem, source, afterCrash);
    try {
      copy = copier.copy(source, sound, output);
    } finally {
      if (hold.isPresent()) {
        hold.get().close();
      }
    }
    if (!copier.isOwnershipKept()) {
      report.notice(
          "the copy in "
              + output
              + " belongs to you, not to whom the original belongs to: give it away (chown) before"
              + " a broker uses it");
    }
    return Optional.of(copy);
  }

  private CompactRun.Job job(LogDir logDir, SettingsResolver resolver, Clock clock) {
    return new CompactRun.Job(
        target.partitions(logDir),
        resolver,
        target.highWatermark(),
        new CleanRequest(
            clock.nowMs(),
            target.fromStart(),
            respectEligibility,
            target.named(logDir),
            tombstones == Tombstones.EXPIRE,
            unkeyed.policy(),
            target.upgradeFormat()),
        afterCrash || output != null,
        truncateTail);
  }
}
