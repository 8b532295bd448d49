// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge.broker;

import io.kleaner.supervisor.probe.broker.LogEvent;
import java.util.Locale;
import java.util.Optional;

/** Why cleaner threads die, as far as the broker's log tells; each with what helps. */
public enum DeathCause {
  /** One record or batch that decompresses far beyond its size, usually. */
  OUT_OF_MEMORY(
      "it ran out of memory, as on a record that decompresses far beyond its size",
      "Isolate the partition, then revive the cleaner: all others compact again. Cure the partition"
          + " offline: stop the broker, run 'kleaner compact DIR', start it; or give the broker a"
          + " larger heap and restart it."),
  /** The operating system allows no more mapped files. */
  MAP_LIMIT(
      "the system would map no more files (vm.max_map_count, or open files)",
      "Raise vm.max_map_count (sysctl -w vm.max_map_count=1048576) and the limit of open files, then"
          + " revive the cleaner; a restart of the broker is not needed for it."),
  /** Before 0.10.1, KAFKA-3894 and KAFKA-3587. */
  OFFSET_MAP_TOO_SMALL(
      "a segment has more offsets than its map of keys can hold (KAFKA-3894, before 0.10.1)",
      "This release can't be revived without a restart. Stop the broker, raise"
          + " log.cleaner.dedupe.buffer.size in server.properties, or lower log.cleaner.threads,"
          + " until the messages of the largest segment fit, and start it. An offline clean has no such limit, but"
          + " writes message format 2, which only 0.11 and later read: take it on the way there."),
  /** KAFKA-5413 and KAFKA-6264. */
  OFFSET_OVERFLOW(
      "offsets in old segments lie too far from their segment's base (KAFKA-5413, KAFKA-6264)",
      "Isolate the partition and revive the cleaner. Only an offline clean splits such segments:"
          + " stop the broker, run 'kleaner compact DIR', start it."),
  /** KAFKA-6834. */
  BATCH_TOO_LARGE(
      "a batch is larger than the topic allows now (KAFKA-6834)",
      "Raise max.message.bytes of the topic above the batch, then revive the cleaner; or clean the"
          + " partition offline with 'kleaner compact DIR'."),
  /** Something on disk is not what it should be. */
  CORRUPTION(
      "something on disk is not what it should be",
      "Run 'kleaner check --level 3 DIR' to see what and where; if another replica is whole, move"
          + " this one away and back. Isolate the partition and revive the cleaner meanwhile."),
  /** Anything else. */
  OTHER(
      "of something else",
      "Read the stack in the broker's log. Isolate the partition if it dies there again, and revive"
          + " the cleaner."),
  /** No line was seen. */
  UNKNOWN(
      "of something that no source told",
      "Name the broker's log with --broker-log to learn the cause; log-cleaner.log, or server.log.");

  private final String text;
  private final String advice;

  DeathCause(String text, String advice) {
    this.text = text;
    this.advice = advice;
  }

  /** As the end of a sentence. */
  public String text() {
    return text;
  }

  /** What helps. */
  public String advice() {
    return advice;
  }

  /**
   * By what the broker's log says.
   *
   * @param throwable class and message
   * @param mapTooSmall whether a line about the offset map came just before
   */
  static DeathCause of(Optional<String> throwable, boolean mapTooSmall) {
    if (mapTooSmall) {
      return OFFSET_MAP_TOO_SMALL;
    }
    if (throwable.isEmpty()) {
      return UNKNOWN;
    }
    String text = throwable.get().toLowerCase(Locale.ROOT);
    if (text.contains("offset map can fit only")) {
      return OFFSET_MAP_TOO_SMALL;
    }
    if (text.contains("map failed") || text.contains("too many open files")) {
      return MAP_LIMIT;
    }
    if (text.contains("outofmemoryerror")) {
      return OUT_OF_MEMORY;
    }
    if (text.contains("overflow")
        || text.contains("relative offset")
        || text.contains("integer overflow")) {
      return OFFSET_OVERFLOW;
    }
    if (text.contains("larger than") || text.contains("recordtoolarge")) {
      return BATCH_TOO_LARGE;
    }
    return text.contains("corrupt") || text.contains("invalidrecord") ? CORRUPTION : OTHER;
  }

  /** By a line of the log. */
  static DeathCause of(LogEvent.DiedOf death, Optional<LogEvent.MapTooSmall> before) {
    return of(
        death.throwable(),
        before
            .filter(map -> death.throwable().orElse("").contains("requirement failed"))
            .isPresent());
  }
}
