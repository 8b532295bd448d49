// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is done over HTTP, and for whom. */
class ActionTest {

  private static final String CLEAN = "/api/v1/partitions/orders-0/clean";
  private static final HttpRequest.BodyPublisher NOTHING = HttpRequest.BodyPublishers.noBody();

  @ParameterizedTest
  @CsvSource({
    "/api/v1/partitions/orders-0/clean,CLEAN orders-0 why",
    "/api/v1/partitions/orders-0/quarantine,QUARANTINE orders-0 why",
    "/api/v1/partitions/%2Fd1%3Aorders-0/release,RELEASE /d1:orders-0 why",
    "/api/v1/workers/cleaner-0/chaos?fault=hang,CHAOS cleaner-0 hang"
  })
  void act_withToken_isDone(String path, String done) throws Exception {
    try (HttpLab lab = HttpLab.start()) {
      HttpLab.Got got = lab.post(path, "{\"reason\": \"why\"}");

      assertThat(got.status()).isEqualTo(200);
      assertThat(got.json().path("outcome").asText()).isEqualTo("done");
      assertThat(lab.service.acts).containsExactly(done);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "{\"bytesPerSecond\": 1048576};200;THROTTLE OptionalLong[1048576]",
        "{\"bytesPerSecond\": null};200;THROTTLE OptionalLong.empty",
        "{\"bytesPerSecond\": 0};400;",
        "{\"bytesPerSecond\": \"x\"};400;",
        "{};400;",
        "no;400;"
      })
  void throttle_rate_isTakenOrRefused(String body, int status, String done) throws Exception {
    try (HttpLab lab = HttpLab.start()) {
      assertThat(lab.post("/api/v1/throttle", body).status()).isEqualTo(status);
      assertThat(String.join("", lab.service.acts)).isEqualTo(done == null ? "" : done);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {CLEAN, "/api/v1/throttle", "/api/v1/workers/cleaner-0/chaos?fault=oom"})
  void act_withoutToken_is401AndNothingIsDone(String path) throws Exception {
    try (HttpLab lab = HttpLab.start()) {
      HttpLab.Got got = lab.send(lab.request(path).POST(NOTHING));

      assertThat(got.status()).isEqualTo(401);
      assertThat(got.header("www-authenticate")).isEqualTo("Bearer");
      assertThat(lab.service.acts).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Bearer wrong",
        "Bearer 0123456789abcdef0123x",
        // As long as the right one.
        "Bearer 0123456789abcdef0124",
        "Bearer x123456789abcdef0123"
      })
  void act_wrongToken_is403AndNothingIsDone(String authorization) throws Exception {
    try (HttpLab lab = HttpLab.start()) {
      HttpLab.Got got =
          lab.send(lab.request(CLEAN).header("Authorization", authorization).POST(NOTHING));

      assertThat(got.status()).isEqualTo(403);
      assertThat(lab.service.acts).isEmpty();
    }
  }

  @Test
  void act_anotherSitesPage_is403EvenWithTheToken() throws Exception {
    try (HttpLab lab = HttpLab.start()) {
      HttpLab.Got got =
          lab.send(
              lab.request(CLEAN)
                  .header("Authorization", "Bearer " + HttpLab.TOKEN)
                  .header("Origin", "http://evil.example")
                  .POST(NOTHING));

      assertThat(got.status()).isEqualTo(403);
      assertThat(lab.service.acts).isEmpty();
    }
  }

  @Test
  void act_ownPage_isDone() throws Exception {
    try (HttpLab lab = HttpLab.start()) {
      HttpLab.Got got =
          lab.send(
              lab.request(CLEAN)
                  .header("Authorization", "Bearer " + HttpLab.TOKEN)
                  .header("Origin", "http://127.0.0.1:" + lab.port())
                  .POST(NOTHING));

      assertThat(got.status()).isEqualTo(200);
    }
  }

  @Test
  void act_byGet_is405() throws Exception {
    try (HttpLab lab = HttpLab.start()) {
      assertThat(lab.get(CLEAN).header("allow")).isEqualTo("POST");
      assertThat(lab.get("/api/v1/throttle").status()).isEqualTo(405);
    }
  }

  @Test
  void act_bodyThatIsNoObject_is400() throws Exception {
    try (HttpLab lab = HttpLab.start()) {
      assertThat(lab.post(CLEAN, "[1]").status()).isEqualTo(400);
      assertThat(lab.post(CLEAN, "{").status()).isEqualTo(400);
      assertThat(lab.service.acts).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({"NOT_FOUND,404", "REFUSED,409"})
  void act_notDone_saysSoByItsStatus(ServiceApi.ActionResult.Outcome outcome, int status)
      throws Exception {
    try (HttpLab lab = HttpLab.start()) {
      lab.service.outcome = outcome;

      assertThat(lab.post(CLEAN, "").status()).isEqualTo(status);
    }
  }

  @Test
  void chaos_notSwitchedOn_isNotThere() throws Exception {
    try (HttpLab lab = HttpLab.start()) {
      lab.service.chaos = false;

      assertThat(lab.post("/api/v1/workers/cleaner-0/chaos", "").status()).isEqualTo(404);
      assertThat(lab.service.acts).isEmpty();
    }
  }

  @Test
  void act_oftenerThanAllowed_is429UntilLater() throws Exception {
    try (HttpLab lab = new HttpLab(HttpLab.counts(16, 4, 2), HttpLab.LIMITS)) {
      lab.post(CLEAN, "");
      lab.post(CLEAN, "");

      HttpLab.Got third = lab.post(CLEAN, "");

      assertThat(third.status()).isEqualTo(429);
      assertThat(Integer.parseInt(third.header("retry-after"))).isBetween(1, 60);
      assertThat(lab.service.acts).hasSize(2);
    }
  }

  @Test
  void act_wrongTokens_doNotUseUpTheRate() throws Exception {
    try (HttpLab lab = new HttpLab(HttpLab.counts(16, 4, 1), HttpLab.LIMITS)) {
      for (int i = 0; i < 5; i++) {
        lab.send(lab.request(CLEAN).header("Authorization", "Bearer x").POST(NOTHING));
      }

      assertThat(lab.post(CLEAN, "").status()).isEqualTo(200);
    }
  }
}
