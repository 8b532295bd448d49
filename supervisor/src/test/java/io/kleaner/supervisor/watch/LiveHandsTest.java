// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.pace.CancelToken;
import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.journal.Incident;
import io.kleaner.supervisor.journal.Journal;
import io.kleaner.supervisor.judge.broker.Broker;
import io.kleaner.supervisor.probe.broker.AdminTarget;
import io.kleaner.supervisor.probe.broker.ConfigValue.Origin;
import io.kleaner.supervisor.probe.broker.ReleaseGate;
import io.kleaner.supervisor.remedy.broker.AbandonedOverrides;
import io.kleaner.supervisor.remedy.broker.BrokerRemedy;
import io.kleaner.supervisor.remedy.broker.ConfigOverride.Former;
import io.kleaner.supervisor.remedy.broker.ConfigOverride.Purpose;
import io.kleaner.supervisor.remedy.broker.ConfigTarget;
import io.kleaner.supervisor.remedy.broker.OverrideJournal;
import io.kleaner.supervisor.remedy.broker.RemedyDesk;
import io.kleaner.supervisor.remedy.broker.RemedyPolicy;
import io.kleaner.supervisor.remedy.broker.RemedyPolicy.Decision;
import io.kleaner.supervisor.service.HookedDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Hands whose own directory fails them; no broker is reached. */
class LiveHandsTest {

  @TempDir private Path dir;
  private final Broker broker = new Broker();
  private ReleaseGate gate = ReleaseGate.byFiles(Optional.empty(), true, Clock.system());

  private LiveHands open(Journal incidents) throws IOException {
    return LiveHands.open(
        new LocalFileSystem(),
        Clock.system(),
        // Nobody listens there, and nobody is asked.
        new AdminTarget("127.0.0.1:1", Map.of()),
        gate,
        Optional.empty(),
        List.of(),
        dir,
        new AbandonedOverrides(new LocalFileSystem(), List.of(), "none"),
        RemedyPolicy.defaults(false),
        incidents,
        broker::sample,
        new CancelToken());
  }

  private static void add(Journal incidents) {
    incidents.add(1, Incident.Kind.CONDITION_BEGAN, "a test", "so", "", "");
  }

  @Test
  @Timeout(120)
  void unable_journalCannotBeWrittenAnyMore_refusesEvenWhatWasApproved() throws Exception {
    AtomicBoolean full = new AtomicBoolean();
    try (Journal incidents =
            Journal.open(
                HookedDisk.with(
                    (operation, path) -> {
                      if (full.get() && operation.equals("sync")) {
                        throw new IOException("No space left on device");
                      }
                    }),
                dir);
        LiveHands hands = open(incidents)) {
      assertThat(hands.unable()).isEmpty();

      full.set(true);
      add(incidents);
      while (incidents.isKept()) {
        Thread.onSpinWait();
      }

      assertThat(hands.unable()).contains("cannot be written to", "No space left on device");
      RemedyDesk.Answer answer =
          hands.carryOut(
              new BrokerHands.Order(
                  BrokerRemedy.ABORT_TRANSACTION, "orders-0", List.of(Broker.ORDERS), 7, "a test"),
              true,
              OptionalLong.of(7));
      assertThat(answer)
          .isInstanceOfSatisfying(
              RemedyDesk.Answer.Held.class,
              held -> assertThat(held.decision()).isInstanceOf(Decision.No.class));

      full.set(false);
      while (!incidents.isKept()) {
        Thread.onSpinWait();
      }
      assertThat(hands.unable()).isEmpty();
    }
  }

  @Test
  void carryOut_brokerThatMustNotBeAsked_isRefusedWithTheGatesReason() throws Exception {
    gate = ReleaseGate.byFiles(Optional.of("0.9.0.1"), true, Clock.system());
    try (Journal incidents = Journal.open(new LocalFileSystem(), dir);
        LiveHands hands = open(incidents)) {
      RemedyDesk.Answer answer =
          hands.carryOut(
              new BrokerHands.Order(BrokerRemedy.REVIVE, "broker", List.of(), 0, "a test"),
              true,
              OptionalLong.empty());

      assertThat(Endings.state(answer)).isEqualTo(Ticket.State.REFUSED);
      assertThat(Endings.text(answer)).contains("Kafka 0.9.0.1", "it is not asked");
    }
  }

  /** It was watched with this state directory before, and a topic was isolated there. */
  @Test
  void hasLeftovers_somethingIsSetInAnotherCluster_isToldOnceTheClusterIsKnown() throws Exception {
    try (OverrideJournal journal = OverrideJournal.open(new LocalFileSystem(), dir, "overrides")) {
      journal.begin(
          Optional.of("other"),
          ConfigTarget.topic("poison"),
          "min.cleanable.dirty.ratio",
          new Former(Optional.empty(), Optional.of("0.5"), Origin.DEFAULT),
          "1.0",
          Purpose.ISOLATE,
          1);
    }
    try (Journal incidents = Journal.open(new LocalFileSystem(), dir);
        LiveHands hands = open(incidents)) {
      assertThat(hands.hasLeftovers()).isFalse();
      broker.clusterId = Optional.of("other");
      assertThat(hands.hasLeftovers()).as("it is to stay").isFalse();

      broker.clusterId = Optional.of("this");

      assertThat(hands.hasLeftovers()).isTrue();
    }
  }

  @Test
  void loss_journalOfOverridesIsDamaged_isSaid() throws Exception {
    Files.writeString(dir.resolve("overrides.log"), "damage\n");
    try (Journal incidents = Journal.open(new LocalFileSystem(), dir);
        LiveHands hands = open(incidents)) {
      assertThat(hands.loss().orElseThrow()).contains("overrides.log.damaged-1");
    }
  }
}
