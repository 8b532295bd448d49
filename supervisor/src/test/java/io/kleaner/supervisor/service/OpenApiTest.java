// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.http.HttpConfig;
import io.kleaner.supervisor.http.HttpServer;
import io.kleaner.supervisor.http.ServiceApi.Action;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The OpenAPI document, held against what a running service answers. */
class OpenApiTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private final HttpClient client = HttpClient.newHttpClient();

  @TempDir private Path temp;

  @Test
  void document_everyFieldOfLiveAnswers_isInItAndEveryPathIsServed() throws Exception {
    try (ServiceLab lab = new ServiceLab(temp).partitions("orders", 2).start();
        HttpServer server =
            HttpServer.start(
                new LocalFileSystem(),
                HttpConfig.loopback(0),
                "0123456789abcdef",
                lab.api(),
                Clock.system())) {
      lab.await("clean", () -> lab.count("clean") == 2);
      lab.api().act(Action.CHAOS, "cleaner-0", "oom");
      lab.await("an alert", () -> !lab.api().alerts().isEmpty());
      lab.await("replaced", () -> lab.incident("WORKER_RESTARTED").isPresent());
      lab.await("ready again", () -> lab.api().ready().ok());
      JsonNode document = JSON.readTree(get(server, "/api/v1/openapi.json").body());
      List<String> missing = new ArrayList<>();
      int live = 0;

      for (var path : document.path("paths").properties()) {
        if (!path.getValue().has("get") || path.getKey().equals("/api/v1/events")) {
          continue;
        }
        HttpResponse<String> answer = get(server, path.getKey());
        assertThat(answer.statusCode()).as(path.getKey()).isEqualTo(200);
        JsonNode schema = path.getValue().at("/get/responses/200/content/application~1json/schema");
        if (schema.has("$ref")) {
          live++;
          compare(document, schema, JSON.readTree(answer.body()), path.getKey(), missing);
        }
      }

      assertThat(missing).as("fields that the document does not have").isEmpty();
      assertThat(live).isGreaterThanOrEqualTo(7);
    }
  }

  private HttpResponse<String> get(HttpServer server, String path) throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create(server.url() + path)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static void compare(
      JsonNode document, JsonNode schema, JsonNode value, String where, List<String> missing) {
    JsonNode resolved =
        schema.has("$ref") ? document.at(schema.path("$ref").asText().substring(1)) : schema;
    if (value.isArray()) {
      value.forEach(each -> compare(document, resolved.path("items"), each, where + "[]", missing));
    } else if (value.isObject() && !resolved.has("additionalProperties")) {
      value
          .properties()
          .forEach(
              field -> {
                JsonNode property = resolved.path("properties").path(field.getKey());
                if (property.isMissingNode()) {
                  missing.add(where + "." + field.getKey());
                } else {
                  compare(
                      document, property, field.getValue(), where + "." + field.getKey(), missing);
                }
              });
      resolved
          .path("properties")
          .fieldNames()
          .forEachRemaining(
              name -> {
                if (!value.has(name)) {
                  missing.add(where + "." + name + " is in the document, not in the answer");
                }
              });
    }
  }
}
