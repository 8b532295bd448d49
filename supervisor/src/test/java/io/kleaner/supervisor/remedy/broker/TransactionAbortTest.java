// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.core.pace.CancelToken;
import io.kleaner.supervisor.cleaner.HandClock;
import io.kleaner.supervisor.remedy.broker.RemedyOutcome.Changed;
import io.kleaner.supervisor.remedy.broker.RemedyOutcome.Refused;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.apache.kafka.clients.admin.AbortTransactionResult;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeProducersResult;
import org.apache.kafka.clients.admin.DescribeProducersResult.PartitionProducerState;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.common.KafkaFuture;
import org.junit.jupiter.api.Test;

/** Which transaction is refused, and when; what an abort does is seen on a broker. */
class TransactionAbortTest {

  private static final TopicPartition ORDERS = new TopicPartition("orders", 0);

  private static final org.apache.kafka.common.TopicPartition KAFKA =
      new org.apache.kafka.common.TopicPartition("orders", 0);

  private final List<String> asked = new ArrayList<>();

  /** A cluster with a transaction of producer 1001 that is open from offset 430. */
  private Admin admin() {
    return (Admin)
        Proxy.newProxyInstance(
            Admin.class.getClassLoader(),
            new Class<?>[] {Admin.class},
            (proxy, method, arguments) -> {
              asked.add(method.getName());
              return switch (method.getName()) {
                case "listOffsets" -> lastStable(asked.contains("abortTransaction") ? 500 : 430);
                case "describeProducers" -> producers();
                case "abortTransaction" -> aborted();
                default -> throw new UnsupportedOperationException(method.getName());
              };
            });
  }

  private static ListOffsetsResult lastStable(long offset) {
    return new ListOffsetsResult(
        Map.of(
            KAFKA,
            KafkaFuture.completedFuture(new ListOffsetsResultInfo(offset, -1, Optional.empty()))));
  }

  private static AbortTransactionResult aborted() throws ReflectiveOperationException {
    Constructor<AbortTransactionResult> result =
        AbortTransactionResult.class.getDeclaredConstructor(Map.class);
    result.setAccessible(true);
    return result.newInstance(Map.of(KAFKA, KafkaFuture.completedFuture(null)));
  }

  private static DescribeProducersResult producers() throws ReflectiveOperationException {
    // Only a client makes its own answers.
    Constructor<DescribeProducersResult> result =
        DescribeProducersResult.class.getDeclaredConstructor(Map.class);
    result.setAccessible(true);
    return result.newInstance(
        Map.of(
            KAFKA,
            KafkaFuture.completedFuture(
                new PartitionProducerState(
                    List.of(
                        new ProducerState(
                            1001, 3, 7, 900, OptionalInt.of(1), OptionalLong.of(430)))))));
  }

  @Test
  void abort_producerIsInAnotherTransactionByNow_isRefusedAndNothingIsAborted() throws IOException {
    RemedyOutcome outcome = abort(420);

    assertThat(outcome)
        .isInstanceOfSatisfying(
            Refused.class,
            refused ->
                assertThat(refused.reason())
                    .contains("producer id 1001, epoch 3", "orders-0", "430", "420"));
    assertThat(asked).last().isEqualTo("describeProducers");
    assertThat(asked).doesNotContain("abortTransaction");
  }

  /** The producer may begin another one whenever somebody waits. */
  @Test
  void abort_namedTransaction_asksNothingBetweenTheLookAndTheAbort() throws IOException {
    assertThat(abort(430))
        .isInstanceOfSatisfying(
            Changed.class,
            changed -> {
              assertThat(changed.before()).endsWith(" 430");
              assertThat(changed.after()).endsWith(" 500");
            });

    assertThat(asked)
        .containsExactly("listOffsets", "describeProducers", "abortTransaction", "listOffsets");
  }

  private RemedyOutcome abort(long startOffset) throws IOException {
    return new TransactionAbort(admin(), new HandClock(), new CancelToken(), Duration.ofSeconds(30))
        .abort(ORDERS, 1001, startOffset, OptionalLong.of(1001));
  }
}
