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
 * A real broker whose cleaner sleeps in the throttle. Not in the full run: on a machine that is
 * short of processor time the moment between two sleeps is missed or taken too late, and the broker
 * then waits for the thread for a minute, as it would for anyone. {@link ThreadWatchTest} has the
 * rules look by look.
 */
@Tag("brokers")
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

      RemedyOutcome revive = lab.lever().revive(true);
      List<Restored> recovered = lab.lever().recover();
      RemedyOutcome unstick = lab.tuning().unstick(1e9);

      assertThat(revive)
          .isInstanceOfSatisfying(
              Refused.class,
              refused -> assertThat(refused.reason()).contains("throttle", "maybeThrottle"));
      assertThat(recovered).extracting(Restored::ending).containsExactly(Ending.STILL_OURS);
      assertThat(unstick)
          .isInstanceOfSatisfying(
              Refused.class,
              refused -> assertThat(refused.nextStep()).contains("restart the broker"));
      assertThat(lab.ids()).isEqualTo(before);
      // The broker applies metadata: a setting is seen as soon as it is made.
      lab.operator(ConfigTarget.topic("slow"), "min.compaction.lag.ms", "5");
    }
  }

  @Test
  void unstick_threadSleepsForMoments_isDoneBetweenTwoSleepsOrNotAtAll() throws Exception {
    BrokerSpec spec =
        BrokerSpec.of(KafkaVersion.V4_3_1)
            .with(TuningRules.RATE, "10000000")
            .with("log.cleaner.io.buffer.size", "524288");
    try (RemedyLab lab = RemedyLab.start(temp, spec)) {
      lab.topic("slow", 1, Map.of());
      lab.write("slow", 60_000, 1_000);
      lab.awaitThreads("the thread is throttled", ThrottledCleanerTest::isAsleep);

      RemedyOutcome outcome = lab.tuning().unstick(1e9);

      if (outcome instanceof Refused) {
        // A fast disk makes for sleeps too long to be sure of the moment between two.
        assertThat(lab.journal().open()).isEmpty();
        lab.operator(ConfigTarget.topic("slow"), "min.compaction.lag.ms", "5");
        return;
      }
      assertThat(outcome).isInstanceOf(Changed.class);
      lab.await("slow is cleaned", () -> lab.cleanedTo("slow").orElse(0) > 50_000);
      lab.awaitThreads("the thread is idle", seen -> !isAsleep(seen));
      assertThat(lab.tuning().revert(Purpose.UNSTICK))
          .extracting(Restored::ending)
          .containsExactly(Ending.RESTORED);
      assertThat(lab.setting(ConfigTarget.broker(1), TuningRules.RATE).effective())
          .contains("10000000");
    }
  }

  private static boolean isAsleep(Seen<List<CleanerThread>> threads) {
    return threads.get().orElse(List.of()).stream()
        .anyMatch(each -> each.stack() == StackClass.THROTTLED);
  }
}
