// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.supervisor.judge.broker.Broker;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A sample of files that may be many seconds old, beside the checkpoints as they are now. */
class SomethingToCleanTest {

  private final Broker broker = new Broker();

  /** Orders is eligible, and its checkpoint was 500 when its files were looked at. */
  private boolean somethingToClean(Optional<Map<TopicPartition, Long>> now) {
    broker.partition(Broker.ORDERS, Broker.Files::eligible);
    return Healer.somethingToClean(broker.sample(), Set.of(), now);
  }

  @Test
  void somethingToClean_cleanedSinceTheSample_countsNoMore() {
    assertThat(somethingToClean(Optional.of(Map.of(Broker.ORDERS, 900L)))).isFalse();
  }

  @Test
  void somethingToClean_checkpointIsWhereItWasOrNotSeen_counts() {
    assertThat(somethingToClean(Optional.of(Map.of(Broker.ORDERS, 500L, Broker.POISON, 7L))))
        .isTrue();
    assertThat(somethingToClean(Optional.empty())).isTrue();
  }
}
