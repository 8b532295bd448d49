// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.supervisor.judge.broker.PartitionStory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The stories that a sidecar has of a topic or partition: it has watched, where a look has not. */
final class AskedStories {

  private static final String STORIES = "/api/v1/stories?of=";
  private static final int PAGE = 100;

  private final ServiceClient client;
  private final Terminal terminal;

  AskedStories(ServiceClient client, Terminal terminal) {
    this.client = client;
    this.terminal = terminal;
  }

  /**
   * Asks, page after page.
   *
   * @param name of a topic, or of one partition
   * @param stories gets them
   * @return how the command ends if there are none, which is told; empty if there are some
   */
  Optional<ExitCode> get(String name, List<PartitionStory> stories)
      throws IOException, InterruptedException {
    while (true) {
      ServiceClient.Reply page =
          client.get(
              STORIES + ServiceClient.part(name) + "&limit=" + PAGE + "&offset=" + stories.size());
      if (!page.ok()) {
        page.problem().forEach(terminal::problem);
        return Optional.of(page.refusal());
      }
      JsonNode items = page.document().path("items");
      for (JsonNode each : items) {
        stories.add(story(each));
      }
      // A partition that is deleted meanwhile leaves the last page empty.
      if (items.isEmpty() || stories.size() >= page.document().path("total").asLong()) {
        break;
      }
    }
    if (!stories.isEmpty()) {
      return Optional.empty();
    }
    tellNone(name);
    return Optional.of(ExitCode.FINDINGS);
  }

  private static PartitionStory story(JsonNode item) throws IOException {
    TopicPartition partition =
        TopicPartition.ofDirectoryName(item.path("partition").asText())
            .orElseThrow(() -> new IOException("no story of a partition was answered: " + item));
    return new PartitionStory(
        partition,
        item.path("state").asText(),
        item.path("well").asBoolean(),
        item.path("answer").asText(),
        texts(item.path("facts")),
        texts(item.path("causes")),
        texts(item.path("advice")),
        texts(item.path("unknown")));
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(each -> texts.add(each.asText()));
    return texts;
  }

  private void tellNone(String name) throws IOException, InterruptedException {
    JsonNode status = client.get("/api/v1/status").document();
    if (!status.path("kind").asText().equals("watch")) {
      terminal.problem("kleaner: what runs there is 'kleaner serve', which watches no broker");
      terminal.problem(
          "  Why it does or doesn't clean a partition is at /api/v1/partitions?search="
              + ServiceClient.part(name)
              + ", and on its page.");
      return;
    }
    terminal.problem(
        "kleaner: no topic or partition '" + name + "' is seen by the sidecar that was asked");
    for (JsonNode source : status.path("sources")) {
      if (!source.path("why").asText().isEmpty()) {
        terminal.problem("  " + source.path("why").asText());
      }
    }
  }
}
