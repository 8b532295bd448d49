// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.broker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.RetriableException;

/** Makes and changes topics and settings of a broker of 2.8 or newer. Thread-safe. */
public final class TestTopics {

  /** The smallest that a broker of today lets a user have. */
  public static final int SEGMENT_BYTES = 1 << 20;

  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final long POLL_MS = 20;
  private static final String RATIO = "min.cleanable.dirty.ratio";

  private final Map<String, Object> client;
  private final List<List<Integer>> replicas;

  /** Of the broker at that address. */
  public TestTopics(String bootstrap) {
    this(bootstrap, List.of());
  }

  /**
   * Of a cluster.
   *
   * @param replicas the brokers that each partition of a new topic is put on, its leader first;
   *     empty for one partition on any one
   */
  public TestTopics(String bootstrap, List<List<Integer>> replicas) {
    this(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap), replicas);
  }

  /** Of a broker that asks who its clients are, by the properties of one that it lets in. */
  public TestTopics(Map<String, Object> client) {
    this(client, List.of());
  }

  private TestTopics(Map<String, Object> client, List<List<Integer>> replicas) {
    this.client = Map.copyOf(client);
    this.replicas = List.copyOf(replicas);
  }

  /** A topic in small segments that is cleaned as soon as it can be. */
  public void createCompacted(String topic) throws InterruptedException, ExecutionException {
    create(
        topic,
        Map.of(
            "cleanup.policy",
            "compact",
            "segment.bytes",
            String.valueOf(SEGMENT_BYTES),
            RATIO,
            "0.01"));
  }

  /** Compacted topics {@code topic-0} and on, of several partitions each, on the one broker. */
  public void createManyCompacted(int count, int partitions)
      throws InterruptedException, ExecutionException {
    List<NewTopic> topics = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      topics.add(
          new NewTopic("topic-" + i, partitions, (short) 1)
              .configs(Map.of("cleanup.policy", "compact")));
    }
    try (Admin admin = admin()) {
      // Ten at a time: a broker answers each request within its time.
      for (int from = 0; from < count; from += 10) {
        make(admin, topics.subList(from, Math.min(count, from + 10)));
      }
    }
  }

  /** A topic, of one partition unless it was said where they are. */
  public void create(String topic, Map<String, String> config)
      throws InterruptedException, ExecutionException {
    try (Admin admin = admin()) {
      NewTopic created =
          replicas.isEmpty()
              ? new NewTopic(topic, 1, (short) 1)
              : new NewTopic(topic, byPartition());
      make(admin, List.of(created.configs(config)));
    }
  }

  /**
   * Makes topics and waits until their leaders serve them. A broker tells clients of a topic before
   * it leads it: of several batches that an idempotent producer has under way it may refuse the
   * first and take the next, and then takes the first one never.
   */
  public static void make(Admin admin, List<NewTopic> topics)
      throws InterruptedException, ExecutionException {
    admin.createTopics(topics).all().get();
    Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
    for (NewTopic each : topics) {
      int partitions = Math.max(each.numPartitions(), sizeOf(each.replicasAssignments()));
      for (int i = 0; i < partitions; i++) {
        ends.put(new TopicPartition(each.name(), i), OffsetSpec.latest());
      }
    }
    long endNs = System.nanoTime() + PATIENCE.toNanos();
    while (!areLed(admin, ends)) {
      if (System.nanoTime() > endNs) {
        throw new IllegalStateException("nobody leads " + ends.keySet());
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MS);
    }
  }

  /**
   * Whether all of them have a leader that answers, as nobody else does. Of a topic that the broker
   * has not heard of yet the client does not ask again by itself.
   */
  private static boolean areLed(Admin admin, Map<TopicPartition, OffsetSpec> ends)
      throws InterruptedException, ExecutionException {
    try {
      admin.listOffsets(ends).all().get();
      return true;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RetriableException) {
        return false;
      }
      throw e;
    }
  }

  private static int sizeOf(Map<Integer, List<Integer>> assignments) {
    return Optional.ofNullable(assignments).map(Map::size).orElse(0);
  }

  private Map<Integer, List<Integer>> byPartition() {
    Map<Integer, List<Integer>> all = new HashMap<>();
    replicas.forEach(each -> all.put(all.size(), each));
    return all;
  }

  /** Lets the broker's cleaner never have a topic, or have it at once. */
  public void cleanable(String topic, boolean cleanable)
      throws InterruptedException, ExecutionException {
    set(topic, RATIO, cleanable ? "0.01" : "1.0");
  }

  /** Sets a setting of a topic. */
  public void set(String topic, String key, String value)
      throws InterruptedException, ExecutionException {
    alter(
        new ConfigResource(ConfigResource.Type.TOPIC, topic),
        new AlterConfigOp(new ConfigEntry(key, value), AlterConfigOp.OpType.SET));
  }

  /** What is set on a topic itself. */
  public Map<String, String> own(String topic) throws InterruptedException, ExecutionException {
    return own(
        new ConfigResource(ConfigResource.Type.TOPIC, topic),
        ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG);
  }

  /** What is set on a broker itself while it runs. */
  public Map<String, String> ownOfBroker(int node) throws InterruptedException, ExecutionException {
    return own(
        new ConfigResource(ConfigResource.Type.BROKER, String.valueOf(node)),
        ConfigEntry.ConfigSource.DYNAMIC_BROKER_CONFIG);
  }

  private Map<String, String> own(ConfigResource resource, ConfigEntry.ConfigSource source)
      throws InterruptedException, ExecutionException {
    try (Admin admin = admin()) {
      return admin.describeConfigs(List.of(resource)).all().get().get(resource).entries().stream()
          .filter(each -> each.source() == source)
          .collect(Collectors.toMap(ConfigEntry::name, ConfigEntry::value));
    }
  }

  /**
   * Has the broker let go of all records of partition 0 of a topic, whose policy is to allow it. A
   * controller answers before the broker goes by a policy that was set just now.
   */
  void deleteRecords(String topic) throws InterruptedException, ExecutionException {
    Map<TopicPartition, RecordsToDelete> all =
        Map.of(new TopicPartition(topic, 0), RecordsToDelete.beforeOffset(logEnd(topic)));
    long endNs = System.nanoTime() + PATIENCE.toNanos();
    try (Admin admin = admin()) {
      while (!areDeleted(admin, all)) {
        if (System.nanoTime() > endNs) {
          throw new IllegalStateException("the policy of " + topic + " does not come to allow it");
        }
        TimeUnit.MILLISECONDS.sleep(POLL_MS);
      }
    }
  }

  /** Whether the policy that the broker goes by allows it by now. */
  private static boolean areDeleted(Admin admin, Map<TopicPartition, RecordsToDelete> all)
      throws InterruptedException, ExecutionException {
    try {
      admin.deleteRecords(all).all().get();
      return true;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof PolicyViolationException) {
        return false;
      }
      throw e;
    }
  }

  /** Sets a dynamic setting of a broker. */
  public void setBroker(int node, String key, String value)
      throws InterruptedException, ExecutionException {
    alter(
        new ConfigResource(ConfigResource.Type.BROKER, String.valueOf(node)),
        new AlterConfigOp(new ConfigEntry(key, value), AlterConfigOp.OpType.SET));
  }

  /** Takes a dynamic setting of a broker away. */
  public void deleteBroker(int node, String key) throws InterruptedException, ExecutionException {
    alter(
        new ConfigResource(ConfigResource.Type.BROKER, String.valueOf(node)),
        new AlterConfigOp(new ConfigEntry(key, ""), AlterConfigOp.OpType.DELETE));
  }

  private void alter(ConfigResource resource, AlterConfigOp change)
      throws InterruptedException, ExecutionException {
    Map<ConfigResource, Collection<AlterConfigOp>> changes = new HashMap<>();
    changes.put(resource, List.of(change));
    try (Admin admin = admin()) {
      admin.incrementalAlterConfigs(changes).all().get();
    }
  }

  /** Where partition 0 of a topic ends, transactions or not. */
  public long logEnd(String topic) throws InterruptedException, ExecutionException {
    TopicPartition partition = new TopicPartition(topic, 0);
    try (Admin admin = admin()) {
      return admin
          .listOffsets(Map.of(partition, OffsetSpec.latest()))
          .partitionResult(partition)
          .get()
          .offset();
    }
  }

  /** An administrator's client, to be closed. */
  public Admin admin() {
    return Admin.create(client);
  }
}
