// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import io.kleaner.core.compact.CleanOptions;
import io.kleaner.core.compact.LogDirSession;
import io.kleaner.core.compact.PartitionJob;
import io.kleaner.core.compact.PartitionJob.Assessment;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.logdir.LogDir;
import io.kleaner.core.logdir.LogDirReader;
import io.kleaner.core.logdir.UnusableDirectoryException;
import io.kleaner.core.policy.CleanPlan;
import io.kleaner.core.policy.CleanPolicy;
import io.kleaner.core.policy.CleanRequest;
import io.kleaner.core.policy.Decision;
import io.kleaner.core.segment.Segment;
import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.cli.ExactReading.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
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

/** Says what would be cleaned, and what not, and why. */
@Command(
    name = "plan",
    mixinStandardHelpOptions = true,
    versionProvider = KleanerCommand.Version.class,
    sortOptions = false,
    description = {
      "Says which partitions would be cleaned, in which order, and of each other one why not and"
          + " when it would. Read-only: takes no lock, changes nothing.",
      "Shows what 'compact' would do, and whether a broker's own cleaner would do it now. Where"
          + " 'compact' would refuse since a broker has not stopped cleanly, says so, exits with"
          + " 3, and shows what a clean could do were it stopped."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  kleaner plan /var/kafka/data",
      "  kleaner plan --exact /var/kafka/data/orders-0          reads the data for exact figures",
      "  kleaner plan --respect-eligibility /var/kafka/data     as 'compact' with the same flag"
    })
final class PlanCommand implements Callable<Integer> {

  private final Terminal terminal;
  private final Interrupts interrupts;
  private final FileSystem fileSystem;

  @Spec private CommandSpec spec;
  @Mixin private TargetOptions target;
  @Mixin private SettingsOptions settings;

  @Option(
      names = "--respect-eligibility",
      description =
          "Plan only what a broker would clean now: above min.cleanable.dirty.ratio, or overdue.")
  private boolean respectEligibility;

  @Option(
      names = "--after-crash",
      description =
          "As with 'compact': the broker that did not stop cleanly is known to be gone. Reads every"
              + " byte, to check it.")
  private boolean afterCrash;

  @Option(
      names = "--exact",
      description =
          "Read the data: reclaimable bytes and records, the most overwritten keys, tombstones and"
              + " their ages, records without a key.")
  private boolean exact;

  @Option(
      names = "--show-keys",
      description = "Show the most overwritten keys themselves, not hashes of them.")
  private boolean showKeys;

  @Option(
      names = "--tombstones",
      paramLabel = "keep|expire",
      defaultValue = "keep",
      description = "With --exact: whether tombstones that are due count. Default: keep.")
  private CompactCommand.Tombstones tombstones;

  @ArgGroup(exclusive = true)
  private UnkeyedOptions unkeyed = new UnkeyedOptions();

  @Option(
      names = "--memory",
      paramLabel = "SIZE",
      defaultValue = "128m",
      converter = Sizes.class,
      description = "With --exact: memory for keys. Default: ${DEFAULT-VALUE}.")
  private long memory;

  @Option(
      names = "--max-record-bytes",
      paramLabel = "SIZE",
      defaultValue = "64m",
      converter = RecordBytes.class,
      description =
          "With --exact: the largest batch on disk, and the largest decompressed record, that may be"
              + " in memory. Default: ${DEFAULT-VALUE}.")
  private int maxRecordBytes;

  @Option(
      names = "--spill-dir",
      paramLabel = "DIR",
      description =
          "With --exact: where keys beyond --memory go. Default: the system's directory for"
              + " temporary files.")
  private Path spillDir;

  @Option(names = "--json", description = "Print one JSON document; its fields are stable.")
  private boolean json;

  PlanCommand(Terminal terminal, Interrupts interrupts, FileSystem fileSystem) {
    this.fileSystem = fileSystem;
    this.terminal = terminal;
    this.interrupts = interrupts;
  }

  @Override
  public Integer call() throws IOException {
    if (memory < 1 << 20) {
      throw new ParameterException(spec.commandLine(), "--memory is at least 1m");
    }
    if (showKeys && !exact) {
      throw new ParameterException(
          spec.commandLine(), "--show-keys needs --exact, which reads the keys");
    }
    SpillDir.requireDirectory(fileSystem, spillDir, spec);
    SettingsOptions.Read said = settings.read(fileSystem);
    long nowMs = target.now().orElseGet(Clock.system()::nowMs);
    PlanReport report =
        new PlanReport(fileSystem, terminal, json, showKeys, nowMs, Optional.ofNullable(spillDir));
    EachDirectory directories = new EachDirectory(fileSystem, terminal, spec);
    ExitCode exit;
    try (SpillDir spill = spill()) {
      exit = directories.run(target.dirs(), dir -> plan(dir, nowMs, said, report, spill));
    }
    report.finish(directories.unusable());
    return exit.number();
  }

  private SpillDir spill() throws IOException {
    if (!exact) {
      return SpillDir.beside();
    }
    return SpillDir.take(fileSystem, spillDir == null ? SpillDir.ofSystem() : spillDir, terminal);
  }

  private ExitCode plan(
      Path dir, long nowMs, SettingsOptions.Read said, PlanReport report, SpillDir spill)
      throws IOException {
    LogDir logDir = new LogDirReader(fileSystem).read(dir);
    target.tellIfNone(logDir, terminal);
    ExitCode exit = ExitCode.DONE;
    boolean mayRun = false;
    try {
      LogDirSession.requireStopped(logDir, afterCrash);
    } catch (UnusableDirectoryException e) {
      // What it is about can be looked at all the same, as by who wants to know before the stop.
      report.wouldRefuse(dir, e);
      exit = ExitCode.REFUSED;
      mayRun = true;
    }
    Progress progress = new Progress(terminal);
    PartitionJob job =
        new PartitionJob(
            fileSystem,
            logDir,
            said.resolver(fileSystem, logDir),
            target.highWatermark(),
            new CleanRequest(
                nowMs,
                target.fromStart(),
                respectEligibility,
                target.named(logDir),
                tombstones == CompactCommand.Tombstones.EXPIRE,
                unkeyed.policy(),
                target.upgradeFormat()),
            mayRun ? PartitionJob.Tail.BEING_WRITTEN : PartitionJob.Tail.SETTLED,
            afterCrash
                ? Optional.of(
                    new PartitionJob.CrashCheck(maxRecordBytes, interrupts.token(), progress::read))
                : Optional.empty());
    return exit.worse(plan(logDir, job, progress, report, spill));
  }

  private ExitCode plan(
      LogDir logDir, PartitionJob job, Progress progress, PlanReport report, SpillDir spill)
      throws IOException {
    logDir.skipped().forEach(skipped -> report.skipped(skipped.name(), skipped.reason()));
    List<Planned> todo = new ArrayList<>();
    ExitCode exit = ExitCode.DONE;
    List<Path> partitions = target.partitions(logDir);
    for (int i = 0; i < partitions.size(); i++) {
      Path partition = partitions.get(i);
      interrupts.token().throwIfCancelled();
      String name = partition.getFileName().toString();
      if (afterCrash && logDir.isAfterCrash()) {
        progress.begin(
            name,
            "checking after the crash",
            i + 1,
            partitions.size(),
            () -> Progress.logBytes(fileSystem, partition));
      }
      Assessment assessment;
      try {
        assessment = assess(job, partition);
      } finally {
        progress.end();
      }
      if (assessment instanceof Assessment.Unfit unfit) {
        report.unfit(name, unfit.reason(), unfit.nextStep());
        exit = exit.worse(ExitCode.REFUSED);
      } else if (assessment instanceof Assessment.PassedOver stray) {
        report.skipped(name, stray.reason());
      } else if (assessment instanceof Assessment.Decided decided) {
        if (decided.decision() instanceof Decision.Clean clean) {
          todo.add(new Planned(clean, asBroker(decided)));
        } else if (decided.decision() instanceof Decision.NotNow notNow) {
          report.notNow(name, notNow);
        }
      }
    }
    todo.sort(Comparator.comparing(Planned::clean, CleanPolicy.ORDER));
    for (int i = 0; i < todo.size(); i++) {
      Planned each = todo.get(i);
      Optional<Outcome> read =
          exact ? Optional.of(read(each.clean(), spill, i + 1, todo.size())) : Optional.empty();
      report.planned(each.clean(), each.asBroker(), read);
      exit = exit.worse(read.map(PlanCommand::exitOf).orElse(ExitCode.DONE));
    }
    return exit;
  }

  private Outcome read(Decision.Clean clean, SpillDir spill, int number, int of) {
    CleanPlan plan = clean.plan();
    Progress progress = new Progress(terminal);
    // What is dirty is read to find what is superseded, all of it to count what stays, and again to
    // count keys and tombstones.
    progress.begin(
        plan.partition().toString(),
        "reading",
        number,
        of,
        () ->
            clean.dirtyBytes()
                + 2 * plan.cleanedSegments().stream().mapToLong(Segment::logBytes).sum());
    try {
      return new ExactReading(
              fileSystem,
              new CleanOptions(memory, spill.place(), CleanOptions.Verify.NONE, true),
              maxRecordBytes,
              interrupts.token())
          .read(plan, progress);
    } finally {
      progress.end();
    }
  }

  private static ExitCode exitOf(Outcome read) {
    if (read instanceof Outcome.Refused) {
      return ExitCode.REFUSED;
    }
    return read instanceof Outcome.Unread unread ? unread.exit() : ExitCode.DONE;
  }

  private Assessment assess(PartitionJob job, Path partition) {
    try {
      if (!job.isPassedOver(partition)) {
        PendingSwap.refuse(fileSystem, partition);
      }
    } catch (UnusableDirectoryException e) {
      return new Assessment.Unfit(e.getMessage(), e.nextStep());
    } catch (IOException e) {
      // The assessment meets it too, and says it for this partition alone.
      return job.assess(partition);
    }
    return job.assess(partition);
  }

  /**
   * A partition that would be cleaned.
   *
   * @param asBroker what a broker's cleaner, which looks at ratio and lags, would decide
   */
  private record Planned(Decision.Clean clean, Decision asBroker) {}

  private Decision asBroker(Assessment.Decided decided) {
    CleanRequest request = decided.request();
    return CleanPolicy.decide(
        decided.facts(),
        decided.settings(),
        new CleanRequest(
            request.nowMs(),
            request.fromStart(),
            true,
            request.namedByHand(),
            request.expireTombstones(),
            request.unkeyed(),
            request.upgradeFormat()));
  }
}
