// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cleaner;

import io.kleaner.core.compact.PartitionJob;
import io.kleaner.core.compact.PartitionJob.Assessment;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.logdir.PartitionMetadataFile;
import io.kleaner.core.policy.Bounds;
import io.kleaner.core.policy.CleanRequest;
import io.kleaner.core.policy.Decision;
import io.kleaner.core.settings.CleanupPolicy;
import io.kleaner.core.settings.InvalidSettingsException;
import io.kleaner.core.swap.RecoveryPlan;
import io.kleaner.core.swap.SwapRecovery;
import io.kleaner.core.time.Clock;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;

/**
 * Looks into a partition for the holder of its lease: finishes what an interrupted swap left, and
 * finds out whether the partition should be cleaned. Not thread-safe; owned by one worker.
 */
final class Inspector {

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
   * @param failure what makes the partition unfit, with what to do
   */
  record Look(Finding finding, Optional<Decision> decision, Optional<Unfit> failure) {}

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
          status(PartitionStatus.NOT_COMPACTED, "its topic does not match --topic", nowMs),
          Optional.empty());
    }
    CleanRequest request =
        new CleanRequest(
            nowMs,
            false,
            !whateverTheRatio,
            named.test(id.partition().topic()),
            options.expireTombstones(),
            options.unkeyed());
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
      return of(finding(decided, nowMs), Optional.of(decided.decision()));
    }
    Assessment.Unfit unfit = (Assessment.Unfit) assessment;
    Optional<PartitionStatus> passed = passedOver(dir, id);
    if (passed.isPresent()) {
      return of(status(passed.get(), unfit.reason(), nowMs), Optional.empty());
    }
    return new Look(
        status(PartitionStatus.UNSEEN, unfit.reason(), nowMs),
        Optional.empty(),
        Optional.of(new Unfit(unfit.reason(), unfit.nextStep())));
  }

  private static Look of(Finding finding, Optional<Decision> decision) {
    return new Look(finding, decision, Optional.empty());
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

  private static Finding status(PartitionStatus status, String reason, long nowMs) {
    return new Finding(status, reason, 0, 0, 0, -1, -1, -1, false, OptionalLong.empty(), nowMs);
  }

  private static Finding finding(Assessment.Decided decided, long nowMs) {
    long sizeBytes = decided.facts().log().sizeInBytes();
    long endOffset = decided.facts().log().logEndOffset();
    if (decided.decision() instanceof Decision.Clean clean) {
      return new Finding(
          PartitionStatus.DIRTY,
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
        notNow.sentence(),
        sizeBytes,
        0,
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
