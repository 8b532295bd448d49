// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.logdir.TopicPartition;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;
import org.apache.kafka.common.internals.KafkaFutureImpl;
import org.junit.jupiter.api.Test;

/** What a broker is asked for offsets of partitions, and what it need not be asked again. */
class AdminOffsetsTest {

  private static final TopicPartition A = new TopicPartition("a", 0);
  private static final TopicPartition B = new TopicPartition("b", 0);

  private final Map<TopicPartition, Offsets> ofBroker = new HashMap<>();
  private final Map<IsolationLevel, List<String>> asked = new HashMap<>();
  private Map<TopicPartition, Seen<Offsets>> seen = Map.of();
  private long nowMs = 1_000;

  @Test
  void look_firstTime_asksForBothOfAll() throws InterruptedException {
    ofBroker.put(A, new Offsets(10, 10));
    ofBroker.put(B, new Offsets(10, 7));
    look();

    assertThat(of(A)).hasValue(new Offsets(10, 10));
    assertThat(of(B)).hasValue(new Offsets(10, 7));
    assertThat(askedStable()).containsExactlyInAnyOrder("a-0", "b-0");
  }

  @Test
  void look_highWatermarkStandsWhereAllIsStable_isNotAskedForThatAgain()
      throws InterruptedException {
    ofBroker.put(A, new Offsets(10, 10));
    ofBroker.put(B, new Offsets(10, 7));
    look();
    look();

    assertThat(askedStable()).containsExactly("b-0");
    assertThat(of(A)).hasValue(new Offsets(10, 10));
    assertThat(seen.get(A)).isEqualTo(Seen.known(new Offsets(10, 10), nowMs));
  }

  @Test
  void look_highWatermarkMoved_whatIsOpenThereIsSeen() throws InterruptedException {
    ofBroker.put(A, new Offsets(10, 10));
    look();
    ofBroker.put(A, new Offsets(12, 10));
    look();

    assertThat(of(A)).hasValue(new Offsets(12, 10));
  }

  @Test
  void look_openTransactionEnded_isSeenThoughTheHighWatermarkStands() throws InterruptedException {
    ofBroker.put(A, new Offsets(10, 7));
    look();
    ofBroker.put(A, new Offsets(10, 10));
    look();

    assertThat(of(A)).hasValue(new Offsets(10, 10));
  }

  @Test
  void look_stableOffsetGotAheadMeanwhile_isAtMostTheHighWatermarkOfThen()
      throws InterruptedException {
    ofBroker.put(A, new Offsets(10, 15));
    look();

    assertThat(of(A)).hasValue(new Offsets(10, 10));
  }

  @Test
  void look_onePartitionFails_theOtherIsTold() throws InterruptedException {
    ofBroker.put(A, new Offsets(10, 10));
    seen = AdminOffsets.look(broker(), List.of(A, B), Map.of(), nowMs);

    assertThat(of(A)).hasValue(new Offsets(10, 10));
    assertThat(seen.get(B)).isInstanceOf(Seen.Missing.class);
  }

  private void look() throws InterruptedException {
    asked.clear();
    nowMs++;
    seen = AdminOffsets.look(broker(), List.copyOf(ofBroker.keySet()), seen, nowMs);
  }

  private Optional<Offsets> of(TopicPartition partition) {
    return seen.get(partition).get();
  }

  private List<String> askedStable() {
    return asked.getOrDefault(IsolationLevel.READ_COMMITTED, List.of());
  }

  private Admin broker() {
    return (Admin)
        Proxy.newProxyInstance(
            Admin.class.getClassLoader(),
            new Class<?>[] {Admin.class},
            (proxy, method, arguments) -> {
              if (!method.getName().equals("listOffsets") || arguments.length != 2) {
                throw new UnsupportedOperationException(method.toString());
              }
              return answer(
                  ((Map<?, ?>) arguments[0])
                      .keySet().stream()
                          .map(org.apache.kafka.common.TopicPartition.class::cast)
                          .collect(Collectors.toList()),
                  ((ListOffsetsOptions) arguments[1]).isolationLevel());
            });
  }

  private ListOffsetsResult answer(
      List<org.apache.kafka.common.TopicPartition> partitions, IsolationLevel level) {
    Map<org.apache.kafka.common.TopicPartition, KafkaFuture<ListOffsetsResultInfo>> answers =
        new HashMap<>();
    for (org.apache.kafka.common.TopicPartition each : partitions) {
      asked.computeIfAbsent(level, any -> new ArrayList<>()).add(each.toString());
      Offsets offsets = ofBroker.get(new TopicPartition(each.topic(), each.partition()));
      answers.put(each, offsets == null ? failed() : known(offsets, level));
    }
    return new ListOffsetsResult(answers);
  }

  private static KafkaFuture<ListOffsetsResultInfo> known(Offsets offsets, IsolationLevel level) {
    long offset =
        level == IsolationLevel.READ_COMMITTED
            ? offsets.lastStableOffset()
            : offsets.highWatermark();
    return KafkaFuture.completedFuture(new ListOffsetsResultInfo(offset, -1, Optional.empty()));
  }

  private static KafkaFuture<ListOffsetsResultInfo> failed() {
    KafkaFutureImpl<ListOffsetsResultInfo> future = new KafkaFutureImpl<>();
    future.completeExceptionally(new NotLeaderOrFollowerException("it moved"));
    return future;
  }
}
