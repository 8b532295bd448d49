// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.broker;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kleaner.supervisor.probe.broker.ConfigValue.Origin;
import io.kleaner.supervisor.remedy.broker.ConfigOverride.Former;
import io.kleaner.supervisor.remedy.broker.ConfigOverride.Purpose;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * A line of an {@link OverrideJournal}.
 *
 * <pre>
 *  9ae0f1c3 {"opened":7,"kind":"BROKER","name":"1","key":"log.cleaner.threads","ours":"01",...}
 *  04c2aa10 {"closed":7}
 *  CRC-32C  JSON, UTF-8, no line break in it
 * </pre>
 */
sealed interface OverrideLine {

  ObjectMapper JSON = new ObjectMapper();
  int CRC_DIGITS = 8;

  /** A setting is about to be ours. */
  record Opened(ConfigOverride override) implements OverrideLine {}

  /** It no longer is. */
  record Closed(long id) implements OverrideLine {}

  static String opened(ConfigOverride override) {
    ObjectNode node = JSON.createObjectNode();
    node.put("opened", override.id());
    node.put("kind", override.target().kind().name());
    node.put("name", override.target().name());
    node.put("key", override.key());
    override.former().own().ifPresent(text -> node.put("own", text));
    override.former().effective().ifPresent(text -> node.put("effective", text));
    node.put("origin", override.former().origin().name());
    node.put("ours", override.ours());
    node.put("purpose", override.purpose().name());
    node.put("atMs", override.atMs());
    return line(node);
  }

  static String closed(long id) {
    return line(JSON.createObjectNode().put("closed", id));
  }

  private static String line(ObjectNode node) {
    String json;
    try {
      json = JSON.writeValueAsString(node);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("an override that is no JSON", e);
    }
    return crc(json) + ' ' + json;
  }

  /** Empty if it is not a whole line of such a journal. */
  static Optional<OverrideLine> parse(String line) {
    if (line.length() < CRC_DIGITS + 2 || line.charAt(CRC_DIGITS) != ' ') {
      return Optional.empty();
    }
    String json = line.substring(CRC_DIGITS + 1);
    if (!crc(json).equals(line.substring(0, CRC_DIGITS))) {
      return Optional.empty();
    }
    try {
      JsonNode node = JSON.readTree(json);
      if (node.has("closed")) {
        return Optional.of(new Closed(node.get("closed").asLong()));
      }
      return Optional.of(
          new Opened(
              new ConfigOverride(
                  node.path("opened").asLong(),
                  new ConfigTarget(
                      ConfigTarget.Kind.valueOf(node.path("kind").asText()),
                      node.path("name").asText()),
                  node.path("key").asText(),
                  new Former(
                      text(node, "own"),
                      text(node, "effective"),
                      Origin.valueOf(node.path("origin").asText())),
                  node.path("ours").asText(),
                  Purpose.valueOf(node.path("purpose").asText()),
                  node.path("atMs").asLong())));
    } catch (JsonProcessingException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static Optional<String> text(JsonNode node, String field) {
    return node.has(field) ? Optional.of(node.get(field).asText()) : Optional.empty();
  }

  private static String crc(String json) {
    CRC32C crc = new CRC32C();
    crc.update(json.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().toHexDigits((int) crc.getValue());
  }
}
