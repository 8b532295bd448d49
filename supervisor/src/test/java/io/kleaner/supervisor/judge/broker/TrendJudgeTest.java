// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge.broker;

import static io.kleaner.supervisor.judge.broker.Told.only;
import static io.kleaner.supervisor.judge.broker.Told.rules;
import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.supervisor.probe.broker.Gauge;
import org.junit.jupiter.api.Test;

/**
 * Where things are going: dirt, the map of keys, and room on the disk. Nothing else may be told
 * beside it.
 */
class TrendJudgeTest {

  private final Broker broker = new Broker();

  @Test
  void judge_dirtGrowsWhileCleansGoOn_fallsBehindWithARate() {
    broker.partition(Broker.ORDERS, files -> files.dirtyBytes = 64L << 20);
    Judgement judgement =
        broker.lookFor(
            broker.options.trendWindowMs() / 1_000,
            () ->
                broker.partition(
                    Broker.ORDERS,
                    files -> {
                      files.dirtyBytes += 1 << 20;
                      files.firstDirty++;
                    }));

    assertThat(only(judgement, Ailment.BROKER_FALLING_BEHIND).summary()).contains("an hour");
  }

  @Test
  void judge_fullMapOfKeys_isTold() {
    broker.mapOfKeysFull();
    broker.set("log.cleaner.dedupe.buffer.size", "4194304");

    assertThat(only(broker.look(), Ailment.DEDUPE_BUFFER_FULL).evidence()).contains("4194304");
  }

  @Test
  void judge_fullMapOfKeysByItsLoadFactor_isToldByThatOne() {
    broker.set("log.cleaner.io.buffer.load.factor", "0.5");
    broker.gauges.put(Gauge.MAX_BUFFER_UTILIZATION_PERCENT, 48.0);
    assertThat(broker.look().of(Ailment.DEDUPE_BUFFER_FULL)).isEmpty();

    broker.gauges.put(Gauge.MAX_BUFFER_UTILIZATION_PERCENT, 49.0);
    assertThat(broker.look().of(Ailment.DEDUPE_BUFFER_FULL)).hasSize(1);
  }

  @Test
  void judge_spaceShrinks_isToldWhenItIsGoneSoon() {
    long[] free = {10L << 30};
    Judgement judgement =
        broker.lookFor(
            broker.options.trendWindowMs() / 1_000,
            () -> {
              free[0] -= 4 << 20;
              broker.dir = Broker.facts(free[0]);
            });

    assertThat(rules(judgement)).containsExactly("DiskFilling");
  }

  @Test
  void judge_lessRoomThanACleanMayNeed_isTold() {
    broker.partition(
        Broker.ORDERS,
        files -> {
          files.eligible();
          files.dirtyBytes = 500L << 20;
        });
    broker.dir = Broker.facts(100L << 20);

    assertThat(rules(broker.look())).containsExactly("DiskTooTight");
  }
}
