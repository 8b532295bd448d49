// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import io.kleaner.supervisor.http.ServiceApi;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells listeners what happens. One that throws misses that one event. Thread-safe. */
public final class Announcer {

  private static final Logger LOG = LoggerFactory.getLogger(Announcer.class);

  private final List<Consumer<ServiceApi.Event>> listeners = new CopyOnWriteArrayList<>();
  private final AtomicLong nextId = new AtomicLong(1);

  /** Listens until the result is closed. */
  public ServiceApi.Subscription subscribe(Consumer<ServiceApi.Event> listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  /** Whether anyone listens. */
  public boolean hasListeners() {
    return !listeners.isEmpty();
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
        LOG.warn("a listener missed the event {} {}", event.id(), type, broken);
      }
    }
  }
}
