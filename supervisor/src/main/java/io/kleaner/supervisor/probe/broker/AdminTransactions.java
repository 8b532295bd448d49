// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import io.kleaner.core.logdir.TopicPartition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeProducersResult;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.TransactionDescription;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.common.KafkaException;

/**
 * Asks who holds back the last stable offset of partitions, and what the coordinators say of it
 * (KIP-664; brokers since 3.0, producers also by 2.8). Stateless.
 */
final class AdminTransactions {

  private AdminTransactions() {}

  /** A producer with a transaction that is open on a partition. */
  private record Open(TopicPartition partition, ProducerState producer) {}

  static Map<TopicPartition, Seen<List<OpenTransaction>>> look(
      Admin admin, Collection<TopicPartition> partitions, long nowMs) throws InterruptedException {
    Map<TopicPartition, Seen<List<OpenTransaction>>> found = new HashMap<>();
    if (partitions.isEmpty()) {
      return found;
    }
    List<Open> open = new ArrayList<>();
    DescribeProducersResult producers =
        admin.describeProducers(partitions.stream().map(AdminOffsets::kafka).toList());
    for (TopicPartition partition : partitions) {
      try {
        for (ProducerState producer :
            AdminLink.await(producers.partitionResult(AdminOffsets.kafka(partition)))
                .activeProducers()) {
          if (producer.currentTransactionStartOffset().isPresent()) {
            open.add(new Open(partition, producer));
          }
        }
        found.put(partition, Seen.known(List.of(), nowMs));
      } catch (KafkaException e) {
        found.put(partition, Seen.missing(Source.ADMIN, Reason.of(e)));
      }
    }
    Coordinators coordinators = coordinators(admin, open);
    open.stream()
        .collect(Collectors.groupingBy(Open::partition))
        .forEach(
            (partition, theirs) ->
                found.put(
                    partition,
                    Seen.known(theirs.stream().map(coordinators::describe).toList(), nowMs)));
    return found;
  }

  /**
   * What the coordinators answered.
   *
   * @param asked whether they did
   * @param ids transactional ids, by producer id
   * @param transactions by transactional id
   */
  private record Coordinators(
      boolean asked, Map<Long, String> ids, Map<String, TransactionDescription> transactions) {

    OpenTransaction describe(Open open) {
      ProducerState producer = open.producer();
      Optional<String> id = Optional.ofNullable(ids.get(producer.producerId()));
      Optional<TransactionDescription> transaction =
          id.map(transactions::get)
              .filter(each -> each.producerId() == producer.producerId())
              .filter(
                  each -> each.topicPartitions().contains(AdminOffsets.kafka(open.partition())));
      return new OpenTransaction(
          producer.producerId(),
          producer.producerEpoch(),
          id,
          producer.currentTransactionStartOffset().orElseThrow(),
          transaction
              .map(TransactionDescription::transactionStartTimeMs)
              .orElse(OptionalLong.empty()),
          producer.lastTimestamp(),
          transaction
              .map(each -> OptionalLong.of(each.transactionTimeoutMs()))
              .orElse(OptionalLong.empty()),
          producer.coordinatorEpoch().isPresent()
              ? OptionalInt.of(producer.coordinatorEpoch().getAsInt())
              : OptionalInt.empty(),
          transaction.isPresent()
              ? OpenTransaction.Coordinator.KNOWS
              : asked
                  ? OpenTransaction.Coordinator.DOES_NOT_KNOW
                  : OpenTransaction.Coordinator.NOT_ASKED,
          Source.ADMIN);
    }
  }

  private static Coordinators coordinators(Admin admin, List<Open> open)
      throws InterruptedException {
    Map<Long, String> ids = new HashMap<>();
    Map<String, TransactionDescription> transactions = new HashMap<>();
    if (open.isEmpty()) {
      return new Coordinators(true, ids, transactions);
    }
    Set<Long> producers =
        open.stream().map(each -> each.producer().producerId()).collect(Collectors.toSet());
    try {
      for (TransactionListing listing :
          AdminLink.await(
              admin
                  .listTransactions(new ListTransactionsOptions().filterProducerIds(producers))
                  .all())) {
        ids.put(listing.producerId(), listing.transactionalId());
      }
      if (!ids.isEmpty()) {
        transactions.putAll(
            AdminLink.await(admin.describeTransactions(Set.copyOf(ids.values())).all()));
      }
      return new Coordinators(true, ids, transactions);
    } catch (KafkaException e) {
      // An older broker, or one coordinator that doesn't answer: producer and offset are known.
      return new Coordinators(false, ids, Map.of());
    }
  }
}
