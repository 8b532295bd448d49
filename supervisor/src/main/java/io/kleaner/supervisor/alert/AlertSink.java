// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.alert;

/** Where alerts are told. Thread-safe; but for {@link #deliverNow} nothing here waits. */
public interface AlertSink extends AutoCloseable {

  /** For messages, metrics and status. */
  String name();

  /** Takes an event to be delivered; never blocks and never throws. */
  void offer(AlertEvent event);

  /**
   * Delivers an event now, on the calling thread, past the queue and in one attempt: for tests of
   * the way to the receiver. The one method that waits.
   *
   * @throws DeliveryException if it did not arrive; the message says why and has no secret in it
   */
  default void deliverNow(AlertEvent sample) throws DeliveryException, InterruptedException {
    throw new DeliveryException("this sink cannot be tested");
  }

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
