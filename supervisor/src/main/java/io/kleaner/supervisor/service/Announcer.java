// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import io.kleaner.supervisor.http.ServiceApi;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** Tells listeners what happens. One that throws is left out from then on. Thread-safe. */
public final class Announcer {

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
    listeners.removeIf(listener -> !accepts(listener, event));
  }

  private static boolean accepts(Consumer<ServiceApi.Event> listener, ServiceApi.Event event) {
    try {
      listener.accept(event);
      return true;
    } catch (RuntimeException broken) {
      return false;
    }
  }
}
