// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.supervisor.judge.broker.Broker;
import io.kleaner.supervisor.probe.broker.Replication;
import io.kleaner.supervisor.probe.broker.Seen;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** What becomes of one that killed when its topic comes or goes, stepped by hand. */
class KillersTest {

  private final HealingLab lab = new HealingLab();

  private static void replicated(Broker.Files files) {
    files.replication =
        Seen.known(
            new Replication(OptionalInt.of(1), List.of(1), List.of(1), Map.of()), Broker.START_MS);
  }

  @Test
  void look_topicNotYetListed_isNotForgivenAndAskedAboutOnceItIs() {
    lab.broker.partition(Broker.ORDERS, KillersTest::replicated);
    lab.killedAtPoisonTwice();
    lab.ticks(10);
    assertThat(lab.released()).isZero();

    lab.broker.partition(Broker.POISON, KillersTest::replicated);
    lab.ticks(3);
    assertThat(lab.told("RemedyAsked").orElseThrow()).contains("isolate poison");
  }

  @Test
  void look_deletedWhileTheTimesOfItsKillsAreAhead_isForgivenOnceAndForThem() {
    lab.broker.partition(Broker.ORDERS, KillersTest::replicated);
    lab.broker.partition(Broker.POISON, KillersTest::replicated);
    lab.ticks(2);
    lab.broker.advance(60_000);
    lab.killedAtPoison();
    lab.killedAtPoison();
    lab.broker.advance(-60_000);
    lab.ticks(3);
    assertThat(lab.told("RemedyAsked").orElseThrow()).contains("isolate poison");

    lab.broker.deleted(Broker.POISON);
    lab.ticks(10);
    assertThat(lab.released()).isEqualTo(1);
    lab.broker.partition(Broker.POISON, KillersTest::replicated);
    lab.ticks(3);
    assertThat(lab.told("RemedyAsked")).isEmpty();
  }
}
