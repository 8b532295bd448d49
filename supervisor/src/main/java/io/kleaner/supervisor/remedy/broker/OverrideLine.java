// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.broker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kleaner.supervisor.journal.CheckedLine;
import io.kleaner.supervisor.probe.broker.ConfigValue.Origin;
import io.kleaner.supervisor.remedy.broker.ConfigOverride.Former;
import io.kleaner.supervisor.remedy.broker.ConfigOverride.Purpose;
import java.util.Optional;

/**
 * What a {@link CheckedLine} of an {@link OverrideJournal} says.
 *
 * <pre>
 *  9ae0f1c3 {"opened":7,"cluster":"J8mD0TMwQ8","kind":"BROKER","name":"1","ours":"01",...}
 *  5b11c07e {"verified":7}
 *  04c2aa10 {"closed":7}
 * </pre>
 *
 * <p>What a line lacks is empty: earlier versions named no cluster, and wrote down nothing of what
 * was verified.
 */
sealed interface OverrideLine {

  ObjectMapper JSON = new ObjectMapper();

  /** A setting is about to be ours. */
  record Opened(ConfigOverride override) implements OverrideLine {}

  /** Its effect was seen. */
  record Verified(long id) implements OverrideLine {}

  /** It no longer is. */
  record Closed(long id) implements OverrideLine {}

  static String opened(ConfigOverride override) {
    ObjectNode node = JSON.createObjectNode();
    node.put("opened", override.id());
    override.clusterId().ifPresent(text -> node.put("cluster", text));
    node.put("kind", override.target().kind().name());
    node.put("name", override.target().name());
    node.put("key", override.key());
    override.former().own().ifPresent(text -> node.put("own", text));
    override.former().effective().ifPresent(text -> node.put("effective", text));
    node.put("origin", override.former().origin().name());
    node.put("ours", override.ours());
    node.put("purpose", override.purpose().name());
    node.put("atMs", override.atMs());
    if (override.unverified()) {
      node.put("unverified", true);
    }
    return CheckedLine.of(node);
  }

  static String verified(long id) {
    return CheckedLine.of(JSON.createObjectNode().put("verified", id));
  }

  static String closed(long id) {
    return CheckedLine.of(JSON.createObjectNode().put("closed", id));
  }

  /** Empty if it is not a whole line of such a journal. */
  static Optional<OverrideLine> parse(String line) {
    Optional<JsonNode> whole = CheckedLine.parse(line);
    if (whole.isEmpty()) {
      return Optional.empty();
    }
    JsonNode node = whole.get();
    try {
      if (node.has("closed")) {
        return Optional.of(new Closed(node.get("closed").asLong()));
      }
      if (node.has("verified")) {
        return Optional.of(new Verified(node.get("verified").asLong()));
      }
      return Optional.of(
          new Opened(
              new ConfigOverride(
                  node.path("opened").asLong(),
                  text(node, "cluster"),
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
                  node.path("atMs").asLong(),
                  node.path("unverified").asBoolean())));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static Optional<String> text(JsonNode node, String field) {
    return node.has(field) ? Optional.of(node.get(field).asText()) : Optional.empty();
  }
}
