// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Listening elsewhere than on loopback. */
class RemoteTest {

  @Test
  void start_everywhereWithoutTls_isRefused() {
    assertThat(HttpLab.everywhere(false, false).problems())
        .singleElement()
        .asString()
        .contains("0.0.0.0", "http.tls.certificate", "http.allow.insecure.remote");
    assertThatThrownBy(() -> new HttpLab(HttpLab.everywhere(false, false), HttpLab.LIMITS))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/metrics",
        "/api/v1/status",
        "/api/v1/partitions",
        "/api/v1/stories",
        "/api/v1/workers",
        "/api/v1/alerts",
        "/api/v1/events"
      })
  void read_everywhere_needsTheToken(String path) throws Exception {
    try (HttpLab lab = new HttpLab(HttpLab.everywhere(true, false), HttpLab.LIMITS)) {
      assertThat(lab.get(path).status()).isEqualTo(401);
      assertThat(lab.send(lab.request(path).header("Authorization", "Bearer wrong")).status())
          .isEqualTo(403);
    }
  }

  @Test
  void read_everywhereWithTheToken_isAnswered() throws Exception {
    try (HttpLab lab = new HttpLab(HttpLab.everywhere(true, false), HttpLab.LIMITS)) {
      assertThat(
              lab.send(lab.request("/metrics").header("Authorization", "Bearer " + HttpLab.TOKEN))
                  .status())
          .isEqualTo(200);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/healthz", "/readyz", "/", "/app.js", "/style.css"})
  void healthAndPage_everywhere_needNoToken(String path) throws Exception {
    try (HttpLab lab = new HttpLab(HttpLab.everywhere(true, false), HttpLab.LIMITS)) {
      assertThat(lab.get(path).status()).isEqualTo(200);
    }
  }

  @Test
  void read_everywhereAllowedWithoutToken_isAnsweredAndActionsAreNot() throws Exception {
    try (HttpLab lab = new HttpLab(HttpLab.everywhere(true, true), HttpLab.LIMITS)) {
      assertThat(lab.get("/metrics").status()).isEqualTo(200);
      assertThat(
              lab.send(
                      lab.request("/api/v1/throttle")
                          .POST(java.net.http.HttpRequest.BodyPublishers.noBody()))
                  .status())
          .isEqualTo(401);
    }
  }
}
