// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import io.kleaner.core.logdir.TopicPartition;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What cleaner threads are at, by the lines that say what each began; some releases name no thread.
 * Not thread-safe.
 */
final class Begun {

  private final Map<Integer, TopicPartition> byThread = new HashMap<>();
  private Optional<TopicPartition> last = Optional.empty();

  void begin(OptionalInt thread, TopicPartition partition) {
    thread.ifPresent(each -> byThread.put(each, partition));
    last = Optional.of(partition);
  }

  /** Whoever was at it is at it no more; no two threads are at the same. */
  void end(TopicPartition partition) {
    byThread.values().removeIf(partition::equals);
    last = last.filter(each -> !each.equals(partition));
  }

  void clear() {
    byThread.clear();
    last = Optional.empty();
  }

  /**
   * What a thread is at.
   *
   * @param thread empty for one whose number no line told
   */
  Optional<TopicPartition> of(OptionalInt thread) {
    return thread.isPresent() ? Optional.ofNullable(byThread.get(thread.getAsInt())) : last;
  }
}
