// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import io.kleaner.core.policy.Bounds;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Whether a broker's cleaner would take a partition now, by the broker's own rules.
 *
 * @param kind whether, or why not; for a program
 * @param sentence the same for a person
 * @param limitedBy what keeps the end of the cleanable range from being higher
 * @param eligibleAtMs when time alone would make it eligible, milliseconds since the epoch; empty
 *     if it is, or if time alone doesn't
 * @param overdueSinceMs since when {@code max.compaction.lag.ms} is exceeded, milliseconds since
 *     the epoch; empty if it isn't
 */
public record Eligibility(
    Kind kind,
    String sentence,
    Optional<Bounds.Limit> limitedBy,
    OptionalLong eligibleAtMs,
    OptionalLong overdueSinceMs) {

  /** Whether a partition is cleaned, or why not. */
  public enum Kind {
    ELIGIBLE,
    NOTHING_CLEANABLE,
    NOT_DIRTY_ENOUGH,
    NOT_COMPACTED,
    UNKNOWN_POLICY,
    /** Its files are not what they should be. */
    UNFIT
  }
}
