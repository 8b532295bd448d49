// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.alert;

import java.util.List;

/** Tells every sink; what is wrong with one is not another's. Thread-safe. */
public final class AlertDispatcher implements AutoCloseable {

  private final List<AlertSink> sinks;

  /**
   * @param sinks closed with it
   */
  public AlertDispatcher(List<AlertSink> sinks) {
    this.sinks = List.copyOf(sinks);
  }

  /** Hands events to every sink; never waits. */
  public void dispatch(List<AlertEvent> events) {
    for (AlertEvent event : events) {
      for (AlertSink sink : sinks) {
        sink.offer(event);
      }
    }
  }

  /** How it goes with each. */
  public List<AlertSink.Status> status() {
    return sinks.stream().map(AlertSink::status).toList();
  }

  @Override
  public void close() {
    sinks.forEach(AlertSink::close);
  }
}
