// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge;

import io.kleaner.supervisor.probe.Dirt;
import io.kleaner.supervisor.probe.LogDirSample;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * Judges a log directory by a window of samples: whether it is seen at all, and whether more gets
 * dirty than is cleaned. The window begins with the first look that saw everything: what was dirty
 * before is a backlog, not a trend. Not thread-safe; owned by the supervisor.
 */
public final class LogDirRules {

  private static final int LEAST_SAMPLES = 3;
  private static final long SECOND_MS = 1_000;

  /** By so little does dirt have to be ahead for falling behind to begin: a twentieth. */
  private static final int CLEARLY = 20;

  private final long blindAfterMs;
  private final long windowMs;
  private final Deque<LogDirSample> window = new ArrayDeque<>();
  private boolean behind;

  /**
   * @param blindAfterMs without a look that succeeded
   * @param windowMs that a trend is taken from
   */
  public LogDirRules(long blindAfterMs, long windowMs) {
    this.blindAfterMs = blindAfterMs;
    this.windowMs = windowMs;
  }

  /**
   * Judges.
   *
   * <ol>
   *   <li>What could not be looked at for too long is unknown, never healthy.
   *   <li>What fails to be looked at now is degraded.
   *   <li>When over half a window at least more got dirty than was cleaned, and there was never
   *       nothing to do, it falls behind; the evidence says when the disk is full, and when the lag
   *       limit is reached, at that rate. What a clean under way is through with counts as cleaned:
   *       one clean may take longer than the window. It begins with a clear lead of the dirt and
   *       ends when there is none, so that two rates that are alike do not make it come and go.
   *       Dirt that nobody may clean yet grows by rights, and whoever had nothing to do keeps up.
   * </ol>
   */
  public Verdict judge(LogDirSample now) {
    if (now.scanAgeMs() >= blindAfterMs) {
      // Nothing is known of what happened meanwhile: the trend begins anew.
      window.clear();
      behind = false;
      return new Verdict.Unknown(
          now.logDir()
              + (now.scanAgeMs() == Long.MAX_VALUE
                  ? now.problem().isPresent() ? " cannot be looked at" : " was not looked at yet"
                  : " was not looked at for " + now.scanAgeMs() / SECOND_MS + " s")
              + now.problem().map(problem -> ": " + problem).orElse(""));
    }
    window.addLast(now);
    while (spanMs() > windowMs) {
      window.removeFirst();
    }
    if (now.problem().isPresent()) {
      return new Verdict.Degraded(now.logDir() + ": " + now.problem().get());
    }
    Dirt before = window.getFirst().dirt();
    long arrived = now.dirt().arrivedBytes() - before.arrivedBytes();
    long cleaned = Math.max(0, now.dirt().doneBytes() - before.doneBytes());
    long lead = arrived - cleaned;
    behind = isLongEnough() && hadWorkAllTheTime() && lead > (behind ? 0 : arrived / CLEARLY);
    if (behind) {
      return new Verdict.FallingBehind(
          now.logDir()
              + ": in "
              + spanMs() / SECOND_MS
              + " s "
              + arrived
              + " bytes got dirty and "
              + cleaned
              + " were cleaned"
              + queue(now, cleaned)
              + forecast("; the disk is full in ", fullInMs())
              + forecast("; max.compaction.lag.ms is reached in ", now.lagLimitInMs()));
    }
    return new Verdict.Healthy(now.logDir() + ": " + now.partitions() + " partitions");
  }

  private boolean isLongEnough() {
    return window.size() >= LEAST_SAMPLES && spanMs() >= windowMs / 2;
  }

  private boolean hadWorkAllTheTime() {
    return window.stream().allMatch(sample -> sample.waitingBytes() > 0);
  }

  private long spanMs() {
    return TimeUnit.NANOSECONDS.toMillis(window.getLast().atNanos() - window.getFirst().atNanos());
  }

  private String queue(LogDirSample now, long cleaned) {
    if (cleaned <= 0) {
      return "";
    }
    double perSecond = (double) cleaned * SECOND_MS / Math.max(1, spanMs());
    long left = Math.max(0, now.waitingBytes() - now.dirt().underWayBytes());
    return "; what waits now takes " + (long) (left / perSecond) + " s at that rate";
  }

  private static String forecast(String what, OptionalLong inMs) {
    return inMs.isPresent() ? what + inMs.getAsLong() / SECOND_MS + " s" : "";
  }

  /**
   * When the disk is full at the rate of the window; empty if it is not filling, if that is not
   * known, or if it was watched for less than half a window.
   */
  public OptionalLong fullInMs() {
    if (!isLongEnough()) {
      return OptionalLong.empty();
    }
    LogDirSample first = window.getFirst();
    LogDirSample last = window.getLast();
    long eaten = first.freeBytes() - last.freeBytes();
    if (first.freeBytes() < 0 || last.freeBytes() < 0 || eaten <= 0) {
      return OptionalLong.empty();
    }
    double bytesPerMs = (double) eaten / Math.max(1, spanMs());
    return OptionalLong.of((long) (last.freeBytes() / bytesPerMs));
  }
}
