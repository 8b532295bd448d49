// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.http.FakeService;
import io.kleaner.supervisor.http.HttpConfig;
import io.kleaner.supervisor.http.HttpServer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What {@code kleaner status} prints of a service of which the test decides what it knows. */
class StatusCommandTest {

  private static Map<String, Object> alert(String rule, String subject) {
    return Map.of("rule", rule, "subject", subject, "state", "firing", "summary", "so it is");
  }

  private static HttpServer serving(FakeService service) throws Exception {
    return HttpServer.start(
        new LocalFileSystem(), HttpConfig.loopback(0), "0123456789abcdef", service, Clock.system());
  }

  /** More than an answer has by default; what matters is the last of them. */
  @Test
  void status_manyAlerts_showsEachOfThem() throws Exception {
    FakeService service = new FakeService();
    for (int i = 0; i < 500; i++) {
      service.alerts.add(alert("PartitionStalled", "orders-" + i));
    }
    service.alerts.add(alert("WorkerDead", "cleaner-0"));
    try (HttpServer server = serving(service)) {

      Cli.Run run = Cli.run("status", "--url", server.url());

      assertThat(run.out().lines().filter(line -> line.contains("ALERT"))).hasSize(501);
      assertThat(run.out()).contains("ALERT WorkerDead cleaner-0: so it is");
      assertThat(Cli.run("status", "--url", server.url(), "--json").json().path("alerts"))
          .hasSize(501);
    }
  }

  @Test
  void status_moreHeldAndNotThereThanAnAnswerHas_saysHowManyMore() throws Exception {
    FakeService service = new FakeService();
    service.status = Map.of("heldAbsent", List.of("/logs:orders-1"), "heldAbsentMore", 7);
    try (HttpServer server = serving(service)) {

      assertThat(Cli.run("status", "--url", server.url()).out())
          .containsSubsequence(
              "  held, not there now: /logs:orders-1\n", "  held, not there now: and 7 more\n");

      service.status = Map.of("heldAbsent", List.of("/logs:orders-1"), "heldAbsentMore", 0);
      assertThat(Cli.run("status", "--url", server.url()).out()).doesNotContain(" more");
    }
  }
}
