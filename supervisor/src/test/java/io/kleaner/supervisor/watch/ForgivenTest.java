// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.cleaner.HandClock;
import io.kleaner.supervisor.journal.Incident;
import io.kleaner.supervisor.journal.Journal;
import io.kleaner.supervisor.judge.broker.Broker;
import io.kleaner.supervisor.probe.broker.BrokerSample;
import io.kleaner.supervisor.service.Announcer;
import io.kleaner.supervisor.service.Chronicle;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ForgivenTest {

  private static final Set<String> POISON = Set.of("poison");

  private final Clock clock = new HandClock(5_000);
  private final Chronicle chronicle =
      new Chronicle(Journal.inMemory("a test"), new Announcer(), clock);
  private final Forgiven forgiven = new Forgiven(chronicle);
  private final BrokerSample unseen = BrokerSample.nothing(-1);
  private final BrokerSample seen = sample();

  private static BrokerSample sample() {
    Broker broker = new Broker();
    broker.partition(Broker.POISON, files -> {});
    return broker.sample();
  }

  private long told() {
    return chronicle.count(Incident.Kind.PARTITION_RELEASED);
  }

  @Test
  void look_neverIsolated_forgivesNothing() {
    forgiven.look(Set.of(), seen, 1_000);

    assertThat(forgiven.untilMs()).isEmpty();
  }

  @Test
  void look_isolationEnded_forgivesAndIsKnownToTheNextRun() {
    forgiven.look(POISON, seen, 1_000);
    assertThat(forgiven.untilMs()).isEmpty();
    forgiven.look(Set.of(), seen, 2_000);

    assertThat(forgiven.untilMs()).containsOnly(Map.entry("poison", 2_000L));
    assertThat(told()).isEqualTo(1);
    assertThat(new Forgiven(chronicle).untilMs()).containsKey("poison");
  }

  @Test
  void look_settingsAreNotSeenForAWhile_isNoEndOfIt() {
    forgiven.look(POISON, seen, 1_000);
    forgiven.look(Set.of(), unseen, 2_000);
    assertThat(forgiven.untilMs()).isEmpty();

    forgiven.look(Set.of(), seen, 3_000);
    assertThat(forgiven.untilMs()).containsKey("poison");
  }

  @Test
  void forgive_releaseAskedFor_isToldOnceAndCountsUntilItIsReleased() {
    forgiven.look(POISON, seen, 1_000);
    forgiven.forgive("poison", "a test", 2_000);
    forgiven.look(Set.of(), seen, 3_000);

    assertThat(forgiven.untilMs()).containsOnly(Map.entry("poison", 3_000L));
    assertThat(told()).isEqualTo(1);
  }

  @Test
  void look_isolationEndedAfterItWasForgivenForLonger_itStaysForgiven() {
    forgiven.forgive("poison", "a test", 9_000);
    forgiven.look(POISON, seen, 1_000);
    forgiven.look(Set.of(), seen, 2_000);

    assertThat(forgiven.untilMs()).containsOnly(Map.entry("poison", 9_000L));
  }
}
