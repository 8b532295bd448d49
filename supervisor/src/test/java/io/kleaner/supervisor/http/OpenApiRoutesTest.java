// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.kleaner.core.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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

  /** Whatever is named, and every answer: nobody is left to guess a unit or a -1. */
  @Test
  void document_everythingInIt_isDescribed() throws Exception {
    JsonNode document = new ObjectMapper().readTree(PageFile.OPEN_API.answer().body());
    List<String> blank = new ArrayList<>();

    int described = undescribed(document, "", blank);

    assertThat(blank).isEmpty();
    assertThat(described).isGreaterThan(300);
  }

  /**
   * Notes what has to have a description and has none.
   *
   * @return how many have one
   */
  private static int undescribed(JsonNode node, String where, List<String> blank) {
    int described = 0;
    for (var field : node.properties()) {
      String name = where + "/" + field.getKey();
      JsonNode value = field.getValue();
      boolean needsOne =
          where.endsWith("/properties")
              || where.endsWith("/parameters")
              || where.endsWith("/x-events")
              || (where.endsWith("/responses") && !value.has("$ref"));
      boolean isOne = field.getKey().equals("description") || field.getKey().equals("summary");
      if ((needsOne && value.path("description").asText().isBlank())
          || (isOne && value.isTextual() && value.asText().isBlank())) {
        blank.add(name);
      } else if (needsOne) {
        described++;
      }
      described += undescribed(value, name, blank);
    }
    if (node.isArray()) {
      for (JsonNode each : node) {
        if (where.endsWith("/parameters") && each.path("description").asText().isBlank()) {
          blank.add(where + "/" + each.path("name").asText());
        }
        described += undescribed(each, where + "[]", blank);
      }
    }
    return described;
  }

  /** Each request that is wrong in a way of its own, at every path. */
  @Test
  void document_answersToWhatIsWrong_areInIt() throws Exception {
    String host = "Host: 127.0.0.1\r\n";
    Map<String, String> wrong =
        Map.of(
            "405", "DELETE %s HTTP/1.1\r\n" + host + "\r\n",
            "413", "%s %s HTTP/1.1\r\n" + host + "Content-Length: 70000\r\n\r\n",
            "414", "%s %s?" + "x".repeat(5_000) + " HTTP/1.1\r\n" + host + "\r\n",
            "421", "%s %s HTTP/1.1\r\nHost: evil.example\r\n\r\n",
            "431", "%s %s HTTP/1.1\r\n" + host + "X: " + "x".repeat(17_000) + "\r\n\r\n");
    JsonNode paths = new ObjectMapper().readTree(PageFile.OPEN_API.answer().body()).path("paths");
    try (HttpLab lab = HttpLab.start()) {
      for (var path : paths.properties()) {
        for (var operation : path.getValue().properties()) {
          String method = operation.getKey().toUpperCase(Locale.ROOT);
          for (Map.Entry<String, String> each : wrong.entrySet()) {
            String request =
                each.getKey().equals("405")
                    ? each.getValue().formatted(path.getKey())
                    : each.getValue().formatted(method, path.getKey());
            assertThat(status(lab, request))
                .as(method + " " + path.getKey())
                .isEqualTo(each.getKey());
            assertThat(operation.getValue().path("responses").has(each.getKey()))
                .as(method + " " + path.getKey() + " " + each.getKey())
                .isTrue();
          }
        }
      }
    }
  }

  private static String status(HttpLab lab, String request) throws Exception {
    try (Wire wire = lab.wire()) {
      return wire.send(request).until("\r\n").split(" ", -1)[1];
    }
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
