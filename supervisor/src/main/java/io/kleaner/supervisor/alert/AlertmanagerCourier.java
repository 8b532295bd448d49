// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.alert;

import io.kleaner.core.pace.CancelToken;
import io.kleaner.core.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Tells Alertmanager (API version 2), and keeps telling it what fires: Alertmanager forgets its
 * alerts when it restarts, and takes one for over when its {@code endsAt} passes. So each is sent
 * again every {@link #RESEND_MS}, to end {@link #HOLD_MS} later unless it is sent once more. Those
 * 15 minutes also end what stays behind when an all-clear never arrived, or this service is gone.
 *
 * <p>Thread-safe.
 */
final class AlertmanagerCourier implements QueuedSink.Courier {

  /** Between two tellings of what still fires, milliseconds. */
  static final long RESEND_MS = 60_000;

  /** How long an alert that is not sent again goes on firing there, milliseconds. */
  static final long HOLD_MS = 900_000;

  private final HttpPost post;
  private final String instance;
  private final Clock clock;

  /** By alert id; as large as the book lets it become. */
  private final Map<Long, AlertEvent> firing = new ConcurrentHashMap<>();

  /** Severity is a label there: told under another, it is another alert and the old one stays. */
  private final Map<Long, AlertEvent> sent = new ConcurrentHashMap<>();

  private volatile long lastResentMs;

  AlertmanagerCourier(HttpPost post, String instance, Clock clock) {
    this.post = post;
    this.instance = instance;
    this.clock = clock;
    this.lastResentMs = clock.nowMs();
  }

  /** Kept apart from the queue, where the all-clear might be the one that gives way. */
  @Override
  public void offered(AlertEvent event) {
    if (isOver(event)) {
      firing.remove(event.alert().id());
    } else {
      firing.put(event.alert().id(), event);
    }
  }

  @Override
  public void deliver(AlertEvent event, CancelToken token)
      throws DeliveryException, InterruptedException {
    send(List.of(event), token);
  }

  @Override
  public void idle(CancelToken token) throws DeliveryException, InterruptedException {
    long nowMs = clock.nowMs();
    if (Math.abs(nowMs - lastResentMs) < RESEND_MS) {
      return;
    }
    lastResentMs = nowMs;
    sent.keySet().retainAll(firing.keySet());
    if (!firing.isEmpty()) {
      // One attempt: the next comes in a minute, and news must not wait behind this one.
      send(List.copyOf(firing.values()), QueuedSink.oneAttempt());
    }
  }

  private void send(List<AlertEvent> events, CancelToken token)
      throws DeliveryException, InterruptedException {
    long holdUntilMs = clock.nowMs() + HOLD_MS;
    List<Map<String, Object>> alerts = new ArrayList<>();
    for (AlertEvent event : events) {
      AlertEvent before = sent.getOrDefault(event.alert().id(), event);
      if (before.alert().severity() != event.alert().severity()) {
        alerts.add(AlertJson.alertmanager(before, instance, event.atMs()));
      }
      alerts.add(
          AlertJson.alertmanager(event, instance, isOver(event) ? event.atMs() : holdUntilMs));
    }
    post.send(AlertJson.text(alerts), Map::of, token);
    for (AlertEvent event : events) {
      if (isOver(event)) {
        sent.remove(event.alert().id());
      } else {
        sent.put(event.alert().id(), event);
      }
    }
  }

  private static boolean isOver(AlertEvent event) {
    return event.kind() == AlertEvent.Kind.RESOLVED;
  }
}
