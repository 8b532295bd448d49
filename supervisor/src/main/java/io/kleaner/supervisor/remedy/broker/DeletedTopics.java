// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.broker;

import io.kleaner.core.pace.CancelToken;
import io.kleaner.core.time.Clock;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Tells a topic that was deleted from one that a broker does not know yet: one that has just
 * started answers before it has its metadata, and then knows no topic at all. Only what brokers
 * that know their cluster lack at every look for a while counts as deleted. Thread-safe.
 */
final class DeletedTopics {

  /** For so long every look has to miss it. */
  static final Duration SETTLE = Duration.ofSeconds(10);

  private static final long POLL_NS = TimeUnit.MILLISECONDS.toNanos(500);

  private final ConfigAccess access;
  private final Clock clock;
  private final CancelToken token;
  private final Map<String, Long> missedSinceNs = new ConcurrentHashMap<>();

  /**
   * @param token ends waiting; what is not sure by then is asked again later
   */
  DeletedTopics(ConfigAccess access, Clock clock, CancelToken token) {
    this.access = access;
    this.clock = clock;
    this.token = token;
  }

  /**
   * Looks until it is sure, or it is clear that it can't be soon; a topic that was missed before
   * takes no longer than what is left.
   *
   * @return true if the topic was deleted, false if it is there
   * @throws IOException if that can't be told now; to be asked again later
   */
  boolean isDeleted(String topic) throws IOException {
    long beganNs = clock.nanoTime();
    while (true) {
      String doubt = "it may have no metadata yet";
      try {
        if (access.knows(topic)) {
          missedSinceNs.remove(topic);
          return false;
        }
        missedSinceNs.putIfAbsent(topic, clock.nanoTime());
      } catch (IOException e) {
        missedSinceNs.remove(topic);
        doubt = e.getMessage();
      }
      long nowNs = clock.nanoTime();
      Long sinceNs = missedSinceNs.get(topic);
      if (sinceNs != null && nowNs - sinceNs >= SETTLE.toNanos()) {
        return true;
      }
      // Who is missed from the first look on gets its time in full.
      if (nowNs - beganNs >= (sinceNs == null ? SETTLE : SETTLE.multipliedBy(2)).toNanos()) {
        throw new IOException(
            "the broker said that there is no such topic, which is not certain: " + doubt);
      }
      try {
        if (token.sleep(POLL_NS)) {
          throw new IOException(
              "it was stopped while it looked whether topic " + topic + " was deleted");
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while looking for topic " + topic, e);
      }
    }
  }
}
