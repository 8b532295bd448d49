// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kleaner.core.io.FileSystem;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;

/** Shows what a service is at. */
@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    versionProvider = KleanerCommand.Version.class,
    description =
        "Shows what a running service is at. Exit code 1 if it is not ready, or an alert fires.",
    footerHeading = "%nExamples:%n",
    footer = "  kleaner status --url http://127.0.0.1:9277")
final class StatusCommand extends ServiceCommand {

  private static final int SHOWN = 15;

  /** As much as one answer has; there are never more alerts. */
  private static final String ALL = "?limit=1000";

  StatusCommand(Terminal terminal, FileSystem fileSystem) {
    super(terminal, fileSystem);
  }

  @Override
  ExitCode ask(ServiceClient client) throws IOException, InterruptedException {
    ServiceClient.Reply first = client.get("/api/v1/status");
    if (!first.ok()) {
      return tell(first);
    }
    JsonNode status = first.document();
    JsonNode workers = client.get("/api/v1/workers" + ALL).document().path("items");
    JsonNode alerts = client.get("/api/v1/alerts" + ALL).document().path("items");
    JsonNode left = client.get("/api/v1/partitions?state=quarantined").document().path("items");
    if (json) {
      ObjectNode all = new ObjectMapper().createObjectNode();
      all.set("status", status);
      all.set("workers", workers);
      all.set("alerts", alerts);
      all.set("quarantined", left);
      terminal.println(all.toPrettyString());
    } else {
      print(status, workers, alerts, left);
    }
    boolean well =
        status.path("ready").asBoolean(false) && status.path("alertsFiring").asLong(1) == 0;
    return well ? ExitCode.DONE : ExitCode.FINDINGS;
  }

  /** Such as {@code : 3 clean, 1 quarantined}. */
  private static String byState(JsonNode counts) {
    StringBuilder text = new StringBuilder();
    for (Map.Entry<String, JsonNode> each : counts.properties()) {
      text.append(text.isEmpty() ? ": " : ", ")
          .append(each.getValue().asLong())
          .append(' ')
          .append(each.getKey());
    }
    return text.toString();
  }

  private void print(JsonNode status, JsonNode workers, JsonNode alerts, JsonNode left) {
    terminal.println(
        (status.path("ready").asBoolean() ? "ready" : "NOT READY")
            + ": "
            + status.path("detail").asText());
    terminal.println(
        String.format(
            Locale.ROOT,
            "%d partitions%s; %d cleans, %s reclaimed",
            status.path("partitions").asLong(),
            byState(status.path("partitionsByState")),
            status.path("cleans").asLong(),
            Sizes.text(status.path("reclaimedBytes").asLong())));
    for (JsonNode worker : workers) {
      terminal.println(
          String.format(
              Locale.ROOT,
              "  %-12s %-10s %s %s",
              worker.path("id").asText(),
              worker.path("state").asText(),
              worker.path("partition").asText(),
              worker.path("phase").asText()));
    }
    int shown = 0;
    for (JsonNode partition : left) {
      if (shown++ < SHOWN) {
        terminal.println(
            "  quarantined: "
                + partition.path("partition").asText()
                + ": "
                + partition.path("reason").asText());
      }
    }
    for (JsonNode absent : status.path("heldAbsent")) {
      terminal.println("  held, not there now: " + absent.asText());
    }
    long more = status.path("heldAbsentMore").asLong(0);
    if (more > 0) {
      terminal.println("  held, not there now: and " + more + " more");
    }
    for (JsonNode alert : alerts) {
      if (alert.path("state").asText().equals("firing")) {
        terminal.println(
            "  ALERT "
                + alert.path("rule").asText()
                + " "
                + alert.path("subject").asText()
                + ": "
                + alert.path("summary").asText());
      }
    }
  }
}
