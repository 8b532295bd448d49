// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge;

import io.kleaner.supervisor.probe.LogDirSample;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalLong;

/**
 * Judges a log directory by a window of samples: whether it is seen at all, and whether more gets
 * dirty than is cleaned. Not thread-safe; owned by the supervisor.
 */
public final class LogDirRules {

  private static final int LEAST_SAMPLES = 3;

  private final long blindAfterMs;
  private final long windowMs;
  private final Deque<LogDirSample> window = new ArrayDeque<>();

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
   *   <li>When over half a window at least dirt grew, and faster than it was cleaned, it falls
   *       behind; the evidence says when the disk is full at that rate.
   * </ol>
   */
  public Verdict judge(LogDirSample now) {
    window.addLast(now);
    while (now.atMs() - window.getFirst().atMs() > windowMs) {
      window.removeFirst();
    }
    if (now.scanAgeMs() >= blindAfterMs) {
      return new Verdict.Unknown(
          now.logDir()
              + " was not looked at "
              + (now.scanAgeMs() == Long.MAX_VALUE ? "yet" : "for " + now.scanAgeMs() / 1000 + " s")
              + now.problem().map(problem -> ": " + problem).orElse(""));
    }
    if (now.problem().isPresent()) {
      return new Verdict.Degraded(now.logDir() + ": " + now.problem().get());
    }
    LogDirSample first = window.getFirst();
    long spanMs = now.atMs() - first.atMs();
    long cleaned = now.cleanedBytes() - first.cleanedBytes();
    long arrived = now.dirtyBytes() - first.dirtyBytes() + cleaned;
    if (window.size() >= LEAST_SAMPLES
        && spanMs >= windowMs / 2
        && now.dirtyBytes() > first.dirtyBytes()
        && arrived > cleaned) {
      OptionalLong fullInMs = fullInMs();
      return new Verdict.FallingBehind(
          now.logDir()
              + ": in "
              + spanMs / 1000
              + " s "
              + arrived
              + " bytes got dirty and "
              + cleaned
              + " were cleaned"
              + (cleaned > 0
                  ? "; what is dirty now takes "
                      + now.dirtyBytes() / Math.max(1, cleaned * 1000 / spanMs)
                      + " s at that rate"
                  : "")
              + (fullInMs.isPresent()
                  ? "; the disk is full in " + fullInMs.getAsLong() / 1000 + " s"
                  : ""));
    }
    return new Verdict.Healthy(now.logDir() + ": " + now.partitions() + " partitions");
  }

  /** When the disk is full at the rate of the window; empty if it is not filling, or unknown. */
  public OptionalLong fullInMs() {
    if (window.size() < LEAST_SAMPLES) {
      return OptionalLong.empty();
    }
    LogDirSample first = window.getFirst();
    LogDirSample last = window.getLast();
    long eaten = first.freeBytes() - last.freeBytes();
    if (first.freeBytes() < 0 || last.freeBytes() < 0 || eaten <= 0) {
      return OptionalLong.empty();
    }
    double bytesPerMs = (double) eaten / Math.max(1, last.atMs() - first.atMs());
    return OptionalLong.of((long) (last.freeBytes() / bytesPerMs));
  }
}
