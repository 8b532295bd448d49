// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.OptionalInt;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.junit.jupiter.api.Test;

class WatchedNodeTest {

  private static final OptionalInt NO_HINT = OptionalInt.empty();
  private static final Node ONE = new Node(1, "b1", 9092);
  private static final Node TWO = new Node(2, "b2", 9092);

  @Test
  void of_hint_comesFirst() {
    assertThat(new WatchedNode("b1:9092").of(List.of(ONE, TWO), OptionalInt.of(2))).isEqualTo(2);
  }

  @Test
  void of_oneAtTheAddress_isIt() {
    assertThat(new WatchedNode(" b0:9092 , b2:9092 ").of(List.of(ONE, TWO), NO_HINT)).isEqualTo(2);
  }

  @Test
  void of_onlyBroker_isItUnderWhateverAddress() {
    assertThat(new WatchedNode("proxy:1").of(List.of(ONE), NO_HINT)).isEqualTo(1);
  }

  @Test
  void of_nothingSaysWhich_refused() {
    assertThatThrownBy(() -> new WatchedNode("proxy:1").of(List.of(ONE, TWO), NO_HINT))
        .isInstanceOf(KafkaException.class)
        .hasMessageContaining("brokers [1, 2]", "--log-dir");
  }

  /** The watched one is down, and so is what said which one it is. */
  @Test
  void of_anotherIsLeftAlone_isNotTakenForIt() {
    WatchedNode watched = new WatchedNode("proxy:1");
    assertThat(watched.of(List.of(ONE, TWO), OptionalInt.of(1))).isEqualTo(1);

    assertThatThrownBy(() -> watched.of(List.of(TWO), NO_HINT))
        .isInstanceOf(KafkaException.class)
        .hasMessageContaining("broker 1 is watched, and the cluster has broker 2 alone now");
    assertThat(watched.of(List.of(ONE), NO_HINT)).isEqualTo(1);
  }
}
