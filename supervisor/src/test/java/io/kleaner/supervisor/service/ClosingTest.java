// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.kleaner.core.time.Clock;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ClosingTest {

  private final Closing closing = new Closing(Clock.system(), 30_000);
  private final List<String> closed = new CopyOnWriteArrayList<>();

  @Test
  void together_someThrow_allAreClosedAndEachFailureIsTold() {
    closing.together(
        0,
        Map.of(
            "one",
            () -> {
              throw new IllegalStateException("odd");
            },
            "two",
            () -> {
              throw new NoClassDefFoundError("gone");
            },
            "three",
            () -> closed.add("three")));
    closing.together(0, Map.of("after", () -> closed.add("after")));

    assertThat(closed).containsExactly("three", "after");
    Throwable told = catchThrowable(closing::finish);
    assertThat(told).isInstanceOf(IOException.class);
    assertThat(told.getSuppressed()).hasSize(1);
    assertThat(told.getMessage() + told.getSuppressed()[0].getMessage())
        .contains("one could not be closed", "odd", "two could not be closed", "gone");
  }

  /** Each waits for the other: one after another they would never end. */
  @Test
  void together_eachTakesLong_areWaitedForAtTheSameTime() throws Exception {
    CyclicBarrier both = new CyclicBarrier(2);

    closing.together(
        0,
        Map.of(
            "one", () -> both.await(30, TimeUnit.SECONDS),
            "two", () -> both.await(30, TimeUnit.SECONDS)));

    closing.finish();
    assertThat(closing.late()).isEmpty();
  }

  @Test
  void together_oneNeverEnds_isLeftAndTold() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    Closing brief = new Closing(Clock.system(), 50);

    brief.together(0, Map.of("hands", never::await));

    assertThat(brief.late()).containsExactly("hands");
    never.countDown();
  }
}
