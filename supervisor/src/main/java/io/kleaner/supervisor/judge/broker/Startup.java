// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge.broker;

import io.kleaner.supervisor.probe.broker.BrokerConfig;
import io.kleaner.supervisor.probe.broker.BrokerIdentity;
import io.kleaner.supervisor.probe.broker.BrokerSample;
import io.kleaner.supervisor.probe.broker.CleanerThread;
import io.kleaner.supervisor.probe.broker.LogEvent;
import io.kleaner.supervisor.probe.broker.Seen;
import java.util.List;
import java.util.OptionalLong;

/**
 * Whether the broker's JVM is another one than before, and whether its cleaner is yet to begin: the
 * JVM answers at once, the cleaner comes after all logs were loaded. A cleaner that is not there
 * yet is not dead. Not thread-safe; owned by one history.
 */
final class Startup {

  /** Nothing else told meanwhile that it serves; loading logs may take longer, but not all do. */
  private static final long AT_MOST_MS = 600_000;

  private OptionalLong jvmStartedMs = OptionalLong.empty();
  private boolean anotherBefore;
  private long seenMs;
  private boolean began = true;

  /**
   * Goes on by one sample.
   *
   * @return whether the JVM is another one than at the sample before
   */
  boolean next(BrokerSample sample) {
    OptionalLong started =
        sample.broker().get().map(BrokerIdentity::startedAtMs).orElse(OptionalLong.empty());
    boolean another =
        started.isPresent() && jvmStartedMs.isPresent() && !started.equals(jvmStartedMs);
    if (another || (started.isPresent() && jvmStartedMs.isEmpty())) {
      jvmStartedMs = started;
      anotherBefore |= another;
      seenMs = sample.atMs();
      began = false;
    }
    began |= hasBegun(sample);
    return another;
  }

  private boolean hasBegun(BrokerSample sample) {
    if (jvmStartedMs.isEmpty() || sample.atMs() - jvmStartedMs.getAsLong() > AT_MOST_MS) {
      return true;
    }
    if (sample.threads() instanceof Seen.Known<List<CleanerThread>> threads
        && threads.atMs() >= seenMs
        && !threads.value().isEmpty()) {
      return true;
    }
    // A broker answers clients after its cleaner began; what it said before it stopped is no sign,
    // and a look at threads from before it answered may have come too early.
    if (sample.config() instanceof Seen.Known<BrokerConfig> config
        && (!anotherBefore || config.atMs() > seenMs)
        && sample.threads() instanceof Seen.Known<List<CleanerThread>> threads
        && threads.atMs() >= config.atMs()) {
      return true;
    }
    return sample.log().get().stream()
        .flatMap(log -> log.events().stream())
        .filter(event -> event.atMs() > jvmStartedMs.getAsLong())
        .anyMatch(
            event ->
                event instanceof LogEvent.BeganCleaning
                    || event instanceof LogEvent.Cleaned
                    || event instanceof LogEvent.DiedOf);
  }

  /** Whether the cleaner may be yet to begin. */
  boolean isUnderWay() {
    return !began;
  }

  /** When the JVM started by its own clock, milliseconds since the epoch; empty if not known. */
  OptionalLong jvmStartedMs() {
    return jvmStartedMs;
  }
}
