// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge.broker;

import static io.kleaner.supervisor.judge.broker.Told.only;
import static io.kleaner.supervisor.judge.broker.Told.rules;
import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.supervisor.probe.broker.LogEvent;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** Deaths that looks saw, beside a log that may tell of them or not. */
class UntoldDeathsTest {

  private final Broker broker = new Broker();

  private void vanishedAndRevived(int times) {
    for (int i = 0; i < times; i++) {
      broker.noThreads();
      broker.lookFor(3);
      broker.aliveAs(40 + i);
      broker.lookFor(60);
    }
  }

  /** As of server.log alone, where the cleaner writes to a file of its own. */
  @Test
  void judge_logThatSaysNothingOfThem_theyCountAsWithoutOne() {
    broker.lookFor(3);
    vanishedAndRevived(3);
    Judgement judgement = broker.look();

    assertThat(judgement.recentDeaths()).hasSize(3);
    assertThat(rules(judgement)).containsExactly("CleanerCrashLoop");
    assertThat(only(judgement, Ailment.CLEANER_CRASH_LOOP).evidence())
        .contains("of something that no source told");
  }

  @Test
  void judge_lineThatIsReadAfterTheThreadWasMissed_isTheSameDeath() {
    broker.lookFor(3);
    broker.noThreads();
    assertThat(broker.lookFor(3).deaths())
        .extracting(Death::cause)
        .containsExactly(DeathCause.UNKNOWN);

    broker.died(0, "java.lang.OutOfMemoryError: Java heap space", Broker.POISON);
    assertThat(broker.lookFor(1).deaths())
        .extracting(Death::cause)
        .containsExactly(DeathCause.OUT_OF_MEMORY);
  }

  @Test
  void judge_lineOfAnotherThread_isAnotherDeath() {
    broker.working(2);
    broker.lookFor(3);
    broker.died(1, "java.lang.OutOfMemoryError: Java heap space", Broker.POISON);
    broker.noThreads();

    assertThat(broker.lookFor(3).deaths())
        .extracting(Death::thread)
        .containsExactlyInAnyOrder(OptionalInt.of(1), OptionalInt.of(0));
  }

  @Test
  void judge_stoppedInGoodOrder_isNoDeath() {
    broker.working(2);
    broker.lookFor(3);
    broker.log(new LogEvent.Stopped(broker.nowMs, "Stopped", OptionalInt.of(1)));
    broker.threads = broker.threads.map(both -> List.of(both.get(0)));

    assertThat(broker.lookFor(3).deaths()).isEmpty();
  }

  @Test
  void judge_logOfLongAgo_tellsNothingOfIt() {
    broker.died(0, "java.lang.OutOfMemoryError: Java heap space", Broker.POISON);
    broker.advance(120_000);
    broker.lookFor(3);
    broker.noThreads();

    assertThat(broker.lookFor(3).deaths()).hasSize(2);
  }

  @Test
  void judge_noLogAtAll_theyCount() {
    broker.log = Optional.empty();
    broker.lookFor(3);
    vanishedAndRevived(3);

    assertThat(broker.look().of(Ailment.CLEANER_CRASH_LOOP)).hasSize(1);
  }
}
