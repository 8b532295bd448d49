// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.supervisor.broker.BrokerSpec;
import io.kleaner.supervisor.broker.KafkaVersion;
import io.kleaner.supervisor.probe.broker.ConfigValue.Origin;
import io.kleaner.supervisor.remedy.broker.ConfigOverride.Former;
import io.kleaner.supervisor.remedy.broker.RemedyOutcome.Changed;
import io.kleaner.supervisor.remedy.broker.RemedyOutcome.NotEffective;
import io.kleaner.supervisor.remedy.broker.RemedyOutcome.Proof;
import io.kleaner.supervisor.remedy.broker.RemedyOutcome.Revived;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real broker whose cleaner is killed by one record that decompresses far. */
@Tag("full")
@Timeout(value = 8, unit = TimeUnit.MINUTES)
class PoisonedCleanerTest {

  private static final int HEAP_MIB = 224;
  private static final int BOMB_BYTES = 200 << 20;

  @TempDir private Path temp;

  @Test
  void revive_poisonRemains_isNotEffectiveUntilItsTopicIsIsolated() throws Exception {
    BrokerSpec spec =
        BrokerSpec.of(KafkaVersion.V4_3_1).heapMib(HEAP_MIB).with(LeverRules.THREADS, "1");
    try (RemedyLab lab = RemedyLab.start(temp, spec)) {
      lab.topic("bomb", 1, Map.of("segment.ms", "500", "min.cleanable.dirty.ratio", "0.0"));
      lab.topic("orders", 1, Map.of("min.cleanable.dirty.ratio", "1.0"));
      lab.write("orders", 3_000, 1_000);
      lab.writeBomb("bomb", BOMB_BYTES);
      lab.await(
          "the bomb's segment rolls",
          () -> {
            lab.write("bomb", 1, 10);
            return lab.ids().isEmpty() || lab.cleanedTo("bomb").isPresent();
          });
      lab.awaitThreads("the cleaner is dead", seen -> ThreadWatch.ids(seen).isEmpty());

      RemedyOutcome first = lab.lever().revive(now -> true);

      assertThat(first)
          .isInstanceOfSatisfying(
              NotEffective.class,
              failed -> {
                assertThat(failed.undone()).isTrue();
                assertThat(failed.reason()).contains("died");
              });
      assertUntouched(lab);

      assertThat(lab.isolation().isolate("bomb", false)).isInstanceOf(Changed.class);
      lab.operator(ConfigTarget.topic("orders"), "min.cleanable.dirty.ratio", "0.0");
      RemedyOutcome second = lab.lever().revive(now -> true);

      assertThat(second)
          .isInstanceOfSatisfying(
              Revived.class,
              revived -> {
                assertThat(revived.before()).isEmpty();
                assertThat(revived.after()).hasSize(1);
                assertThat(revived.proof()).isEqualTo(Proof.CHECKPOINT_MOVED);
                assertThat(revived.leftover()).isEmpty();
              });
      assertUntouched(lab);
      assertThat(lab.cleanedTo("orders").orElse(0)).isPositive();

      lab.isolation().release("bomb");
      assertThat(lab.setting(ConfigTarget.topic("bomb"), "min.cleanable.dirty.ratio").own())
          .contains("0.0");
      lab.awaitThreads("it dies again", seen -> ThreadWatch.ids(seen).isEmpty());
    }
  }

  private static void assertUntouched(RemedyLab lab) throws Exception {
    assertThat(lab.setting(ConfigTarget.broker(1), LeverRules.THREADS))
        .isEqualTo(new Former(Optional.empty(), Optional.of("1"), Origin.STATIC));
    assertThat(lab.journal().open().stream().filter(each -> !each.purpose().isLasting()).toList())
        .isEqualTo(List.of());
  }
}
