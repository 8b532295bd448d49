// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.alert;

/** Where alerts are told. Thread-safe; nothing here ever waits for a receiver. */
public interface AlertSink extends AutoCloseable {

  /** For messages, metrics and status. */
  String name();

  /** Takes an event to be delivered; never blocks and never throws. */
  void offer(AlertEvent event);

  /** How it goes. */
  Status status();

  @Override
  void close();

  /**
   * How it goes.
   *
   * @param delivered events that arrived
   * @param failed events that were given up
   * @param dropped events that found no room in the queue
   * @param queued events that wait
   * @param lastError why the last attempt failed, empty if it did not; no secret in it
   */
  record Status(
      String name, long delivered, long failed, long dropped, int queued, String lastError) {}
}
