// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import io.kleaner.core.logdir.TopicPartition;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeProducersResult;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.TransactionDescription;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.common.KafkaException;

/** Asks a cluster about transactions by the Admin API (KIP-664). Stateless. */
final class AdminTransactions implements PinnedByBroker.Cluster {

  private final Admin admin;
  private final Optional<BrokerConfig> own;
  private final long nowMs;

  /**
   * @param own the watched broker's settings, if they are known
   */
  AdminTransactions(Admin admin, Optional<BrokerConfig> own, long nowMs) {
    this.admin = admin;
    this.own = own;
    this.nowMs = nowMs;
  }

  @Override
  public Map<TopicPartition, Seen<List<ProducerState>>> producers(
      Collection<TopicPartition> partitions) throws InterruptedException {
    DescribeProducersResult producers =
        admin.describeProducers(partitions.stream().map(AdminOffsets::kafka).toList());
    Map<TopicPartition, Seen<List<ProducerState>>> found = new HashMap<>();
    for (TopicPartition partition : partitions) {
      try {
        found.put(
            partition,
            Seen.known(
                AdminLink.await(producers.partitionResult(AdminOffsets.kafka(partition)))
                    .activeProducers(),
                nowMs));
      } catch (KafkaException e) {
        found.put(partition, Seen.missing(Source.ADMIN, Reason.of(e)));
      }
    }
    return found;
  }

  @Override
  public Map<Long, String> list(Set<Long> producers) throws InterruptedException {
    Map<Long, String> ids = new HashMap<>();
    for (TransactionListing listing :
        AdminLink.await(
            admin
                .listTransactions(new ListTransactionsOptions().filterProducerIds(producers))
                .all())) {
      ids.put(listing.producerId(), listing.transactionalId());
    }
    return ids;
  }

  @Override
  public Map<String, TransactionDescription> describe(Set<String> ids) throws InterruptedException {
    return AdminLink.await(admin.describeTransactions(ids).all());
  }

  @Override
  public boolean listsAll() throws InterruptedException {
    return CompleteListing.isProven(admin, own);
  }
}
