// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import java.util.ArrayDeque;
import java.util.Deque;

/** Counts requests over the last minute. Not thread-safe. */
final class RequestMeter {

  private static final long MINUTE_NS = 60_000_000_000L;

  private record Reading(long atNs, long total) {}

  private final Deque<Reading> readings = new ArrayDeque<>();
  private long before;
  private long lastTotal;

  /**
   * Notes the count of a client.
   *
   * @param total since the client was made; one that is less than before is a new client's
   */
  void note(long nowNs, long total) {
    if (total < lastTotal) {
      before += lastTotal;
    }
    lastTotal = total;
    readings.addLast(new Reading(nowNs, before + total));
    while (readings.size() > 2 && nowNs - readings.peekFirst().atNs() > MINUTE_NS) {
      readings.pollFirst();
    }
  }

  /** Requests in the last minute. */
  long perMinute() {
    return readings.isEmpty() ? 0 : readings.peekLast().total() - readings.peekFirst().total();
  }
}
