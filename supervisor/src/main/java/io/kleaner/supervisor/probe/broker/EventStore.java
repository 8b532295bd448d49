// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import io.kleaner.core.logdir.TopicPartition;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The newest events of each kind: thousands of cleans must not push out the one death, nor the
 * clean that shows that what it was at is cured. Not thread-safe.
 */
final class EventStore {

  private static final int EACH_KIND = 500;

  private final Map<Class<?>, Deque<Kept>> byKind = new HashMap<>();

  /**
   * The newest clean that was pushed out of each partition that a thread died at, or that was given
   * up.
   */
  private final Map<TopicPartition, Kept> cures = new HashMap<>();

  private long added;

  /**
   * An event.
   *
   * @param number of those that were added; the order of what has one time
   */
  private record Kept(long number, LogEvent event) {}

  void add(LogEvent event) {
    Deque<Kept> events = byKind.computeIfAbsent(event.getClass(), kind -> new ArrayDeque<>());
    long number = added++;
    if (event instanceof LogEvent.GrowingBuffers growing
        && !events.isEmpty()
        && events.peekLast().event() instanceof LogEvent.GrowingBuffers before
        && growing.fromBytes() == before.fromBytes()
        && growing.toBytes() == before.toBytes()) {
      // A cleaner that spins on it writes megabytes a second.
      events.pollLast();
      events.addLast(new Kept(number, growing.again(before.times())));
      return;
    }
    events.addLast(new Kept(number, event));
    if (events.size() > EACH_KIND) {
      Kept oldest = events.pollFirst();
      if (oldest.event() instanceof LogEvent.Cleaned cleaned) {
        if (isCured(cleaned.partition())) {
          cures.put(cleaned.partition(), oldest);
        }
      } else if (oldest.event() instanceof LogEvent.DiedOf
          || oldest.event() instanceof LogEvent.MarkedUncleanable) {
        cures.keySet().removeIf(each -> !isCured(each));
      }
    }
  }

  /** Whether something is told of a partition that a clean shows to be over. */
  private boolean isCured(TopicPartition partition) {
    return of(LogEvent.DiedOf.class).anyMatch(died -> died.culprit().equals(Optional.of(partition)))
        || of(LogEvent.MarkedUncleanable.class)
            .anyMatch(marked -> marked.partition().equals(partition));
  }

  private <T extends LogEvent> Stream<T> of(Class<T> kind) {
    return byKind.getOrDefault(kind, new ArrayDeque<>()).stream()
        .map(kept -> kind.cast(kept.event()));
  }

  /** All of them, the oldest first; immutable. */
  List<LogEvent> all() {
    List<Kept> all = new ArrayList<>(cures.values());
    byKind.values().forEach(all::addAll);
    all.sort(
        Comparator.comparingLong((Kept kept) -> kept.event().atMs())
            .thenComparingLong(Kept::number));
    return all.stream().map(Kept::event).toList();
  }
}
