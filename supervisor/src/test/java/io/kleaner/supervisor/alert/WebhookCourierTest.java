// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.alert;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.kleaner.core.pace.CancelToken;
import io.kleaner.supervisor.cleaner.HandClock;
import io.kleaner.supervisor.judge.Severity;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WebhookCourierTest {

  private static final byte[] SECRET = "hunter2".getBytes(StandardCharsets.UTF_8);

  private final HandClock clock = new HandClock(Samples.SINCE_MS);

  @Test
  void deliver_event_bodyIsAsDocumented() throws Exception {
    try (Receiver receiver = new Receiver(Receiver.status(200))) {
      deliver(receiver, Optional.empty(), Samples.firing(7));

      assertThat(receiver.next().body())
          .isEqualTo(
              """
              {"version":1,"event":"firing","instance":"kleaner@test","id":7,\
              "rule":"WorkerDead","subject":"worker-1","severity":"critical",\
              "summary":"worker-1 ended by OutOfMemoryError",\
              "evidence":"heartbeat 1,200 ms old","nextStep":"Look at the incident.",\
              "since":"2026-01-02T03:04:05Z","lastSeen":"2026-01-02T03:04:07Z",\
              "at":"2026-01-02T03:04:07Z","occurrences":3}""");
    }
  }

  @Test
  void deliver_withSecret_signatureIsOfTimestampAndBody() throws Exception {
    try (Receiver receiver = new Receiver(Receiver.status(200))) {
      deliver(receiver, Optional.of(SECRET), Samples.firing(7));

      Receiver.Request request = receiver.next();
      assertThat(request.headers())
          .containsEntry("x-kleaner-timestamp", Long.toString(Samples.SINCE_MS / 1_000))
          .containsEntry("x-kleaner-signature", signature(request));
    }
  }

  @Test
  void deliver_triedAgain_sameBodyUnderANewTimestampAndSignature() throws Exception {
    try (Receiver receiver =
        new Receiver(
            socket -> {
              clock.passMs(90_000);
              Receiver.status(500).answer(socket);
            },
            Receiver.status(200))) {
      deliver(receiver, Optional.of(SECRET), Samples.firing(7));

      Receiver.Request first = receiver.next();
      Receiver.Request second = receiver.next();
      assertThat(second.body()).isEqualTo(first.body());
      assertThat(second.headers())
          .containsEntry("x-kleaner-timestamp", Long.toString(Samples.SINCE_MS / 1_000 + 90))
          .containsEntry("x-kleaner-signature", signature(second));
    }
  }

  @Test
  void deliver_withoutSecret_isNotSigned() throws Exception {
    try (Receiver receiver = new Receiver(Receiver.status(200))) {
      deliver(receiver, Optional.empty(), Samples.firing(7));

      assertThat(receiver.next().headers())
          .containsKey("x-kleaner-timestamp")
          .doesNotContainKey("x-kleaner-signature");
    }
  }

  @Test
  void deliver_longText_isCut() throws Exception {
    try (Receiver receiver = new Receiver(Receiver.status(200))) {
      String text = "x".repeat(AlertText.MAX_CHARS - 2) + "\uD83D\uDE00".repeat(50_000);

      deliver(
          receiver,
          Optional.empty(),
          Samples.event(AlertEvent.Kind.FIRING, 7, Severity.WARNING, text));

      JsonNode body = new ObjectMapper().readTree(receiver.next().body());
      assertThat(body.get("summary").asText()).isEqualTo("x".repeat(AlertText.MAX_CHARS - 2) + "…");
    }
  }

  private void deliver(Receiver receiver, Optional<byte[]> secret, AlertEvent event)
      throws Exception {
    new WebhookCourier(
            new HttpPost(receiver.url(), 20_000, 3, new Backoff(1, 2)),
            secret,
            "kleaner@test",
            clock)
        .deliver(event, new CancelToken());
  }

  /** As a receiver computes it. */
  private static String signature(Receiver.Request request) throws Exception {
    String signed = request.headers().get("x-kleaner-timestamp") + "." + request.body();
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(SECRET, "HmacSHA256"));
    return "sha256="
        + HexFormat.of().formatHex(mac.doFinal(signed.getBytes(StandardCharsets.UTF_8)));
  }
}
