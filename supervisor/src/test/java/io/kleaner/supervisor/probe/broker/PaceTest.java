// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.supervisor.cleaner.HandClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PaceTest {

  private final HandClock clock = new HandClock(1_000);
  private final Pace pace = new Pace(clock, 10);

  @Test
  void isDue_neverDone_isDue() {
    assertThat(pace.isDue(3)).isTrue();
  }

  @Test
  void isDue_done_isDueAfterItsIntervalSoManyTimes() {
    pace.done();
    clock.passMs(10);
    assertThat(pace.isDue()).isTrue();
    assertThat(pace.isDue(3)).isFalse();
    clock.passMs(20);
    assertThat(pace.isDue(3)).isTrue();
  }

  @Test
  void isDue_reset_isDueAtOnce() {
    pace.done();
    pace.reset();
    assertThat(pace.isDue(3)).isTrue();
  }

  /** What is asked of each partition is asked the seldomer the more there are. */
  @ParameterizedTest
  @CsvSource({"0, 1", "999, 1", "1000, 2", "1500, 3", "2000, 4", "100000, 4"})
  void times_partitions_growWithThemUpToABound(int partitions, int times) {
    assertThat(Pace.times(partitions)).isEqualTo(times);
  }
}
