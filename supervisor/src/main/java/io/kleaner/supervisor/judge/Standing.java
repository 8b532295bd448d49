// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge;

import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A verdict and since when it has stood; immutable.
 *
 * @param sinceNanos when it was first given, by the clock that nobody sets
 * @param ageMs how long it had stood when it was given last, in milliseconds
 */
public record Standing(Verdict verdict, long sinceNanos, long ageMs) {

  /** Goes on: the same kind of verdict grows older, another one begins anew. */
  public static Standing next(Optional<Standing> before, Verdict now, long nowNanos) {
    long since =
        before
            .filter(last -> last.verdict().getClass() == now.getClass())
            .map(Standing::sinceNanos)
            .orElse(nowNanos);
    return new Standing(now, since, TimeUnit.NANOSECONDS.toMillis(nowNanos - since));
  }
}
