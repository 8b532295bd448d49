// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.kleaner.core.pace.CancelToken;
import io.kleaner.supervisor.cleaner.HandClock;
import io.kleaner.supervisor.judge.Severity;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AlertmanagerCourierTest {

  private static final String IN_15_MINUTES = "2026-01-02T03:19:05Z";

  private final HandClock clock = new HandClock(Samples.SINCE_MS);
  private final CancelToken token = new CancelToken();
  private Receiver receiver;
  private AlertmanagerCourier courier;

  @BeforeEach
  void listen() throws IOException {
    listen(Receiver.status(200));
  }

  private void listen(Receiver.Behaviour... script) throws IOException {
    receiver = new Receiver(script);
    courier =
        new AlertmanagerCourier(
            new HttpPost(receiver.url(), 20_000, 3, new Backoff(1, 2)), "kleaner@test", clock);
  }

  @AfterEach
  void close() throws IOException {
    receiver.close();
  }

  @Test
  void deliver_firing_isAsItsApiTakesIt() throws Exception {
    courier.deliver(Samples.firing(7), token);

    assertThat(receiver.next().body())
        .isEqualTo(
            """
            [{"labels":{"alertname":"KleanerWorkerDead","severity":"critical",\
            "subject":"worker-1","instance":"kleaner@test"},\
            "annotations":{"summary":"worker-1 ended by OutOfMemoryError",\
            "description":"heartbeat 1,200 ms old","next_step":"Look at the incident."},\
            "startsAt":"2026-01-02T03:04:05Z","endsAt":"2026-01-02T03:19:05Z"}]""");
  }

  @Test
  void deliver_resolved_endsWhenItDid() throws Exception {
    courier.deliver(Samples.firing(7), token);
    receiver.next();

    courier.deliver(Samples.resolved(7), token);

    assertThat(alerts()).containsExactly("critical ends 2026-01-02T03:04:07Z");
  }

  @Test
  void deliver_clockSetBackInBetween_doesNotEndBeforeItStarts() throws Exception {
    Alert alert = Samples.resolved(7).alert();
    long earlierMs = Samples.SINCE_MS - 3_600_000;

    courier.deliver(new AlertEvent(AlertEvent.Kind.RESOLVED, alert, earlierMs), token);

    assertThat(alerts()).containsExactly("critical ends 2026-01-02T03:04:05Z");
  }

  @Test
  void deliver_severityChanged_endsWhatWasToldUnderTheOld() throws Exception {
    courier.deliver(Samples.event(AlertEvent.Kind.FIRING, 7, Severity.WARNING), token);
    receiver.next();

    courier.deliver(Samples.event(AlertEvent.Kind.REPEATED, 7, Severity.CRITICAL), token);

    assertThat(alerts())
        .containsExactly("warning ends 2026-01-02T03:04:07Z", "critical ends " + IN_15_MINUTES);
  }

  @Test
  void idle_lessThanAMinute_saysNothing() throws Exception {
    courier.offered(Samples.firing(7));
    clock.passMs(AlertmanagerCourier.RESEND_MS - 1);

    courier.idle(token);

    assertThat(receiver.waiting()).isZero();
  }

  @Test
  void idle_aMinuteLater_tellsAgainWhatFires() throws Exception {
    courier.offered(Samples.firing(7));
    courier.offered(Samples.firing(8));
    courier.offered(Samples.resolved(7));
    clock.passMs(AlertmanagerCourier.RESEND_MS);

    courier.idle(token);
    courier.idle(token);

    assertThat(alerts()).containsExactly("critical ends 2026-01-02T03:20:05Z");
    assertThat(receiver.waiting()).isZero();
  }

  @Test
  void idle_nothingFires_saysNothing() throws Exception {
    clock.passMs(AlertmanagerCourier.RESEND_MS);

    courier.idle(token);

    assertThat(receiver.waiting()).isZero();
  }

  @Test
  void idle_receiverInTrouble_triesOnceAMinute() throws Exception {
    receiver.close();
    listen(Receiver.status(500), Receiver.status(200));
    courier.offered(Samples.firing(7));
    clock.passMs(AlertmanagerCourier.RESEND_MS);

    assertThatThrownBy(() -> courier.idle(token)).isInstanceOf(DeliveryException.class);
    courier.idle(token);
    assertThat(receiver.waiting()).isEqualTo(1);
    clock.passMs(AlertmanagerCourier.RESEND_MS);
    courier.idle(token);

    assertThat(receiver.waiting()).isEqualTo(2);
  }

  private List<String> alerts() throws Exception {
    List<String> alerts = new ArrayList<>();
    for (JsonNode alert : new ObjectMapper().readTree(receiver.next().body())) {
      alerts.add(
          alert.get("labels").get("severity").asText() + " ends " + alert.get("endsAt").asText());
    }
    return alerts;
  }
}
