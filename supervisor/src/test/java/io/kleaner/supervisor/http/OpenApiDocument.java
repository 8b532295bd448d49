// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.StreamSupport;

/** The OpenAPI document, held against what a service answers. */
public final class OpenApiDocument {

  private static final ObjectMapper JSON = new ObjectMapper();

  private static final String EVENT_DATA = "/paths/~1api~1v1~1events/get/responses/200/x-events";

  private final JsonNode document;
  private final String kind;
  private final Set<String> mayBeAbsent;

  /**
   * The document of a service.
   *
   * @param kind serve or watch; fields that are marked as the other's alone must not be answered
   * @param mayBeAbsent fields of the document that an answer may leave out
   */
  public OpenApiDocument(String kind, Set<String> mayBeAbsent) throws IOException {
    this.document = JSON.readTree(PageFile.OPEN_API.answer().body());
    this.kind = kind;
    this.mayBeAbsent = mayBeAbsent;
  }

  /**
   * Reads all that a running service answers by a schema.
   *
   * @param differences gets what is answered and not in the document, and the other way round
   * @return how many paths were compared
   */
  public int compare(HttpServer server, List<String> differences) throws Exception {
    HttpClient client = HttpClient.newHttpClient();
    int live = 0;
    for (var path : document.path("paths").properties()) {
      if (!path.getValue().has("get") || path.getKey().equals(Routes.EVENTS)) {
        continue;
      }
      HttpResponse<String> answer =
          client.send(
              HttpRequest.newBuilder(URI.create(server.url() + path.getKey())).build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).as(path.getKey()).isEqualTo(200);
      JsonNode schema = path.getValue().at("/get/responses/200/content/application~1json/schema");
      if (schema.has("$ref")) {
        live++;
        compare(schema, JSON.readTree(answer.body()), path.getKey(), differences);
      }
    }
    return live;
  }

  /** What is different between a schema and something that is answered by it. */
  public List<String> differences(String schema, Object answered) {
    List<String> differences = new ArrayList<>();
    JsonNode known = document.at("/components/schemas/" + schema);
    assertThat(known.isMissingNode()).as(schema).isFalse();
    compare(known, JSON.valueToTree(answered), schema, differences);
    return differences;
  }

  /** What is different between the schema of a type of event and the data of one. */
  public List<String> eventDifferences(ServiceApi.Event event) {
    List<String> differences = new ArrayList<>();
    JsonNode schema = document.at(EVENT_DATA).path(event.type());
    assertThat(schema.isMissingNode()).as(event.type()).isFalse();
    compare(schema, JSON.valueToTree(event.data()), event.type(), differences);
    return differences;
  }

  private void compare(JsonNode schema, JsonNode value, String where, List<String> differences) {
    JsonNode resolved =
        schema.has("$ref") ? document.at(schema.path("$ref").asText().substring(1)) : schema;
    if (!hasType(resolved.path("type"), value)) {
      differences.add(where + " is " + value.getNodeType() + ", not " + resolved.path("type"));
    }
    if (resolved.has("enum") && !contains(resolved.path("enum"), value)) {
      differences.add(where + " is " + value + ", which is not in the document");
    }
    if (value.isArray()) {
      value.forEach(each -> compare(resolved.path("items"), each, where + "[]", differences));
    } else if (value.isObject() && resolved.has("additionalProperties")) {
      value.forEach(
          each -> compare(resolved.path("additionalProperties"), each, where + ".*", differences));
    } else if (value.isObject()) {
      compareFields(resolved.path("properties"), value, where, differences);
    }
  }

  private void compareFields(
      JsonNode properties, JsonNode value, String where, List<String> differences) {
    for (var field : value.properties()) {
      JsonNode property = properties.path(field.getKey());
      String name = where + "." + field.getKey();
      if (property.isMissingNode()) {
        differences.add(name);
      } else if (!isOurs(property)) {
        differences.add(name + " is not of " + kind + ", by the document");
      } else {
        compare(property, field.getValue(), name, differences);
      }
    }
    for (var property : properties.properties()) {
      if (isOurs(property.getValue())
          && !value.has(property.getKey())
          && !mayBeAbsent.contains(property.getKey())) {
        differences.add(where + "." + property.getKey() + " is in the document, not in the answer");
      }
    }
  }

  private boolean isOurs(JsonNode property) {
    return property.path("x-kind").asText(kind).equals(kind);
  }

  private static boolean contains(JsonNode values, JsonNode value) {
    return StreamSupport.stream(values.spliterator(), false).anyMatch(value::equals);
  }

  private static boolean hasType(JsonNode type, JsonNode value) {
    if (type.isArray()) {
      return StreamSupport.stream(type.spliterator(), false).anyMatch(each -> hasType(each, value));
    }
    return switch (type.asText()) {
      case "string" -> value.isTextual();
      case "integer" -> value.isIntegralNumber();
      case "number" -> value.isNumber();
      case "boolean" -> value.isBoolean();
      case "array" -> value.isArray();
      case "object" -> value.isObject();
      default -> false;
    };
  }
}
