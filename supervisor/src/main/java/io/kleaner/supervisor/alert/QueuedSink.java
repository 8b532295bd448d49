// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.alert;

import io.kleaner.core.pace.CancelToken;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * A sink with a queue and a thread of its own, so that a receiver that is dead, slow or broken
 * costs nobody else anything. Bounded: the oldest event gives way to a new one, and is counted.
 * Thread-safe.
 */
public final class QueuedSink implements AlertSink {

  private static final int CAPACITY = 256;
  private static final long POLL_MS = 250;

  /** How an event gets to its receiver. */
  public interface Courier {

    /**
     * Delivers an event, trying as often as it makes sense.
     *
     * @param token cancelled when the service ends; whoever sleeps on it wakes
     * @throws DeliveryException if it was given up; its message has no secret in it
     */
    void deliver(AlertEvent event, CancelToken token)
        throws DeliveryException, InterruptedException;
  }

  private final String name;
  private final Courier courier;
  private final BlockingQueue<AlertEvent> queue = new ArrayBlockingQueue<>(CAPACITY);
  private final CancelToken token = new CancelToken();
  private final LongAdder delivered = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final LongAdder dropped = new LongAdder();
  private volatile String lastError = "";
  private volatile Thread thread;

  /**
   * @param name for messages and metrics
   */
  public QueuedSink(String name, Courier courier) {
    this.name = name;
    this.courier = courier;
    this.thread = newThread();
    this.thread.start();
  }

  private Thread newThread() {
    Thread fresh = new Thread(this::work, "kleaner-alert-" + name);
    fresh.setDaemon(true);
    return fresh;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void offer(AlertEvent event) {
    while (!queue.offer(event)) {
      if (queue.poll() != null) {
        dropped.increment();
      }
    }
    revive();
  }

  /** A thread that died of an error must not silence the sink. */
  private synchronized void revive() {
    if (!thread.isAlive() && !token.isCancelled()) {
      lastError = "its thread had ended, and was started anew";
      thread = newThread();
      thread.start();
    }
  }

  private void work() {
    while (!token.isCancelled() || !queue.isEmpty()) {
      try {
        AlertEvent event = queue.poll(POLL_MS, TimeUnit.MILLISECONDS);
        if (event != null) {
          deliver(event);
        }
      } catch (InterruptedException e) {
        // Nobody here interrupts; the end comes by the token.
        Thread.interrupted();
      }
    }
  }

  private void deliver(AlertEvent event) throws InterruptedException {
    try {
      courier.deliver(event, token);
      delivered.increment();
      lastError = "";
    } catch (DeliveryException e) {
      failed.increment();
      lastError = e.getMessage();
    } catch (RuntimeException e) {
      failed.increment();
      lastError = e.getClass().getSimpleName();
    }
  }

  /** Delivers one event now, on this thread, and says how it went. */
  public TestResult test(AlertEvent sample) throws InterruptedException {
    try {
      courier.deliver(sample, new CancelToken());
      return new TestResult(name, true, "delivered");
    } catch (DeliveryException e) {
      return new TestResult(name, false, e.getMessage());
    }
  }

  /** How a test went. */
  public record TestResult(String sink, boolean delivered, String detail) {}

  @Override
  public Status status() {
    return new Status(name, delivered.sum(), failed.sum(), dropped.sum(), queue.size(), lastError);
  }

  /** What waits gets one second more. */
  @Override
  public void close() {
    token.cancel();
    try {
      thread.join(TimeUnit.SECONDS.toMillis(1));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
