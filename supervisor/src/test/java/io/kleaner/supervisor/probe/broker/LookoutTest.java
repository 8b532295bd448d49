// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.supervisor.cleaner.HandClock;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class LookoutTest {

  private static final long PATIENCE_MS = 5_000;

  private final HandClock clock = new HandClock(1_000_000);

  @Test
  void newest_beforeAnyLook_isMissing() {
    assertThat(lookout(() -> "seen").newest()).isInstanceOf(Seen.Missing.class);
  }

  @Test
  void newest_afterALook_isKnownWithItsTime() {
    Lookout<String> lookout = lookout(() -> "seen");
    lookout.lookOnce();

    assertThat(lookout.newest()).isEqualTo(Seen.known("seen", 1_000_000));
  }

  @Test
  void newest_afterAFailure_saysWhy() {
    Lookout<String> lookout =
        lookout(
            () -> {
              throw new IOException("connection refused");
            });
    lookout.lookOnce();

    assertThat(lookout.newest())
        .isEqualTo(Seen.missing(Source.JMX, "IOException: connection refused"));
  }

  @Test
  void newest_afterAnError_saysWhyToo() {
    Lookout<String> lookout =
        lookout(
            () -> {
              throw new NoClassDefFoundError("com/sun/tools/attach/VirtualMachine");
            });
    lookout.lookOnce();

    assertThat(lookout.newest())
        .isEqualTo(
            Seen.missing(Source.JMX, "NoClassDefFoundError: com/sun/tools/attach/VirtualMachine"));
  }

  @Test
  void newest_failureAfterASuccess_isMissingAtOnce() {
    AtomicLong looks = new AtomicLong();
    Lookout<String> lookout =
        lookout(
            () -> {
              if (looks.getAndIncrement() > 0) {
                throw new IOException("gone");
              }
              return "seen";
            });
    lookout.lookOnce();
    lookout.lookOnce();

    assertThat(lookout.newest()).isInstanceOf(Seen.Missing.class);
  }

  @Test
  @Timeout(60)
  void newest_lookThatHangs_isGivenOutWhileFreshThenMissing() throws InterruptedException {
    CountDownLatch hangs = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    AtomicLong looks = new AtomicLong();
    try (Lookout<String> lookout =
        lookout(
            () -> {
              if (looks.getAndIncrement() > 0) {
                hangs.countDown();
                release.await();
              }
              return "seen";
            })) {
      lookout.start();
      hangs.await();

      assertThat(lookout.newest()).isEqualTo(Seen.known("seen", 1_000_000));
      clock.passMs(PATIENCE_MS + 1_000);
      assertThat(lookout.newest())
          .isEqualTo(Seen.missing(Source.JMX, "it has not answered for 6 s"));
      release.countDown();
    }
  }

  @Test
  @Timeout(60)
  void newest_firstLookThatHangs_saysForHowLong() throws InterruptedException {
    CountDownLatch hangs = new CountDownLatch(1);
    try (Lookout<String> lookout =
        lookout(
            () -> {
              hangs.countDown();
              new CountDownLatch(1).await();
              return "never";
            })) {
      lookout.start();
      hangs.await();
      clock.passMs(9_000);

      assertThat(lookout.newest())
          .isEqualTo(Seen.missing(Source.JMX, "it has not answered for 9 s"));
    }
  }

  @Test
  @Timeout(60)
  void close_whileItLooks_closesWhatItHeldOnItsOwnThread() throws InterruptedException {
    CountDownLatch looked = new CountDownLatch(1);
    AtomicLong closedBy = new AtomicLong();
    CountDownLatch closed = new CountDownLatch(1);
    Lookout<String> lookout =
        new Lookout<>(
            Source.JMX,
            clock,
            () -> 1,
            PATIENCE_MS,
            () -> {
              looked.countDown();
              return "seen";
            },
            () -> {
              closedBy.set(Thread.currentThread().getId());
              closed.countDown();
            });
    lookout.start();
    looked.await();
    lookout.close();
    closed.await();

    assertThat(closedBy.get()).isNotEqualTo(Thread.currentThread().getId());
    assertThat(lookout.newest()).isInstanceOf(Seen.Missing.class);
  }

  private Lookout<String> lookout(Lookout.Look<String> look) {
    return new Lookout<>(Source.JMX, clock, () -> 1, PATIENCE_MS, look, () -> {});
  }
}
