// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.pace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kleaner.core.time.Clock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ThrottleTest {

  private static final long RATE = 1_000_000;

  @Test
  @Timeout(10)
  void acquire_overTheRate_takesItsTime() {
    Throttle throttle = new Throttle(Clock.system(), RATE);
    long start = System.nanoTime();
    for (int i = 0; i < 10; i++) {
      throttle.acquire(RATE / 100, new CancelToken());
    }

    // A tenth of a second's bytes; the last portion is waited for by the next one at the latest.
    assertThat(System.nanoTime() - start).isGreaterThan(85_000_000L);
  }

  @Test
  @Timeout(60)
  void note_bytesThatNobodyWaitedFor_areWaitedForByTheNext() throws Exception {
    Throttle throttle = new Throttle(Clock.system(), 1);
    CancelToken token = new CancelToken();
    throttle.acquire(0, token);
    throttle.note(1_000_000_000);
    Thread next = new Thread(() -> throttle.acquire(0, token));

    next.start();
    while (!token.hasSleepers()) {
      assertThat(next.isAlive()).isTrue();
      Thread.onSpinWait();
    }

    throttle.setBytesPerSecond(Throttle.UNLIMITED);
    next.join();
  }

  @Test
  @Timeout(10)
  void acquire_unlimited_neverWaits() {
    Throttle throttle = Throttle.unlimited();
    for (int i = 0; i < 1000; i++) {
      throttle.acquire(Long.MAX_VALUE / 2000, new CancelToken());
    }
    assertThat(throttle.bytesPerSecond()).isEqualTo(Throttle.UNLIMITED);
  }

  @Test
  @Timeout(10)
  void acquire_cancelled_returnsAtOnce() {
    Throttle throttle = new Throttle(Clock.system(), 1);
    CancelToken token = new CancelToken();
    token.cancel();
    throttle.acquire(1_000_000, token);

    assertThatThrownBy(() -> throttle.acquire(1, token)).isInstanceOf(CancelledException.class);
  }

  @Test
  @Timeout(60)
  void setBytesPerSecond_raisedWhileSomeoneSleeps_letsThemGo() throws Exception {
    Throttle throttle = new Throttle(Clock.system(), 1);
    CancelToken token = new CancelToken();
    throttle.acquire(1_000_000_000, token);
    Thread sleeper = new Thread(() -> throttle.acquire(1, token));
    sleeper.start();
    while (!token.hasSleepers()) {
      Thread.onSpinWait();
    }

    throttle.setBytesPerSecond(1_000_000_000_000L);

    // At the old rate it would sleep for thirty years.
    sleeper.join();
    assertThat(token.isCancelled()).isFalse();
  }

  @Test
  @Timeout(60)
  void setBytesPerSecond_limitTakenAway_letsThemGo() throws Exception {
    Throttle throttle = new Throttle(Clock.system(), 1);
    CancelToken token = new CancelToken();
    throttle.acquire(1_000_000_000, token);
    Thread sleeper = new Thread(() -> throttle.acquire(1, token));
    sleeper.start();
    while (!token.hasSleepers()) {
      Thread.onSpinWait();
    }

    throttle.setBytesPerSecond(Throttle.UNLIMITED);

    sleeper.join();
    assertThat(token.hasSleepers()).isFalse();
  }

  @Test
  void setBytesPerSecond_nothing_rejected() {
    assertThatThrownBy(() -> new Throttle(Clock.system(), 0))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
