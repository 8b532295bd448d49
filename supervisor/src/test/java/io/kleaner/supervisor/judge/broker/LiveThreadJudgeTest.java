// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge.broker;

import static io.kleaner.supervisor.judge.broker.Told.only;
import static io.kleaner.supervisor.judge.broker.Told.rules;
import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.supervisor.probe.broker.CleanerThread;
import io.kleaner.supervisor.probe.broker.StackClass;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * Threads that are there: whether they get on, hang, starve or spin. Nothing else may be told
 * beside it.
 */
class LiveThreadJudgeTest {

  private final Broker broker = new Broker();

  @Test
  void judge_threadInARead_hangsAfterTheLimitAndNotBefore() {
    assertThat(broker.lookFor(59, () -> broker.threadIs(StackClass.BLOCKED_IO, 0)).diagnoses())
        .isEmpty();

    Judgement judgement = broker.lookFor(2, () -> broker.threadIs(StackClass.BLOCKED_IO, 0));
    assertThat(rules(judgement)).containsExactly("CleanerHung");
    assertThat(only(judgement, Ailment.CLEANER_HUNG).advice()).contains("must not be reconfigured");
    assertThat(judgement.threads().get(0).provenFree()).isFalse();
  }

  @Test
  void judge_threadThatReadsAndCleans_isWell() {
    long[] look = {0};
    Judgement judgement =
        broker.lookFor(
            200,
            () ->
                broker.threadIs(
                    look[0]++ % 3 == 0 ? StackClass.CLEANING : StackClass.BLOCKED_IO, 0.3));

    assertThat(judgement.diagnoses()).isEmpty();
  }

  @Test
  void judge_threadAsleepInTheThrottle_starvesWithTheRateNamed() {
    broker.set("log.cleaner.io.max.bytes.per.second", "10.0");
    broker.partition(Broker.ORDERS, Broker.Files::eligible);
    Judgement judgement = broker.lookFor(61, () -> broker.threadIs(StackClass.THROTTLED, 0));

    assertThat(rules(judgement)).containsExactly("CleanerStarved");
    assertThat(only(judgement, Ailment.CLEANER_STARVED).evidence()).contains("10.0");
  }

  @Test
  void judge_throttledWhileCheckpointsMove_isWell() {
    broker.partition(Broker.ORDERS, Broker.Files::eligible);
    Judgement judgement =
        broker.lookFor(
            200,
            () -> {
              broker.threadIs(StackClass.THROTTLED, 0);
              broker.partition(Broker.ORDERS, files -> files.firstDirty++);
            });

    assertThat(judgement.diagnoses()).isEmpty();
  }

  @Test
  void judge_busyAndNothingGetsClean_spins() {
    Judgement judgement =
        broker.lookFor(
            broker.options.spinningAfterMs() / 1_000 + 1,
            () -> broker.threadIs(StackClass.CLEANING, 1));

    assertThat(rules(judgement)).containsExactly("CleanerSpinning");
  }

  @Test
  void judge_busyAtALargePartition_isGivenTheTimeItMayTake() {
    broker.began(0, Broker.ORDERS);
    broker.partition(
        Broker.ORDERS,
        files -> {
          files.eligible();
          files.dirtyBytes = 100L << 30;
        });
    Judgement judgement = broker.lookFor(1_800, () -> broker.threadIs(StackClass.CLEANING, 1));

    assertThat(judgement.diagnoses()).isEmpty();
    assertThat(judgement.partition(Broker.ORDERS).orElseThrow().state()).isEqualTo("cleaning");
  }

  @Test
  void judge_sameRangeBegunAgainAndAgain_spinsAtOnce() {
    Judgement judgement =
        broker.lookFor(
            10,
            () -> {
              broker.threadIs(StackClass.CLEANING, 0.2);
              broker.began(0, Broker.ORDERS);
            });

    Diagnosis spinning = only(judgement, Ailment.CLEANER_SPINNING);
    assertThat(spinning.advice()).contains("KAFKA-8764").contains("KAFKA-9826");
  }

  @Test
  void judge_ioBufferOfNoSize_spinsAtOnce() {
    broker.set("log.cleaner.io.buffer.size", "0");
    Judgement judgement = broker.lookFor(4, () -> broker.threadIs(StackClass.CLEANING, 0.9));

    assertThat(only(judgement, Ailment.CLEANER_SPINNING).advice())
        .contains("log.cleaner.io.buffer.size back");
  }

  @Test
  void gauges_hungThread_deadCountIsCorrected() {
    Judgement judgement = broker.lookFor(61, () -> broker.threadIs(StackClass.BLOCKED_IO, 0));

    GaugeReading dead =
        judgement.gauges().stream()
            .filter(each -> each.name().equals("DeadThreadCount"))
            .findFirst()
            .orElseThrow();
    assertThat(dead.stock()).hasValue(0);
    assertThat(dead.corrected()).hasValue(1);
    assertThat(dead.misleads()).isTrue();
  }

  @Test
  void thread_withNoCpuTime_isNeverSpinning() {
    Judgement judgement =
        broker.lookFor(
            300,
            () ->
                broker.threads =
                    Optional.of(
                        List.of(
                            new CleanerThread(
                                ThreadRules.NAME + "0",
                                30,
                                Thread.State.RUNNABLE,
                                StackClass.CLEANING,
                                List.of(),
                                -1))));

    assertThat(judgement.diagnoses()).isEmpty();
  }
}
