// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.supervisor.alert.AlertBook;
import io.kleaner.supervisor.alert.AlertDispatcher;
import io.kleaner.supervisor.alert.AlertPolicy;
import io.kleaner.supervisor.cleaner.HandClock;
import io.kleaner.supervisor.http.ServiceApi.Action;
import io.kleaner.supervisor.http.ServiceApi.ActionResult;
import io.kleaner.supervisor.journal.Journal;
import io.kleaner.supervisor.judge.broker.Broker;
import io.kleaner.supervisor.service.Announcer;
import io.kleaner.supervisor.service.Chronicle;
import io.kleaner.supervisor.service.Supervisor;
import io.kleaner.supervisor.service.SupervisorThread;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** What the sidecar shows, its supervisor stepped by hand. */
class WatchFacadeTest {

  private final HandClock clock = new HandClock();
  private final Broker broker = new Broker();
  private final Announcer announcer = new Announcer();
  private final Chronicle chronicle = new Chronicle(Journal.inMemory("a test"), announcer, clock);
  private final StillHands hands = StillHands.that("a test");
  private final WatchRounds rounds =
      SteppedRounds.of(clock, broker, hands, new HandsThread("hands"), chronicle);
  private final Supervisor<WatchSnapshot> supervisor =
      new Supervisor<>(
          clock,
          500,
          rounds,
          WatchSnapshot.NONE,
          new AlertBook(AlertPolicy.DEFAULT, Map.of()),
          new AlertDispatcher(List.of()),
          chronicle,
          announcer);
  private final WatchFacade facade =
      new WatchFacade(
          clock,
          null,
          supervisor,
          rounds,
          hands,
          chronicle,
          announcer,
          new SupervisorThread(supervisor),
          null);

  @Test
  void act_releaseOfABrokerWhoseNumberIsNotKnown_isRefusedAndIsNoTopicsRelease() {
    broker.nodeId = OptionalInt.empty();
    supervisor.tick();

    for (String target : List.of("broker", "broker 1")) {
      assertThat(facade.act(Action.RELEASE, target, "a test"))
          .satisfies(
              result -> {
                assertThat(result.outcome()).isEqualTo(ActionResult.Outcome.REFUSED);
                assertThat(result.message()).contains("node id");
              });
    }

    broker.nodeId = OptionalInt.of(1);
    supervisor.tick();
    assertThat(facade.act(Action.RELEASE, "broker", "a test").outcome())
        .isEqualTo(ActionResult.Outcome.NOT_FOUND);
    assertThat(facade.act(Action.RELEASE, "broker 1", "a test").message())
        .as("it would be done by hands that can")
        .isEqualTo("a test");
  }

  @Test
  void partitions_askedAgainBeforeTheNextLook_areNotMadeAnew() {
    assertThat(facade.partitions()).isEmpty();
    supervisor.tick();

    List<Map<String, Object>> first = facade.partitions();

    assertThat(first).hasSize(1);
    assertThat(facade.partitions()).isSameAs(first);

    broker.partition(Broker.POISON, files -> {});
    broker.advance(1_000);
    supervisor.tick();
    assertThat(facade.partitions()).hasSize(2);
  }

  private Map<String, Object> thread() {
    return facade.workers().get(0);
  }

  private void look(long ms) {
    clock.passMs(ms);
    broker.advance(ms);
    supervisor.tick();
  }

  @Test
  void workers_sameVerdictLookAfterLook_growsOlderAndAnotherBeginsAnew() {
    look(500);
    assertThat(thread()).containsEntry("verdict", "healthy").containsEntry("verdictAgeMs", 0L);
    clock.setBackMs(3_600_000);
    look(700);
    assertThat(thread()).containsEntry("verdict", "healthy").containsEntry("verdictAgeMs", 700L);

    broker.noThreads();
    look(500);
    assertThat(thread()).containsEntry("verdict", "unknown").containsEntry("verdictAgeMs", 0L);
  }
}
