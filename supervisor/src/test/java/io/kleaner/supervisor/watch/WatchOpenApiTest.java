// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.http.HttpConfig;
import io.kleaner.supervisor.http.HttpServer;
import io.kleaner.supervisor.http.OpenApiDocument;
import io.kleaner.supervisor.http.ServiceApi.Action;
import io.kleaner.supervisor.http.ServiceApi.Event;
import io.kleaner.supervisor.http.ServiceApi.Subscription;
import io.kleaner.supervisor.judge.broker.Broker;
import io.kleaner.supervisor.probe.broker.OpenTransaction;
import io.kleaner.supervisor.probe.broker.Replication;
import io.kleaner.supervisor.probe.broker.Seen;
import io.kleaner.supervisor.probe.broker.Source;
import io.kleaner.supervisor.probe.broker.StackClass;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The OpenAPI document, held against what the sidecar answers. */
class WatchOpenApiTest {

  /** That is not told while the disk does not fill. */
  private static final Set<String> MAY_BE_ABSENT = Set.of("fullInMs");

  private final SteppedWatch watch = SteppedWatch.usual();

  private static OpenApiDocument document() throws IOException {
    return new OpenApiDocument("watch", MAY_BE_ABSENT);
  }

  private void everyKindOfPartition() {
    watch.broker.partition(Broker.POISON, files -> files.uncleanable(Broker.POISON));
    watch.broker.partition(new TopicPartition("dirty", 0), Broker.Files::eligible);
    watch.broker.partition(new TopicPartition("held", 0), Broker.Files::isolated);
    watch.hands.isolated = Set.of("held");
    watch.broker.partition(
        Broker.ORDERS,
        files -> {
          files.transactions =
              Seen.known(
                  List.of(
                      new OpenTransaction(
                          7,
                          0,
                          Optional.of("payments"),
                          5,
                          OptionalLong.empty(),
                          -1,
                          OptionalLong.empty(),
                          OptionalInt.empty(),
                          OpenTransaction.Coordinator.KNOWS,
                          Source.ADMIN)),
                  Broker.START_MS);
          files.replication =
              Seen.known(
                  new Replication(
                      OptionalInt.of(1), List.of(1, 2), List.of(1), Map.of(2, Broker.START_MS)),
                  Broker.START_MS);
        });
  }

  @Test
  @Timeout(120)
  void document_everyFieldOfTheSidecarsAnswers_isInIt() throws Exception {
    everyKindOfPartition();
    watch.thread.start();
    try (HttpServer server =
        HttpServer.start(
            new LocalFileSystem(),
            HttpConfig.loopback(0),
            "0123456789abcdef",
            watch.facade,
            Clock.system())) {
      while (!watch.facade.ready().ok()) {
        Thread.onSpinWait();
      }
      watch.facade.act(Action.QUARANTINE, "dirty", "a test");
      while (watch.facade.remedies().isEmpty()) {
        Thread.onSpinWait();
      }
      List<String> differences = new ArrayList<>();

      int live = document().compare(server, differences);

      assertThat(differences).isEmpty();
      assertThat(live).isGreaterThanOrEqualTo(8);
      assertThat(watch.facade.alerts()).isNotEmpty();
      assertThat(watch.facade.partitions())
          .extracting(each -> each.get("state"))
          .contains("uncleanable", "quarantined");
    } finally {
      watch.thread.stop();
    }
  }

  @Test
  void document_events_areAsItSays() throws Exception {
    List<Event> events = new ArrayList<>();
    try (Subscription listening = watch.facade.subscribe(events::add)) {
      assertThat(listening).isNotNull();
      watch.supervisor.tick();
      watch.broker.noThreads();
      for (int i = 0; i < 3; i++) {
        watch.broker.advance(1_000);
        watch.supervisor.tick();
      }
    }

    assertThat(events).extracting(Event::type).contains("status", "incident", "alert");
    for (Event event : events) {
      assertThat(document().eventDifferences(event)).as(event.toString()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void document_threadsAtWhatever_areAsItSays(StackClass stack) throws Exception {
    watch.broker.threadIs(stack, 0.5);
    watch.supervisor.tick();
    assertThat(document().differences("Worker", watch.facade.workers().get(0))).isEmpty();
  }

  @Test
  void document_threadsUnseenOrGone_areAsItSays() throws Exception {
    watch.broker.threadsUnseen();
    watch.supervisor.tick();
    assertThat(watch.facade.workers().get(0)).containsEntry("state", "unknown");
    assertThat(document().differences("Worker", watch.facade.workers().get(0))).isEmpty();

    // At one look alone it may be being replaced.
    watch.broker.noThreads();
    for (int i = 0; i < 3; i++) {
      watch.broker.advance(1_000);
      watch.supervisor.tick();
    }
    assertThat(watch.facade.workers().get(0)).containsEntry("state", "dead");
    assertThat(document().differences("Worker", watch.facade.workers().get(0))).isEmpty();
  }
}
