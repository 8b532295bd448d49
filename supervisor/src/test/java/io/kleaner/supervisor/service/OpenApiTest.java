// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.http.HttpConfig;
import io.kleaner.supervisor.http.HttpServer;
import io.kleaner.supervisor.http.OpenApiDocument;
import io.kleaner.supervisor.http.ServiceApi.Action;
import io.kleaner.supervisor.http.ServiceApi.Event;
import io.kleaner.supervisor.http.ServiceApi.Subscription;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The OpenAPI document, held against what a running service answers. */
class OpenApiTest {

  @TempDir private Path temp;

  /** What an event of a partition leaves out: the supervisor has yet to judge it. */
  private static final Set<String> NOT_JUDGED = Set.of("verdict", "evidence", "verdictAgeMs");

  private static Set<String> types(List<Event> events) {
    return events.stream().map(Event::type).collect(Collectors.toSet());
  }

  @Test
  void document_everyFieldOfLiveEvents_isInItAndEveryTypeIsTold() throws Exception {
    OpenApiDocument whole = new OpenApiDocument("serve", Set.of());
    OpenApiDocument unjudged = new OpenApiDocument("serve", NOT_JUDGED);
    List<Event> events = new CopyOnWriteArrayList<>();
    try (ServiceLab lab = new ServiceLab(temp).partitions("orders", 1).start();
        Subscription listening = lab.api().subscribe(events::add)) {
      assertThat(listening).isNotNull();
      lab.partitions("later", 1);
      lab.await("clean", () -> lab.count("clean") == 2);
      lab.api().act(Action.CHAOS, "cleaner-0", "oom");

      lab.await("one of each", () -> types(events).size() >= 5);

      assertThat(types(events))
          .containsExactlyInAnyOrder("status", "worker", "partition", "incident", "alert");
      for (Event event : events) {
        OpenApiDocument document = event.type().equals("partition") ? unjudged : whole;
        assertThat(document.eventDifferences(event)).as(event.toString()).isEmpty();
      }
    }
  }

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
      List<String> missing = new ArrayList<>();
      int live = new OpenApiDocument("serve", Set.of()).compare(server, missing);

      assertThat(missing).as("fields that the document does not have").isEmpty();
      assertThat(live).isGreaterThanOrEqualTo(7);
    }
  }
}
