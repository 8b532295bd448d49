// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.supervisor.broker.BrokerSpec;
import io.kleaner.supervisor.broker.KafkaVersion;
import io.kleaner.supervisor.probe.broker.CleanerThread;
import io.kleaner.supervisor.probe.broker.Seen;
import io.kleaner.supervisor.probe.broker.StackClass;
import io.kleaner.supervisor.remedy.broker.ConfigOverride.Purpose;
import io.kleaner.supervisor.remedy.broker.Overrides.Ending;
import io.kleaner.supervisor.remedy.broker.Overrides.Restored;
import io.kleaner.supervisor.remedy.broker.RemedyOutcome.Changed;
import io.kleaner.supervisor.remedy.broker.RemedyOutcome.Refused;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real broker with a throttle. What is refused here is so by the configured rate and by a sleep
 * that has just been seen and lasts for a minute, so no haste matters; {@link ThreadWatchTest} has
 * the moments between two sleeps, look by look.
 */
@Tag("full")
@Timeout(value = 8, unit = TimeUnit.MINUTES)
class ThrottledCleanerTest {

  @TempDir private Path temp;

  @Test
  void lever_threadSleepsForLong_isRefusedAndTheBrokerGoesOnApplyingMetadata() throws Exception {
    BrokerSpec spec = BrokerSpec.of(KafkaVersion.V4_3_1).with(TuningRules.RATE, "1000");
    try (RemedyLab lab = RemedyLab.start(temp, spec)) {
      // What a killed run left must not be taken back now either.
      lab.overrides().set(ConfigTarget.broker(1), Map.of(LeverRules.THREADS, "1"), Purpose.REVIVE);
      lab.topic("slow", 1, Map.of());
      lab.write("slow", 4_000, 1_000);
      lab.awaitThreads("the thread is throttled", ThrottledCleanerTest::isAsleep);
      List<Long> before = lab.ids();

      RemedyOutcome unstick = lab.tuning().unstick(1e9);
      lab.awaitThreads("the thread is throttled", ThrottledCleanerTest::isAsleep);
      RemedyOutcome revive = lab.lever().revive(now -> true);
      lab.awaitThreads("the thread is throttled", ThrottledCleanerTest::isAsleep);
      List<Restored> recovered = lab.lever().recover();

      assertThat(revive)
          .isInstanceOfSatisfying(
              Refused.class,
              refused -> assertThat(refused.reason()).contains("throttle", "maybeThrottle"));
      assertThat(recovered).extracting(Restored::ending).containsExactly(Ending.STILL_OURS);
      assertThat(unstick)
          .isInstanceOfSatisfying(
              Refused.class,
              refused -> {
                assertThat(refused.reason()).contains(TuningRules.RATE + "=1000.0", "sleep");
                assertThat(refused.nextStep()).contains("restart the broker");
              });
      assertThat(lab.ids()).isEqualTo(before);
      // The broker applies metadata: a setting is seen as soon as it is made.
      lab.operator(ConfigTarget.topic("slow"), "min.compaction.lag.ms", "5");
    }
  }

  @Test
  void unstick_everySleepIsShort_isDoneAndTakenBack() throws Exception {
    BrokerSpec spec = BrokerSpec.of(KafkaVersion.V4_3_1).with(TuningRules.RATE, "70000000");
    try (RemedyLab lab = RemedyLab.start(temp, spec)) {
      lab.topic("slow", 1, Map.of());
      lab.write("slow", 60_000, 1_000);

      RemedyOutcome outcome = lab.tuning().unstick(1e9);

      assertThat(outcome).isInstanceOf(Changed.class);
      assertThat(lab.setting(ConfigTarget.broker(1), TuningRules.RATE).effective())
          .contains("1.0E9");
      lab.await("slow is cleaned", () -> lab.cleanedTo("slow").orElse(0) > 50_000);
      lab.awaitThreads("the thread is idle", seen -> !isAsleep(seen));
      assertThat(lab.tuning().release()).isInstanceOf(Changed.class);
      assertThat(lab.setting(ConfigTarget.broker(1), TuningRules.RATE).effective())
          .contains("70000000");
      assertThat(lab.journal().open()).isEmpty();
    }
  }

  private static boolean isAsleep(Seen<List<CleanerThread>> threads) {
    return threads.get().orElse(List.of()).stream()
        .anyMatch(each -> each.stack() == StackClass.THROTTLED);
  }
}
