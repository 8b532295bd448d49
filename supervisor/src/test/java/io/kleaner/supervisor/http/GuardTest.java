// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.supervisor.cleaner.HandClock;
import io.netty.handler.codec.http.HttpMethod;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** How many actions a minute are let through, by a clock in the test's hands. */
class GuardTest {

  private static final int ALLOWED = 30;
  private static final Ask RELEASE =
      new Ask(
          HttpMethod.POST,
          "/api/v1/partitions/orders-0/release",
          Map.of(),
          Map.of("authorization", "Bearer " + HttpLab.TOKEN),
          "",
          false);

  private final HandClock clock = new HandClock();
  private final Guard guard = new Guard(HttpLab.TOKEN, HttpLab.counts(16, 4, ALLOWED), clock);

  private void useUp() {
    for (int i = 0; i < ALLOWED; i++) {
      assertThat(guard.forbidsAction(RELEASE)).as("action " + i).isEmpty();
    }
  }

  private Optional<String> retryAfter() {
    return guard.forbidsAction(RELEASE).map(answer -> answer.headers().get("Retry-After"));
  }

  @Test
  void forbidsAction_clockIsSetBackByAnHour_isOverAfterAMinute() {
    useUp();
    clock.setBackMs(3_600_000);

    assertThat(retryAfter()).contains("60");
    clock.passMs(59_999);
    assertThat(retryAfter()).contains("1");
    clock.passMs(1);

    assertThat(guard.forbidsAction(RELEASE)).isEmpty();
  }

  @Test
  void forbidsAction_clockIsSetForwardByAnHour_isNoWayAroundTheLimit() {
    useUp();
    clock.setBackMs(-3_600_000);

    assertThat(retryAfter()).contains("60");
  }
}
