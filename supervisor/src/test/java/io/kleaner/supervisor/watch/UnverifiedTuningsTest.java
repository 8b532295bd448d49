// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.supervisor.cleaner.HandClock;
import io.kleaner.supervisor.judge.broker.Broker;
import io.kleaner.supervisor.probe.broker.ConfigValue.Origin;
import io.kleaner.supervisor.remedy.broker.CleanerTuning;
import io.kleaner.supervisor.remedy.broker.ConfigOverride;
import io.kleaner.supervisor.remedy.broker.ConfigTarget;
import io.kleaner.supervisor.remedy.broker.Overrides.Ending;
import io.kleaner.supervisor.remedy.broker.Overrides.Restored;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A killed run's tuning, and hands that a revival may be waiting for. */
class UnverifiedTuningsTest {

  private static final ConfigOverride LEFT = left(7);

  private final Broker broker = new Broker();
  private final HandClock clock = new HandClock();
  private final UnverifiedTunings tunings = new UnverifiedTunings(clock);
  private int looks;

  private static ConfigOverride left(long id) {
    return new ConfigOverride(
        id,
        Optional.of("cluster"),
        ConfigTarget.broker(1),
        "log.cleaner.dedupe.buffer.size",
        new ConfigOverride.Former(Optional.empty(), Optional.of("1"), Origin.DEFAULT),
        "2",
        ConfigOverride.Purpose.RESIZE,
        Broker.START_MS,
        true);
  }

  private List<Restored> look(ConfigOverride... doubtful) {
    return tunings.look(
        List.of(doubtful),
        broker.sample(),
        node -> {
          looks++;
          return List.of(CleanerTuning.unverified(LEFT, "a test of broker " + node));
        });
  }

  @Test
  void look_againWithinAMinute_tellsWhatWasFoundWithoutALook() {
    assertThat(look(LEFT).get(0).sentence()).contains("a test of broker 1");
    clock.passMs(59_000);

    assertThat(look(LEFT).get(0).sentence()).contains("a test of broker 1");
    assertThat(looks).isEqualTo(1);

    clock.passMs(2_000);
    look(LEFT);
    assertThat(looks).isEqualTo(2);
  }

  @Test
  void look_anotherOneSince_isLookedAtAtOnce() {
    look(LEFT);
    look(LEFT, left(8));

    assertThat(looks).isEqualTo(2);
  }

  @Test
  void look_takenBackSince_isNotTold() {
    look(LEFT);

    assertThat(look()).isEmpty();
  }

  @Test
  void look_aThreadIsDead_tellsThatAndLooksOnceItLivesAgain() {
    broker.noThreads();

    assertThat(look(LEFT))
        .singleElement()
        .satisfies(
            told -> {
              assertThat(told.ending()).isEqualTo(Ending.STILL_OURS);
              assertThat(told.sentence()).contains("only 0 of 1 cleaner threads live");
            });
    assertThat(looks).isZero();

    broker.aliveAs(99);
    look(LEFT);
    assertThat(looks).isEqualTo(1);
  }

  @Test
  void look_threadsAreNotSeen_looksItself() {
    broker.threadsUnseen();

    look(LEFT);

    assertThat(looks).isEqualTo(1);
  }
}
