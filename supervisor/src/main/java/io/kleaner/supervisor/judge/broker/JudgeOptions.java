// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge.broker;

/**
 * From when on something is wrong; all times in milliseconds.
 *
 * @param staleAfterMs a value of a quick source (threads, gauges) that is older says nothing
 * @param silentAfterMs a source that gave nothing for so long is told
 * @param hungAfterMs a thread waits for a disk or a lock and does not get on
 * @param starvedAfterMs a thread is throttled nearly all the time and nothing gets clean
 * @param spinningAfterMs a thread uses the processor and nothing gets clean
 * @param stalledAfterMs a partition is eligible and does not move
 * @param crashWindowMs deaths that are counted together
 * @param crashLoopDeaths so many within it are a loop
 * @param trendWindowMs that rates are taken over
 * @param pinnedAfterMs an open transaction holds back cleaning; one that its coordinator does not
 *     know hangs
 * @param hangingAfterMs an open transaction hangs of which no coordinator tells, if it was watched
 *     for so long, and for longer than the broker allows
 * @param diskSoonMs a disk that is full within this time is told
 * @param largeInternalBytes a partition of an internal topic that is larger is told
 */
public record JudgeOptions(
    long staleAfterMs,
    long silentAfterMs,
    long hungAfterMs,
    long starvedAfterMs,
    long spinningAfterMs,
    long stalledAfterMs,
    long crashWindowMs,
    int crashLoopDeaths,
    long trendWindowMs,
    long pinnedAfterMs,
    long hangingAfterMs,
    long diskSoonMs,
    long largeInternalBytes) {

  /** What holds if nothing else is said. */
  public static JudgeOptions defaults() {
    return new JudgeOptions(
        10_000,
        30_000,
        60_000,
        60_000,
        120_000,
        900_000,
        600_000,
        3,
        600_000,
        300_000,
        960_000,
        6 * 3_600_000L,
        10L << 30);
  }
}
