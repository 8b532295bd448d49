// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import io.kleaner.core.logdir.TopicPartition;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The newest events of each kind: thousands of cleans must not push out the one death, nor the
 * clean that shows that what it was at is cured. Not thread-safe.
 */
final class EventStore {

  private static final int EACH_KIND = 500;

  private final Map<Class<?>, Deque<LogEvent>> byKind = new LinkedHashMap<>();

  /** The newest clean that was pushed out of each partition that a thread died at. */
  private final Map<TopicPartition, LogEvent.Cleaned> cures = new HashMap<>();

  void add(LogEvent event) {
    Deque<LogEvent> events = byKind.computeIfAbsent(event.getClass(), kind -> new ArrayDeque<>());
    LogEvent last = events.peekLast();
    if (event instanceof LogEvent.GrowingBuffers growing
        && last instanceof LogEvent.GrowingBuffers before
        && growing.fromBytes() == before.fromBytes()
        && growing.toBytes() == before.toBytes()) {
      // A cleaner that spins on it writes megabytes a second.
      events.pollLast();
      events.addLast(growing.again(before.times()));
      return;
    }
    events.addLast(event);
    if (events.size() > EACH_KIND) {
      LogEvent oldest = events.pollFirst();
      if (oldest instanceof LogEvent.Cleaned cleaned && isCulprit(cleaned.partition())) {
        cures.put(cleaned.partition(), cleaned);
      } else if (oldest instanceof LogEvent.DiedOf) {
        cures.keySet().removeIf(each -> !isCulprit(each));
      }
    }
  }

  private boolean isCulprit(TopicPartition partition) {
    return byKind.getOrDefault(LogEvent.DiedOf.class, new ArrayDeque<>()).stream()
        .anyMatch(event -> ((LogEvent.DiedOf) event).culprit().equals(Optional.of(partition)));
  }

  /** All of them, the oldest first; immutable. */
  List<LogEvent> all() {
    List<LogEvent> all = new ArrayList<>(cures.values());
    byKind.values().forEach(all::addAll);
    all.sort(Comparator.comparingLong(LogEvent::atMs));
    return List.copyOf(all);
  }
}
