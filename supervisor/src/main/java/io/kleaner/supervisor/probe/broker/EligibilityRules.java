// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.core.policy.Bounds;
import io.kleaner.core.policy.Decision;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/** Says what the engine's decision about a partition means for a broker's cleaner. Pure. */
final class EligibilityRules {

  private EligibilityRules() {}

  /** Between which offsets, as far as the decision knows. */
  static Optional<Bounds> bounds(Decision decision) {
    if (decision instanceof Decision.Clean clean) {
      return Optional.of(clean.bounds());
    }
    return ((Decision.NotNow) decision).bounds();
  }

  /** The same for a sample. */
  static Eligibility of(TopicPartition partition, Decision decision) {
    Optional<Bounds.Limit> limit = bounds(decision).map(Bounds::limitedBy);
    if (decision instanceof Decision.Clean clean) {
      return new Eligibility(
          Eligibility.Kind.ELIGIBLE,
          String.format(
              Locale.ROOT,
              "%s is %.1f %% dirty and is due to be cleaned up to offset %d%s.",
              clean.plan().partition(),
              clean.dirtyRatio() * 100,
              clean.bounds().upperBoundOffset(),
              clean.overdue() ? ", overdue by max.compaction.lag.ms" : ""),
          limit,
          OptionalLong.empty(),
          clean.overdue() ? clean.dueAtMs() : OptionalLong.empty());
    }
    Decision.NotNow not = (Decision.NotNow) decision;
    Eligibility.Kind kind =
        switch (not.reason()) {
          case NOTHING_CLEANABLE -> Eligibility.Kind.NOTHING_CLEANABLE;
          case NOT_DIRTY_ENOUGH -> Eligibility.Kind.NOT_DIRTY_ENOUGH;
          case NOT_COMPACTED -> Eligibility.Kind.NOT_COMPACTED;
          case UNKNOWN_POLICY -> Eligibility.Kind.UNKNOWN_POLICY;
          case TORN_TAIL -> Eligibility.Kind.UNFIT;
        };
    // The engine's advice is for its own commands.
    String sentence =
        kind == Eligibility.Kind.UNKNOWN_POLICY
            ? partition
                + " has no known cleanup.policy: only the broker tells it, see --bootstrap-server."
            : not.sentence();
    return new Eligibility(kind, sentence, limit, not.eligibleAtMs(), OptionalLong.empty());
  }
}
