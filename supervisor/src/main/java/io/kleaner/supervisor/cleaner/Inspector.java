// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cleaner;

import io.kleaner.core.compact.PartitionJob;
import io.kleaner.core.compact.PartitionJob.Assessment;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.logdir.PartitionMetadataFile;
import io.kleaner.core.policy.Bounds;
import io.kleaner.core.policy.CleanRequest;
import io.kleaner.core.policy.Decision;
import io.kleaner.core.segment.Segment;
import io.kleaner.core.settings.CleanupPolicy;
import io.kleaner.core.settings.InvalidSettingsException;
import io.kleaner.core.swap.RecoveryPlan;
import io.kleaner.core.swap.SwapRecovery;
import io.kleaner.core.time.Clock;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;

/**
 * Looks into a partition for the holder of its lease: finishes what an interrupted swap left, and
 * finds out whether the partition should be cleaned. Not thread-safe; owned by one worker.
 */
final class Inspector {

  /** Log files that are watched for growth. */
  private static final int TAIL = 2;

  private final FileSystem fileSystem;
  private final LeaseHolder lease;
  private final ServedDirs dirs;
  private final CleanerOptions options;
  private final Clock clock;

  Inspector(
      FileSystem fileSystem,
      LeaseHolder lease,
      ServedDirs dirs,
      CleanerOptions options,
      Clock clock) {
    this.fileSystem = fileSystem;
    this.lease = lease;
    this.dirs = dirs;
    this.options = options;
    this.clock = clock;
  }

  /**
   * How a look at a partition ended.
   *
   * @param finding for the board
   * @param decision to carry out, if one was reached
   * @param tail sizes of the newest log files, which may grow while no name comes or goes
   * @param failure what makes the partition unfit, with what to do
   */
  record Look(
      Finding finding,
      Optional<Decision> decision,
      Map<Path, Long> tail,
      Optional<Unfit> failure) {}

  /** Why a partition is unfit. */
  record Unfit(String reason, String nextStep) {}

  /** Finishes or undoes an interrupted swap; says so if there was one. */
  Optional<String> recover(PartitionId id) throws IOException {
    RecoveryPlan plan = new SwapRecovery(fileSystem).plan(id.dir());
    if (plan.result() == RecoveryPlan.Result.NOTHING_TO_DO && plan.actions().isEmpty()) {
      return Optional.empty();
    }
    // Like a commit: a worker that hangs in its renames must finish them itself.
    lease.pass(() -> plan.apply(fileSystem, id.dir()));
    lease.settled();
    return Optional.of(plan.explanation());
  }

  /**
   * Looks into a partition.
   *
   * @param whateverTheRatio whether someone asked for a clean
   */
  Look look(PartitionId id, boolean whateverTheRatio) {
    long nowMs = clock.nowMs();
    ServedDir dir = dirs.of(id.logDir());
    Predicate<String> named =
        topic -> options.topic().map(p -> p.matcher(topic).matches()).orElse(false);
    if (options.topic().isPresent() && !named.test(id.partition().topic())) {
      return of(
          status(
              PartitionStatus.NOT_COMPACTED,
              "not_named",
              "its topic does not match --topic",
              nowMs));
    }
    CleanRequest request =
        new CleanRequest(
            nowMs,
            false,
            !whateverTheRatio,
            named.test(id.partition().topic()),
            options.expireTombstones(),
            options.unkeyed(),
            options.upgradeFormat());
    Assessment assessment =
        new PartitionJob(
                fileSystem,
                dir.logDir(),
                dir.settings(),
                options.highWatermark(),
                request,
                PartitionJob.Tail.BEING_WRITTEN)
            .assess(id.dir());
    if (assessment instanceof Assessment.Decided decided) {
      return decided(dir, id, decided, nowMs);
    }
    if (assessment instanceof Assessment.PassedOver stray) {
      return of(status(PartitionStatus.NOT_COMPACTED, "stray", stray.reason(), nowMs));
    }
    Assessment.Unfit unfit = (Assessment.Unfit) assessment;
    Optional<PartitionStatus> passed = passedOver(dir, id);
    if (passed.isPresent()) {
      return of(status(passed.get(), word(passed.get()), unfit.reason(), nowMs));
    }
    return new Look(
        status(PartitionStatus.UNSEEN, "unfit", unfit.reason(), nowMs),
        Optional.empty(),
        Map.of(),
        Optional.of(new Unfit(unfit.reason(), unfit.nextStep())));
  }

  private static Look of(Finding finding) {
    return new Look(finding, Optional.empty(), Map.of(), Optional.empty());
  }

  private Look decided(ServedDir dir, PartitionId id, Assessment.Decided decided, long nowMs) {
    Map<Path, Long> tail = tail(decided.facts().log().segments());
    if (dir.checkpoints().awaits(id.partition())) {
      // By the file it is as dirty as before; to clean it again would do the same work again.
      Finding finding =
          status(
              PartitionStatus.CLEAN,
              "checkpoint_waits",
              "it is clean, and waits for its entry in the log directory's cleaner checkpoint",
              nowMs);
      return new Look(finding, Optional.empty(), tail, Optional.empty());
    }
    return new Look(
        finding(decided, nowMs), Optional.of(decided.decision()), tail, Optional.empty());
  }

  /** The newest log files with their sizes; one that cannot be looked at is looked at later. */
  private Map<Path, Long> tail(List<Segment> segments) {
    Map<Path, Long> sizes = new HashMap<>();
    for (Segment segment : segments.subList(Math.max(0, segments.size() - TAIL), segments.size())) {
      try {
        Path log = segment.logFile();
        fileSystem.stat(log).ifPresent(entry -> sizes.put(log, entry.sizeBytes()));
      } catch (IOException unknown) {
        sizes.put(segment.logFile(), -1L);
      }
    }
    return sizes;
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  /** A partition that would not be cleaned anyway is none of our trouble, whatever is wrong. */
  private Optional<PartitionStatus> passedOver(ServedDir dir, PartitionId id) {
    try {
      CleanupPolicy policy =
          dir.settings()
              .resolve(id.partition().topic(), PartitionMetadataFile.topicId(fileSystem, id.dir()))
              .cleanupPolicy();
      if (policy == CleanupPolicy.DELETE) {
        return Optional.of(PartitionStatus.NOT_COMPACTED);
      }
      return policy == CleanupPolicy.UNKNOWN && options.topic().isEmpty()
          ? Optional.of(PartitionStatus.UNKNOWN_POLICY)
          : Optional.empty();
    } catch (InvalidSettingsException | IOException unknown) {
      return Optional.empty();
    }
  }

  private static Finding status(PartitionStatus status, String why, String reason, long nowMs) {
    return new Finding(
        status, why, reason, 0, 0, 0, -1, -1, -1, false, OptionalLong.empty(), nowMs);
  }

  private static Finding finding(Assessment.Decided decided, long nowMs) {
    long sizeBytes = decided.facts().log().sizeInBytes();
    long endOffset = decided.facts().log().logEndOffset();
    if (decided.decision() instanceof Decision.Clean clean) {
      return new Finding(
          PartitionStatus.DIRTY,
          clean.overdue() ? "overdue" : "dirty_enough",
          "it is eligible, and waits for a worker",
          sizeBytes,
          clean.dirtyBytes(),
          clean.dirtyRatio(),
          clean.bounds().firstDirtyOffset(),
          clean.bounds().upperBoundOffset(),
          endOffset,
          clean.overdue(),
          clean.dueAtMs(),
          nowMs);
    }
    Decision.NotNow notNow = (Decision.NotNow) decided.decision();
    return new Finding(
        statusOf(notNow.reason()),
        word(notNow.reason()),
        notNow.sentence(),
        sizeBytes,
        notNow.dirtyBytes(),
        notNow.dirtyRatio(),
        notNow.bounds().map(Bounds::firstDirtyOffset).orElse(-1L),
        notNow.bounds().map(Bounds::upperBoundOffset).orElse(-1L),
        endOffset,
        false,
        notNow.eligibleAtMs(),
        nowMs);
  }

  private static PartitionStatus statusOf(Decision.Reason reason) {
    return switch (reason) {
      case NOTHING_CLEANABLE -> PartitionStatus.CLEAN;
      case NOT_DIRTY_ENOUGH, TORN_TAIL -> PartitionStatus.NOT_ELIGIBLE;
      case NOT_COMPACTED -> PartitionStatus.NOT_COMPACTED;
      case UNKNOWN_POLICY -> PartitionStatus.UNKNOWN_POLICY;
    };
  }
}
