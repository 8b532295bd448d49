// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.pace.CancelToken;
import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.probe.broker.CleanerThread;
import io.kleaner.supervisor.probe.broker.Seen;
import io.kleaner.supervisor.probe.broker.StackClass;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What several looks at a thread prove; each look takes a tenth of a second, unless said. */
class ThreadWatchTest {

  private static final long LOOK_MS = 100;

  private long nowMs = 1_000_000;
  private int next;
  private long usedMs;
  private long lookMs = LOOK_MS;
  private Thread.State state = Thread.State.RUNNABLE;

  private final Clock clock =
      new Clock() {
        @Override
        public long nowMs() {
          return nowMs;
        }

        @Override
        public long nanoTime() {
          return nowMs * 1_000_000;
        }
      };

  /** The last one goes on for ever; nothing uses the processor. */
  private ThreadWatch seeing(StackClass... stacks) {
    return using(0, stacks);
  }

  /**
   * @param cpuMs of the processor from look to look, unless the thread sleeps; below 0 if the JVM
   *     doesn't tell
   */
  private ThreadWatch using(long cpuMs, StackClass... stacks) {
    return new ThreadWatch(
        () -> {
          StackClass stack = stacks[Math.min(next++, stacks.length - 1)];
          nowMs += lookMs;
          usedMs += stack == StackClass.THROTTLED ? 0 : Math.max(0, cpuMs);
          return Seen.known(
              List.of(
                  new CleanerThread(
                      "kafka-log-cleaner-thread-0",
                      7,
                      state,
                      stack,
                      List.of(),
                      cpuMs < 0 ? -1 : usedMs * 1_000_000)),
              nowMs);
        },
        clock,
        new CancelToken(),
        1);
  }

  @Test
  void lastingRefusal_idle_mayAtOnce() {
    assertThat(seeing(StackClass.IDLE, StackClass.THROTTLED).lastingRefusal()).isEmpty();
    assertThat(next).isEqualTo(1);
  }

  @Test
  void lastingRefusal_inAReadAtOneLook_may() {
    assertThat(seeing(StackClass.BLOCKED_IO, StackClass.CLEANING).lastingRefusal()).isEmpty();
  }

  @Test
  void lastingRefusal_inAReadAtAllLooks_isRefusedAfterSomeSeconds() {
    assertThat(seeing(StackClass.BLOCKED_IO).lastingRefusal().orElseThrow()).contains("read");
    assertThat(next).isGreaterThan(20);
  }

  @Test
  void lastingRefusal_awakeBetweenTwoSleeps_isRefused() {
    assertThat(
            seeing(
                    StackClass.CLEANING,
                    StackClass.BLOCKED_IO,
                    StackClass.CLEANING,
                    StackClass.THROTTLED)
                .lastingRefusal()
                .orElseThrow())
        .contains("throttle");
  }

  /** The ids at each look; the last ones stay. */
  @SafeVarargs
  private ThreadWatch with(List<Long>... looks) {
    return new ThreadWatch(
        () -> {
          List<Long> ids = looks[Math.min(next++, looks.length - 1)];
          nowMs += LOOK_MS;
          return Seen.known(
              ids.stream()
                  .map(
                      id ->
                          new CleanerThread(
                              "kafka-log-cleaner-thread-" + id,
                              id,
                              Thread.State.RUNNABLE,
                              StackClass.IDLE,
                              List.of(),
                              0))
                  .toList(),
              nowMs);
        },
        clock,
        new CancelToken(),
        1);
  }

  private boolean awaitTwo(ThreadWatch watch) {
    return watch.awaitAllNew(Set.of(1L, 2L), 2, 5_000, 1_000);
  }

  @Test
  void awaitAllNew_oneAfterTheOther_waitsForTheLastAndSeesThemLive() {
    assertThat(awaitTwo(with(List.of(1L, 2L), List.of(), List.of(3L), List.of(3L, 4L)))).isTrue();
    assertThat(next).as("a second of looks").isGreaterThan(10);
  }

  @Test
  void awaitAllNew_theSecondNeverComes_isFalse() {
    assertThat(awaitTwo(with(List.of(1L, 2L), List.of(3L)))).isFalse();
  }

  @Test
  void awaitAllNew_oneDiesSoon_isFalse() {
    assertThat(awaitTwo(with(List.of(3L, 4L), List.of(3L, 4L), List.of(4L)))).isFalse();
  }

  @Test
  void awaitAllNew_oldOnesStay_isFalse() {
    assertThat(awaitTwo(with(List.of(1L, 2L)))).isFalse();
  }

  @Test
  void awaitAllNew_startedOnceMore_countsTheLastOnes() {
    assertThat(awaitTwo(with(List.of(3L, 4L), List.of(3L, 4L), List.of(5L, 6L)))).isTrue();
  }

  @Test
  void awaitWake_shortSleepSeenWhole_isTheMoment() {
    assertThat(
            seeing(
                    StackClass.THROTTLED,
                    StackClass.CLEANING,
                    StackClass.THROTTLED,
                    StackClass.THROTTLED,
                    StackClass.CLEANING)
                .awaitWake(1_000, 10_000))
        .isTrue();
    assertThat(next).isEqualTo(5);
  }

  @Test
  void awaitWake_readBetweenTwoLooks_isNoSleep() {
    assertThat(
            seeing(
                    StackClass.THROTTLED,
                    StackClass.CLEANING,
                    StackClass.BLOCKED_IO,
                    StackClass.CLEANING,
                    StackClass.THROTTLED)
                .awaitWake(1_000, 10_000))
        .isFalse();
  }

  @Test
  void awaitWake_sleepBegunBeforeWeCame_isOfUnknownLength() {
    assertThat(
            seeing(StackClass.THROTTLED, StackClass.CLEANING, StackClass.CLEANING)
                .awaitWake(1_000, 5_000))
        .isFalse();
  }

  @Test
  void awaitWake_waitsForWork_isTheMoment() {
    assertThat(seeing(StackClass.THROTTLED, StackClass.IDLE).awaitWake(1_000, 5_000)).isTrue();
  }

  /** As where the system's cache has what it reads: it is met in reads alone, and gets on. */
  @Test
  void lastingRefusal_inAReadAtAllLooksAndUsesTheProcessor_mayAfterASecond() {
    assertThat(using(LOOK_MS / 4, StackClass.BLOCKED_IO).lastingRefusal()).isEmpty();
    assertThat(next).isGreaterThanOrEqualTo(10);
  }

  @Test
  void lastingRefusal_inAReadAndUsesNextToNothing_isRefused() {
    assertThat(using(LOOK_MS / 4 - 1, StackClass.BLOCKED_IO).lastingRefusal().orElseThrow())
        .contains("read");
  }

  /** It may have worked for half a second and hung for as long. */
  @Test
  void lastingRefusal_looksFarApart_isRefusedWhateverItUsed() {
    lookMs = 501;

    assertThat(using(lookMs, StackClass.BLOCKED_IO).lastingRefusal()).isPresent();
  }

  @Test
  void lastingRefusal_processorTimeIsNotTold_isRefused() {
    assertThat(using(-1, StackClass.BLOCKED_IO).lastingRefusal()).isPresent();
  }

  /** Time that it used before it came to wait proves nothing of now. */
  @Test
  void lastingRefusal_waitsForALock_isRefusedWhateverItUsed() {
    state = Thread.State.BLOCKED;

    assertThat(using(LOOK_MS, StackClass.BLOCKED_IO).lastingRefusal()).isPresent();
  }

  @Test
  void lastingRefusal_movesAndFallsAsleep_isRefused() {
    assertThat(
            using(
                    LOOK_MS,
                    StackClass.BLOCKED_IO,
                    StackClass.BLOCKED_IO,
                    StackClass.BLOCKED_IO,
                    StackClass.THROTTLED)
                .lastingRefusal()
                .orElseThrow())
        .contains("throttle");
  }

  @Test
  void awaitWake_wokeIntoReadsThatGetOn_isTheMoment() {
    assertThat(
            using(
                    LOOK_MS,
                    StackClass.THROTTLED,
                    StackClass.BLOCKED_IO,
                    StackClass.THROTTLED,
                    StackClass.THROTTLED,
                    StackClass.BLOCKED_IO)
                .awaitWake(1_000, 10_000))
        .isTrue();
    assertThat(next).isEqualTo(5);
  }

  @Test
  void awaitWake_wokeIntoAReadThatHangs_isNot() {
    assertThat(
            seeing(
                    StackClass.THROTTLED,
                    StackClass.CLEANING,
                    StackClass.THROTTLED,
                    StackClass.THROTTLED,
                    StackClass.BLOCKED_IO)
                .awaitWake(1_000, 10_000))
        .isFalse();
  }
}
