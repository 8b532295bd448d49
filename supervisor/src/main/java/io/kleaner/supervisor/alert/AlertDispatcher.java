// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.alert;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;

/**
 * Tells every sink; what is wrong with one is not another's. Writes nothing to the log: it is the
 * supervisor that hands events over, and where the log goes may be blocked. What a sink refuses
 * counts as dropped in its status. Thread-safe.
 */
public final class AlertDispatcher implements AutoCloseable {

  private static final long CLOSE_MS = 2_000;

  private final List<AlertSink> sinks;
  private final Map<AlertSink, Refusals> refusals = new ConcurrentHashMap<>();

  /** What a sink threw instead of taking an event. */
  private record Refusals(long count, String last) {}

  /** How a test of one sink went; the detail is what to read if it was not delivered. */
  public record TestResult(String sink, boolean delivered, String detail) {}

  /**
   * @param sinks closed with it
   */
  public AlertDispatcher(List<AlertSink> sinks) {
    this.sinks = List.copyOf(sinks);
  }

  /** Hands events to every sink; never waits, never throws. */
  public void dispatch(List<AlertEvent> events) {
    for (AlertEvent event : events) {
      for (AlertSink sink : sinks) {
        offer(sink, event);
      }
    }
  }

  private void offer(AlertSink sink, AlertEvent event) {
    try {
      sink.offer(event);
    } catch (RuntimeException | Error e) {
      // No sink may throw; one that does anyway must not keep the alert from those after it.
      refusals.merge(
          sink,
          new Refusals(1, "refused an event: " + e.getClass().getSimpleName()),
          (before, now) -> new Refusals(before.count() + 1, now.last()));
    }
  }

  /** How it goes with each. */
  public List<AlertSink.Status> status() {
    return sinks.stream().map(this::status).toList();
  }

  private AlertSink.Status status(AlertSink sink) {
    AlertSink.Status own = sink.status();
    Refusals refused = refusals.get(sink);
    return refused == null
        ? own
        : new AlertSink.Status(
            own.name(),
            own.delivered(),
            own.failed(),
            own.dropped() + refused.count(),
            own.queued(),
            own.lastError().isEmpty() ? refused.last() : own.lastError());
  }

  /**
   * Sends a sample through each sink, past its queue and in one attempt, all at the same time, and
   * waits for how it went. On a thread that was interrupted before, nothing is sent.
   *
   * @param timeoutMs for all of them together
   * @return in the order of the sinks
   */
  public List<TestResult> sendTest(AlertEvent sample, long timeoutMs) {
    if (Thread.currentThread().isInterrupted()) {
      // Waiting notices an interrupt only where something is still to be waited for.
      return sinks.stream().map(sink -> new TestResult(sink.name(), false, "interrupted")).toList();
    }
    return each(
        sink -> {
          try {
            sink.deliverNow(sample);
            return new TestResult(sink.name(), true, "delivered");
          } catch (DeliveryException e) {
            return new TestResult(sink.name(), false, e.getMessage());
          }
        },
        (sink, why) -> new TestResult(sink.name(), false, why),
        timeoutMs);
  }

  /** Gives all sinks together two seconds for what waits. */
  @Override
  public void close() {
    each(
        sink -> {
          sink.close();
          return sink;
        },
        (sink, why) -> sink,
        CLOSE_MS);
  }

  private <T> List<T> each(
      Task<T> task, BiFunction<AlertSink, String, T> otherwise, long timeoutMs) {
    ExecutorService threads =
        Executors.newCachedThreadPool(
            work -> {
              Thread thread = new Thread(work, "kleaner-alert-all");
              thread.setDaemon(true);
              return thread;
            });
    try {
      List<Callable<T>> tasks = new ArrayList<>();
      sinks.forEach(sink -> tasks.add(() -> task.on(sink)));
      List<Future<T>> done = threads.invokeAll(tasks, timeoutMs, TimeUnit.MILLISECONDS);
      List<T> results = new ArrayList<>();
      for (int i = 0; i < sinks.size(); i++) {
        results.add(result(done.get(i), sinks.get(i), otherwise, timeoutMs));
      }
      return results;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return sinks.stream().map(sink -> otherwise.apply(sink, "interrupted")).toList();
    } finally {
      threads.shutdownNow();
    }
  }

  private static <T> T result(
      Future<T> done, AlertSink sink, BiFunction<AlertSink, String, T> otherwise, long timeoutMs)
      throws InterruptedException {
    try {
      return done.get();
    } catch (CancellationException e) {
      return otherwise.apply(sink, "no result within " + timeoutMs + " ms");
    } catch (ExecutionException e) {
      return otherwise.apply(sink, e.getCause().getClass().getSimpleName());
    }
  }

  /** Something that may take long and may throw anything. */
  @FunctionalInterface
  private interface Task<T> {
    T on(AlertSink sink) throws InterruptedException;
  }
}
