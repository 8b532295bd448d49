// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The newest events of each kind: thousands of cleans must not push out the one death. Not
 * thread-safe.
 */
final class EventStore {

  private static final int EACH_KIND = 500;

  private final Map<Class<?>, Deque<LogEvent>> byKind = new LinkedHashMap<>();

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
      events.pollFirst();
    }
  }

  /** All of them, the oldest first; immutable. */
  List<LogEvent> all() {
    List<LogEvent> all = new ArrayList<>();
    byKind.values().forEach(all::addAll);
    all.sort(Comparator.comparingLong(LogEvent::atMs));
    return List.copyOf(all);
  }
}
