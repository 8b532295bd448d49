// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.kleaner.core.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every route is in the OpenAPI document, and every action in it is one. */
class OpenApiRoutesTest {

  @Test
  void document_paths_areEveryRoute() throws Exception {
    Routes routes =
        new Routes(
            new FakeService(), new Guard("", HttpConfig.loopback(0), Clock.system()), "none");
    JsonNode paths = new ObjectMapper().readTree(PageFile.OPEN_API.answer().body()).path("paths");
    List<String> reads = new ArrayList<>();
    paths
        .properties()
        .forEach(
            path -> {
              if (path.getValue().has("get")) {
                reads.add(path.getKey());
              }
            });

    List<String> served = new ArrayList<>(routes.paths());
    served.add(Routes.EVENTS);
    assertThat(reads).containsExactlyInAnyOrderElementsOf(served);
  }

  @Test
  void document_actions_areDone() throws Exception {
    try (HttpLab lab = HttpLab.start()) {
      JsonNode paths = lab.get("/api/v1/openapi.json").json().path("paths");
      int actions = 0;
      for (var path : paths.properties()) {
        if (path.getValue().has("post")) {
          actions++;
          String target =
              path.getKey()
                  .replace("{partition}", "orders-0")
                  .replace("{worker}", "cleaner-0")
                  .replace("{remedy}", "1");
          assertThat(lab.post(target, "{\"bytesPerSecond\": 1}").status())
              .as(target)
              .isEqualTo(200);
        }
      }
      assertThat(actions).isEqualTo(8);
    }
  }
}
