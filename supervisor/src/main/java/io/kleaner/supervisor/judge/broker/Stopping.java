// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge.broker;

import io.kleaner.supervisor.probe.broker.BrokerSample;
import io.kleaner.supervisor.probe.broker.CleanerLog;
import io.kleaner.supervisor.probe.broker.LogEvent;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * That the broker is being stopped: it shuts its cleaner down first, and closes all logs then, for
 * a minute where they are many, while its JVM answers as before. The same line comes with each
 * restart of the cleaner alone, but there the start follows; where its file is not read, the one
 * does by which the broker begins to stop. Pure, immutable.
 *
 * @param atMs when its log said so
 */
record Stopping(long atMs) {

  /** Who stops takes no longer; after that it hangs, or was not stopped at all. */
  private static final long AT_MOST_MS = 300_000;

  /** Looks and lines are by two clocks. */
  private static final long CLOSE_MS = 10_000;

  /**
   * By the log.
   *
   * @param startedMs when the broker started last, if that is known
   * @return empty if no stop is told, or a start since
   */
  static Optional<Stopping> of(BrokerSample sample, OptionalLong startedMs) {
    List<LogEvent> events = sample.log().get().map(CleanerLog::events).orElse(List.of());
    long stopMs = Long.MIN_VALUE;
    long startMs = startedMs.orElse(Long.MIN_VALUE);
    for (LogEvent event : events) {
      if (event instanceof LogEvent.BrokerStops
          || (event instanceof LogEvent.Stopped stopped && stopped.thread().isEmpty())) {
        stopMs = Math.max(stopMs, event.atMs());
      } else if (event instanceof LogEvent.Started) {
        startMs = Math.max(startMs, event.atMs());
      }
    }
    return stopMs > startMs && stopMs <= sample.atMs() + CLOSE_MS
        ? Optional.of(new Stopping(stopMs))
        : Optional.empty();
  }

  /** Whether it may still be at it, or takes too long. */
  boolean isUnderWay(long nowMs) {
    return nowMs - atMs <= AT_MOST_MS;
  }

  /** Whether that is why a thread is missing since then: it was there when the stop began. */
  boolean explains(long missingSinceMs) {
    return missingSinceMs >= atMs - CLOSE_MS && missingSinceMs <= atMs + AT_MOST_MS;
  }

  /** As the end of a sentence. */
  String text() {
    return "its log said at "
        + Moments.at(atMs)
        + " that it, or its cleaner, is shutting down, and not that it was started since";
  }
}
