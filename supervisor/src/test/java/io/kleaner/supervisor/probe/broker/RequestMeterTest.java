// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RequestMeterTest {

  @Test
  void perMinute_steadyRate_isWhatCameInTheLastMinute() {
    RequestMeter meter = new RequestMeter();
    for (int second = 0; second <= 300; second++) {
      meter.note(TimeUnit.SECONDS.toNanos(second), second * 2L);
    }

    assertThat(meter.perMinute()).isEqualTo(120);
  }

  @Test
  void perMinute_newClient_goesOnCounting() {
    RequestMeter meter = new RequestMeter();
    meter.note(0, 0);
    meter.note(1_000, 30);
    meter.note(2_000, 5);

    assertThat(meter.perMinute()).isEqualTo(35);
  }
}
