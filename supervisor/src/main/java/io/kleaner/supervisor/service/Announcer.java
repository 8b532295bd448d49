// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import io.kleaner.supervisor.http.ServiceApi;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/**
 * Tells listeners what happens. One that throws misses that one event, which is counted and not
 * written to the log: the supervisor's thread is here, and a log may block. Thread-safe.
 */
public final class Announcer {

  private final List<Consumer<ServiceApi.Event>> listeners = new CopyOnWriteArrayList<>();
  private final AtomicLong nextId = new AtomicLong(1);
  private final LongAdder missed = new LongAdder();

  /** Listens until the result is closed. */
  public ServiceApi.Subscription subscribe(Consumer<ServiceApi.Event> listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  /** Whether anyone listens. */
  public boolean hasListeners() {
    return !listeners.isEmpty();
  }

  /** Events that a listener missed because it threw. */
  public long missed() {
    return missed.sum();
  }

  /** Tells all. */
  public void announce(String type, Map<String, Object> data) {
    if (listeners.isEmpty()) {
      return;
    }
    ServiceApi.Event event = new ServiceApi.Event(nextId.getAndIncrement(), type, data);
    for (Consumer<ServiceApi.Event> listener : listeners) {
      try {
        listener.accept(event);
      } catch (RuntimeException | Error broken) {
        // The next event may well arrive; whoever listens is told to look, not what happened.
        missed.increment();
      }
    }
  }
}
