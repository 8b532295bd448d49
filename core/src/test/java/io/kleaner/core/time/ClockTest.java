// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.time;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ClockTest {

  @Test
  void nowMs_fixed_staysButDurationsGoOn() {
    FixedClock clock = new FixedClock(42);
    long start = clock.nanoTime();
    while (clock.nanoTime() == start) {
      Thread.onSpinWait();
    }

    assertThat(clock.nowMs()).isEqualTo(42);
    assertThat(clock.nanoTime()).isGreaterThan(start);
  }

  @Test
  void nowMs_system_isTheMachines() {
    long before = System.currentTimeMillis();

    assertThat(Clock.system().nowMs()).isBetween(before, System.currentTimeMillis() + 1);
  }
}
