// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.http;

import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** A service of which a test decides what it knows. */
public final class FakeService implements ServiceApi {

  volatile Health alive = new Health(true, "looked just now");
  volatile Health ready = new Health(true, "2 of 2 workers are well");
  volatile String metrics = "kleaner_up 1\n";
  volatile boolean chaos = true;
  volatile CountDownLatch slow = new CountDownLatch(0);
  volatile ActionResult.Outcome outcome = ActionResult.Outcome.DONE;
  final AtomicInteger metricsAsked = new AtomicInteger();
  final List<CertificateNews> certificates = new CopyOnWriteArrayList<>();
  final List<String> storiesTold = new CopyOnWriteArrayList<>();
  final List<String> acts = new CopyOnWriteArrayList<>();
  private final List<Consumer<Event>> listeners = new CopyOnWriteArrayList<>();
  private final AtomicLong id = new AtomicLong(1);
  final List<Map<String, Object>> partitions = new ArrayList<>();
  public volatile Map<String, Object> status = Map.of("healthy", true);
  public final List<Map<String, Object>> alerts = new CopyOnWriteArrayList<>();

  public FakeService() {
    for (int i = 0; i < 1_500; i++) {
      partitions.add(
          Map.of(
              "partition", (i % 2 == 0 ? "orders-" : "Payments-") + i,
              "topic", i % 2 == 0 ? "orders" : "Payments",
              "state", i < 10 ? "dirty" : "clean"));
    }
  }

  void announce(String type, Map<String, Object> data) {
    Event event = new Event(id.getAndIncrement(), type, data);
    listeners.forEach(listener -> listener.accept(event));
  }

  int listeners() {
    return listeners.size();
  }

  @Override
  public Health alive() {
    return alive;
  }

  @Override
  public Health ready() {
    return ready;
  }

  @Override
  public String metrics(boolean openMetrics) {
    metricsAsked.incrementAndGet();
    try {
      slow.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return openMetrics ? metrics + "# EOF\n" : metrics;
  }

  @Override
  public Map<String, Object> status() {
    return status;
  }

  @Override
  public List<Map<String, Object>> partitions() {
    return partitions;
  }

  @Override
  public List<Map<String, Object>> stories(String name) {
    return new AbstractList<>() {
      @Override
      public Map<String, Object> get(int index) {
        storiesTold.add(name + " " + index);
        return Map.of("partition", "orders-" + index);
      }

      @Override
      public int size() {
        return 1_500;
      }
    };
  }

  @Override
  public List<Map<String, Object>> workers() {
    return List.of(Map.of("id", "cleaner-0"));
  }

  @Override
  public List<Map<String, Object>> incidents() {
    throw new IllegalStateException("a defect");
  }

  @Override
  public List<Map<String, Object>> alerts() {
    return alerts;
  }

  @Override
  public ActionResult act(Action action, String target, String reason) {
    acts.add(action + " " + target + " " + reason);
    return new ActionResult(outcome, "so it is");
  }

  @Override
  public ActionResult throttle(OptionalLong bytesPerSecond) {
    acts.add("THROTTLE " + bytesPerSecond);
    return new ActionResult(outcome, "so it is");
  }

  @Override
  public Subscription subscribe(Consumer<Event> listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  @Override
  public void certificate(CertificateNews news) {
    certificates.add(news);
  }

  @Override
  public boolean chaosEnabled() {
    return chaos;
  }
}
