// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.supervisor.probe.broker.OpenTransaction.Coordinator;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.TransactionDescription;
import org.apache.kafka.common.KafkaException;

/**
 * Finds who holds back the last stable offset of partitions, and what the coordinators make of it
 * (KIP-664; brokers since 3.0, producers also by 2.8).
 *
 * <p>That no coordinator knows of a transaction is said only where that is certain, since it is
 * then taken to hang: of one whose id is listed without this partition, or whose id is not listed
 * though a listing leaves none out; and that is open before these were asked and after. A
 * coordinator knows of a partition before a record of the transaction is written there, so between
 * the two it would have. Stateless but for one look.
 */
final class PinnedByBroker {

  /** What a cluster says of transactions. */
  interface Cluster {

    /** The producers of partitions, or why they are not known. */
    Map<TopicPartition, Seen<List<ProducerState>>> producers(Collection<TopicPartition> partitions)
        throws InterruptedException;

    /**
     * Transactional ids of producers, by producer id; without those that are not told.
     *
     * @throws KafkaException if a coordinator does not answer
     */
    Map<Long, String> list(Set<Long> producers) throws InterruptedException;

    /**
     * Transactions, by transactional id.
     *
     * @throws KafkaException if one of them is not told
     */
    Map<String, TransactionDescription> describe(Set<String> ids) throws InterruptedException;

    /** Whether a listing is proven to leave none out. */
    boolean listsAll() throws InterruptedException;
  }

  /** A producer with a transaction that is open on a partition. */
  private record Open(TopicPartition partition, ProducerState producer) {

    private Name name() {
      return new Name(
          partition,
          producer.producerId(),
          producer.producerEpoch(),
          producer.currentTransactionStartOffset().orElseThrow());
    }
  }

  /** What stays of it as long as it is open, and of no other. */
  private record Name(TopicPartition partition, long producerId, int epoch, long startOffset) {}

  private final Cluster cluster;
  private final Map<Long, String> ids = new HashMap<>();
  private final Map<Name, TransactionDescription> known = new HashMap<>();
  private final Map<Name, Coordinator> unknown = new HashMap<>();

  private PinnedByBroker(Cluster cluster) {
    this.cluster = cluster;
  }

  /** Open transactions of each partition, none of one that has none. */
  static Map<TopicPartition, Seen<List<OpenTransaction>>> look(
      Cluster cluster, Collection<TopicPartition> partitions) throws InterruptedException {
    return partitions.isEmpty() ? Map.of() : new PinnedByBroker(cluster).look(partitions);
  }

  private Map<TopicPartition, Seen<List<OpenTransaction>>> look(
      Collection<TopicPartition> partitions) throws InterruptedException {
    Map<TopicPartition, Seen<List<ProducerState>>> producers = cluster.producers(partitions);
    List<Open> open = open(producers);
    if (!open.isEmpty()) {
      ask(open);
    }
    Map<TopicPartition, List<OpenTransaction>> described =
        open.stream()
            .collect(
                Collectors.groupingBy(
                    Open::partition, Collectors.mapping(this::describe, Collectors.toList())));
    Map<TopicPartition, Seen<List<OpenTransaction>>> found = new HashMap<>();
    producers.forEach(
        (partition, theirs) ->
            found.put(partition, theirs.map(any -> described.getOrDefault(partition, List.of()))));
    return found;
  }

  private static List<Open> open(Map<TopicPartition, Seen<List<ProducerState>>> producers) {
    List<Open> open = new ArrayList<>();
    producers.forEach(
        (partition, theirs) ->
            theirs.get().orElse(List.of()).stream()
                .filter(each -> each.currentTransactionStartOffset().isPresent())
                .forEach(each -> open.add(new Open(partition, each))));
    return open;
  }

  private void ask(List<Open> open) throws InterruptedException {
    try {
      askCoordinators(open);
      List<Open> rest = open.stream().filter(each -> !known.containsKey(each.name())).toList();
      if (rest.isEmpty()) {
        return;
      }
      boolean all = rest.stream().allMatch(this::isListed) || cluster.listsAll();
      // Who leads the coordinators' log may have changed since; and one may have begun since.
      askCoordinators(rest);
      Set<TopicPartition> asked = rest.stream().map(Open::partition).collect(Collectors.toSet());
      Set<Name> still =
          open(cluster.producers(asked)).stream().map(Open::name).collect(Collectors.toSet());
      rest.stream()
          .filter(each -> still.contains(each.name()))
          .filter(each -> all || isListed(each))
          .forEach(each -> unknown.put(each.name(), Coordinator.DOES_NOT_KNOW));
    } catch (KafkaException e) {
      // An older broker, or one coordinator that doesn't answer: producer and offset are known.
      open.forEach(each -> unknown.put(each.name(), Coordinator.NOT_ASKED));
    }
  }

  /**
   * Keeps what they know now: a producer may be in its next transaction when they are asked again.
   */
  private void askCoordinators(List<Open> open) throws InterruptedException {
    Set<Long> producers =
        open.stream().map(each -> each.producer().producerId()).collect(Collectors.toSet());
    Map<Long, String> listed = cluster.list(producers);
    ids.putAll(listed);
    if (listed.isEmpty()) {
      return;
    }
    Map<String, TransactionDescription> described =
        cluster.describe(new HashSet<>(listed.values()));
    for (Open each : open) {
      Optional.ofNullable(listed.get(each.producer().producerId()))
          .map(described::get)
          .filter(now -> isOf(now, each))
          .ifPresent(now -> known.put(each.name(), now));
    }
  }

  private boolean isListed(Open open) {
    return ids.containsKey(open.producer().producerId());
  }

  private static boolean isOf(TransactionDescription transaction, Open open) {
    return transaction.producerId() == open.producer().producerId()
        && transaction.topicPartitions().contains(AdminOffsets.kafka(open.partition()));
  }

  private OpenTransaction describe(Open open) {
    ProducerState producer = open.producer();
    Optional<TransactionDescription> transaction = Optional.ofNullable(known.get(open.name()));
    return new OpenTransaction(
        producer.producerId(),
        producer.producerEpoch(),
        Optional.ofNullable(ids.get(producer.producerId())),
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
            ? Coordinator.KNOWS
            : unknown.getOrDefault(
                open.name(), isListed(open) ? Coordinator.MAY_HAVE_ENDED : Coordinator.NOT_LISTED),
        Source.ADMIN);
  }
}
