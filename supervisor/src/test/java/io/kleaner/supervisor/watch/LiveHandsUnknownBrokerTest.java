// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.pace.CancelToken;
import io.kleaner.core.time.FixedClock;
import io.kleaner.supervisor.journal.Incident;
import io.kleaner.supervisor.journal.Journal;
import io.kleaner.supervisor.probe.broker.AdminTarget;
import io.kleaner.supervisor.probe.broker.BrokerSample;
import io.kleaner.supervisor.probe.broker.ReleaseGate;
import io.kleaner.supervisor.remedy.broker.AbandonedOverrides;
import io.kleaner.supervisor.remedy.broker.BrokerRemedy;
import io.kleaner.supervisor.remedy.broker.RemedyDesk;
import io.kleaner.supervisor.remedy.broker.RemedyPolicy;
import io.kleaner.supervisor.remedy.broker.RemedyPolicy.Decision;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Hands whose broker nobody sees. */
class LiveHandsUnknownBrokerTest {

  @TempDir private Path state;

  private LiveHands open(Journal journal) throws IOException {
    return LiveHands.open(
        new LocalFileSystem(),
        new FixedClock(1_000),
        new AdminTarget("localhost:1", Map.of()),
        ReleaseGate.byFiles(Optional.empty(), true, new FixedClock(1_000)),
        Optional.empty(),
        List.of(),
        state,
        new AbandonedOverrides(new LocalFileSystem(), List.of(), "none"),
        RemedyPolicy.defaults(false),
        journal,
        () -> BrokerSample.nothing(1_000),
        new CancelToken());
  }

  @Test
  void carryOut_brokerWithoutANumber_isAnAttemptThatFailedAndHasAPauseAfterIt() throws Exception {
    // One that is kept: without it nothing is even tried.
    try (Journal journal = Journal.open(new LocalFileSystem(), state);
        LiveHands hands = open(journal)) {
      assertThat(hands.decide(BrokerRemedy.REVIVE, "broker")).isInstanceOf(Decision.Go.class);

      RemedyDesk.Answer answer =
          hands.carryOut(
              new BrokerHands.Order(BrokerRemedy.REVIVE, "broker", List.of(), 0, "a test"),
              false,
              OptionalLong.empty());

      assertThat(Endings.state(answer)).isEqualTo(Ticket.State.FAILED);
      assertThat(Endings.text(answer)).contains("the broker's node id is not known");
      assertThat(journal.latest())
          .extracting(Incident::kind)
          .containsExactly(Incident.Kind.REMEDY_FAILED, Incident.Kind.REMEDY_BEGUN);
      assertThat(hands.decide(BrokerRemedy.REVIVE, "broker")).isInstanceOf(Decision.Wait.class);
    }
  }
}
