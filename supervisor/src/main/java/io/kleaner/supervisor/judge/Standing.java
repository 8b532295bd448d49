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
            .map(last -> sinceNanos(last.verdict(), last.sinceNanos(), now, nowNanos))
            .orElse(nowNanos);
    return at(now, since, nowNanos);
  }

  /** Since when a verdict stands that follows another: since that one began, if of its kind. */
  public static long sinceNanos(Verdict before, long beforeNanos, Verdict now, long nowNanos) {
    return before.getClass() == now.getClass() ? beforeNanos : nowNanos;
  }

  /** A verdict that has stood for some time, as it is at a moment. */
  public static Standing at(Verdict verdict, long sinceNanos, long nowNanos) {
    return new Standing(verdict, sinceNanos, TimeUnit.NANOSECONDS.toMillis(nowNanos - sinceNanos));
  }
}
