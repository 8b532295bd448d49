// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.core.pace.CancelToken;
import io.kleaner.supervisor.cleaner.HandClock;
import io.kleaner.supervisor.remedy.broker.RemedyOutcome.Refused;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeProducersResult;
import org.apache.kafka.clients.admin.DescribeProducersResult.PartitionProducerState;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.common.KafkaFuture;
import org.junit.jupiter.api.Test;

/** Which transaction is refused; what an abort does is seen on a broker. */
class TransactionAbortTest {

  private static final TopicPartition ORDERS = new TopicPartition("orders", 0);

  private final List<String> asked = new ArrayList<>();

  /** A cluster with a transaction of producer 1001 that is open from offset 430. */
  private Admin admin() {
    return (Admin)
        Proxy.newProxyInstance(
            Admin.class.getClassLoader(),
            new Class<?>[] {Admin.class},
            (proxy, method, arguments) -> {
              asked.add(method.getName());
              if (!method.getName().equals("describeProducers")) {
                throw new UnsupportedOperationException(method.getName());
              }
              return producers();
            });
  }

  private static DescribeProducersResult producers() throws ReflectiveOperationException {
    // Only a client makes its own answers.
    Constructor<DescribeProducersResult> result =
        DescribeProducersResult.class.getDeclaredConstructor(Map.class);
    result.setAccessible(true);
    return result.newInstance(
        Map.of(
            new org.apache.kafka.common.TopicPartition("orders", 0),
            KafkaFuture.completedFuture(
                new PartitionProducerState(
                    List.of(
                        new ProducerState(
                            1001, 3, 7, 900, OptionalInt.of(1), OptionalLong.of(430)))))));
  }

  @Test
  void abort_producerIsInAnotherTransactionByNow_isRefusedAndNothingIsAborted() throws IOException {
    TransactionAbort hands =
        new TransactionAbort(admin(), new HandClock(), new CancelToken(), Duration.ofSeconds(30));

    RemedyOutcome outcome = hands.abort(ORDERS, 1001, 420, OptionalLong.of(1001));

    assertThat(outcome)
        .isInstanceOfSatisfying(
            Refused.class,
            refused ->
                assertThat(refused.reason())
                    .contains("producer id 1001, epoch 3", "orders-0", "430", "420"));
    assertThat(asked).containsExactly("describeProducers");
  }
}
