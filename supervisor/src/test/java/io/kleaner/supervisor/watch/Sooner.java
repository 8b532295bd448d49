// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import io.kleaner.supervisor.judge.broker.JudgeOptions;

/** How soon a test has things told, all in milliseconds; what it does not name is as usual. */
final class Sooner {

  private final JudgeOptions usual = JudgeOptions.defaults();
  private long silentAfterMs = usual.silentAfterMs();
  private long stuckAfterMs = usual.hungAfterMs();
  private long pinnedAfterMs = usual.pinnedAfterMs();
  private long trendWindowMs = usual.trendWindowMs();
  private int crashLoopDeaths = usual.crashLoopDeaths();

  /** A source that gives nothing. */
  Sooner silent(long ms) {
    silentAfterMs = ms;
    return this;
  }

  /** A thread that hangs, or starves. */
  Sooner stuck(long ms) {
    stuckAfterMs = ms;
    return this;
  }

  /** A transaction that holds back cleaning. */
  Sooner pinned(long ms) {
    pinnedAfterMs = ms;
    return this;
  }

  /** A crash loop: so many deaths. */
  Sooner crashLoop(int deaths) {
    crashLoopDeaths = deaths;
    return this;
  }

  /** That the broker falls behind: the time that this is taken over. */
  Sooner trend(long ms) {
    trendWindowMs = ms;
    return this;
  }

  JudgeOptions options() {
    return new JudgeOptions(
        usual.staleAfterMs(),
        silentAfterMs,
        stuckAfterMs,
        stuckAfterMs,
        usual.spinningAfterMs(),
        usual.stalledAfterMs(),
        usual.crashWindowMs(),
        crashLoopDeaths,
        trendWindowMs,
        pinnedAfterMs,
        usual.hangingAfterMs(),
        usual.diskSoonMs(),
        usual.largeInternalBytes());
  }
}
