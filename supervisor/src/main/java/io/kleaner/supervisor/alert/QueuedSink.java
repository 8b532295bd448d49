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
 *
 * <p>The thread starts with the first event. One that dies of an Error is replaced at once, or, if
 * there was no memory for that, at the next event or look at the status; the event in its hands
 * counts as failed. Thread-safe.
 */
public final class QueuedSink implements AlertSink {

  /** Events that wait at most. */
  static final int CAPACITY = 256;

  private static final long POLL_MS = 250;
  private static final long CLOSE_MS = 1_000;

  /** How an event gets to its receiver. Thread-safe. */
  public interface Courier {

    /**
     * Delivers an event, trying as often as it makes sense.
     *
     * @param token cancelled when the service ends: whoever sleeps on it wakes, and whatever
     *     attempt is under way is the last
     * @throws DeliveryException if it was given up; its message has no secret in it
     */
    void deliver(AlertEvent event, CancelToken token)
        throws DeliveryException, InterruptedException;

    /** Hears of an event when it is offered, before it waits; must not wait itself. */
    default void offered(AlertEvent event) {}

    /**
     * Called a few times a second on the sink's thread while no event waits.
     *
     * @throws DeliveryException if something was to be said again and did not arrive
     */
    default void idle(CancelToken token) throws DeliveryException, InterruptedException {}
  }

  private final String name;
  private final Courier courier;
  private final BlockingQueue<AlertEvent> queue = new ArrayBlockingQueue<>(CAPACITY);
  private final CancelToken token = new CancelToken();
  private final LongAdder delivered = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final LongAdder dropped = new LongAdder();
  private volatile long restarts;
  private volatile String lastError = "";
  private volatile Thread thread;

  /**
   * @param name for messages and metrics
   */
  public QueuedSink(String name, Courier courier) {
    this.name = name;
    this.courier = courier;
    this.thread = newThread();
  }

  private Thread newThread() {
    Thread fresh = new Thread(this::work, "kleaner-alert-" + name);
    fresh.setDaemon(true);
    fresh.setUncaughtExceptionHandler(
        (dying, error) -> {
          lastError = "its thread died of " + error.getClass().getSimpleName();
          replace(dying);
        });
    return fresh;
  }

  /** A token for those who shall try once and not rest. */
  static CancelToken oneAttempt() {
    CancelToken token = new CancelToken();
    token.cancel();
    return token;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void offer(AlertEvent event) {
    if (token.isCancelled()) {
      dropped.increment();
      return;
    }
    try {
      courier.offered(event);
    } catch (RuntimeException e) {
      lastError = e.getClass().getSimpleName();
    }
    while (!queue.offer(event)) {
      if (queue.poll() != null) {
        dropped.increment();
      }
    }
    ensureThread();
  }

  private void ensureThread() {
    Thread current = thread;
    if (current.isAlive() || token.isCancelled()) {
      return;
    }
    try {
      if (current.getState() == Thread.State.NEW) {
        startNew(current);
      } else {
        replace(current);
      }
    } catch (OutOfMemoryError noThread) {
      // The system has none to give; the next event or look at the status asks again.
      lastError = "no thread could be started";
    }
  }

  private synchronized void startNew(Thread fresh) {
    if (fresh.getState() == Thread.State.NEW) {
      fresh.start();
    }
  }

  private synchronized void replace(Thread dead) {
    if (thread != dead || token.isCancelled()) {
      return;
    }
    // Put in place before it starts: if there is no memory for that, it is started later.
    thread = newThread();
    restarts++;
    thread.start();
  }

  private void work() {
    while (!token.isCancelled() || !queue.isEmpty()) {
      try {
        AlertEvent event = queue.poll(token.isCancelled() ? 0 : POLL_MS, TimeUnit.MILLISECONDS);
        if (event != null) {
          deliver(event);
        } else {
          idle();
        }
      } catch (InterruptedException e) {
        if (token.isCancelled()) {
          // close() has waited long enough.
          return;
        }
      }
    }
  }

  private void deliver(AlertEvent event) throws InterruptedException {
    boolean arrived = false;
    try {
      courier.deliver(event, token);
      arrived = true;
      lastError = "";
    } catch (DeliveryException e) {
      lastError = e.getMessage();
    } catch (RuntimeException e) {
      lastError = e.getClass().getSimpleName();
    } finally {
      (arrived ? delivered : failed).increment();
    }
  }

  private void idle() throws InterruptedException {
    try {
      courier.idle(token);
    } catch (DeliveryException e) {
      lastError = e.getMessage();
    } catch (RuntimeException e) {
      lastError = e.getClass().getSimpleName();
    }
  }

  @Override
  public void deliverNow(AlertEvent sample) throws DeliveryException, InterruptedException {
    courier.deliver(sample, oneAttempt());
  }

  /** Like {@link #deliverNow}, and says how it went. */
  public TestResult test(AlertEvent sample) throws InterruptedException {
    try {
      deliverNow(sample);
      return new TestResult(name, true, "delivered");
    } catch (DeliveryException e) {
      return new TestResult(name, false, e.getMessage());
    } catch (RuntimeException e) {
      return new TestResult(name, false, e.getClass().getSimpleName());
    }
  }

  /** How a test went. */
  public record TestResult(String sink, boolean delivered, String detail) {}

  /** How often its thread died and was replaced. */
  public long restarts() {
    return restarts;
  }

  @Override
  public Status status() {
    if (!queue.isEmpty() || thread.getState() == Thread.State.TERMINATED) {
      ensureThread();
    }
    return new Status(name, delivered.sum(), failed.sum(), dropped.sum(), queue.size(), lastError);
  }

  /** What waits gets one second more; then it is dropped and whatever is under way interrupted. */
  @Override
  public void close() {
    token.cancel();
    Thread last = thread;
    try {
      last.join(CLOSE_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    last.interrupt();
    while (queue.poll() != null) {
      dropped.increment();
    }
  }
}
