// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.broker;

import io.kleaner.supervisor.probe.broker.ConfigValue.Origin;
import io.kleaner.supervisor.remedy.broker.ConfigOverride.Former;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ConfigEntry.ConfigSource;
import org.apache.kafka.clients.admin.DescribeClusterResult;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.config.ConfigResource;

/** Reads and changes settings of brokers and topics. Thread-safe. */
public final class ConfigAccess {

  private final Supplier<Admin> admin;
  private final Duration patience;

  /**
   * @param admin stays open and is the caller's
   * @param patience for one answer
   */
  public ConfigAccess(Admin admin, Duration patience) {
    this(() -> admin, patience);
  }

  /** With a client that may be made only when it is asked for. */
  ConfigAccess(Supplier<Admin> admin, Duration patience) {
    this.admin = admin;
    this.patience = patience;
  }

  /**
   * What settings are, and where each was set.
   *
   * @throws IOException if the broker did not tell
   */
  public Map<String, Former> read(ConfigTarget target, Collection<String> keys) throws IOException {
    KafkaFuture<Config> answer = describe(Set.of(target)).get(target.resource());
    return formers(target, Answers.await(answer, patience, "read the settings of " + target), keys);
  }

  /**
   * The same of several targets, all in one call. Whatever the broker does not tell in time is left
   * out.
   */
  Map<ConfigTarget, Map<String, Former>> readAll(
      Set<ConfigTarget> targets, Collection<String> keys) {
    if (targets.isEmpty()) {
      return Map.of();
    }
    Map<ConfigResource, KafkaFuture<Config>> answers = describe(targets);
    Answers.awaitAll(answers.values(), patience);
    Map<ConfigTarget, Map<String, Former>> found = new HashMap<>();
    for (ConfigTarget each : targets) {
      Answers.ifThere(answers.get(each.resource()))
          .ifPresent(config -> found.put(each, formers(each, config, keys)));
    }
    return found;
  }

  private Map<ConfigResource, KafkaFuture<Config>> describe(Set<ConfigTarget> targets) {
    return admin
        .get()
        .describeConfigs(
            targets.stream().map(ConfigTarget::resource).toList(),
            new DescribeConfigsOptions().includeSynonyms(true))
        .values();
  }

  private static Map<String, Former> formers(
      ConfigTarget target, Config config, Collection<String> keys) {
    Map<String, Former> found = new TreeMap<>();
    for (String key : keys) {
      found.put(key, former(target.kind(), config.get(key)));
    }
    return found;
  }

  /** One setting. */
  public Former read(ConfigTarget target, String key) throws IOException {
    return read(target, List.of(key)).get(key);
  }

  /**
   * Which cluster it is, by the id that it was given once; empty if it has none.
   *
   * @throws IOException if the broker did not tell
   */
  public Optional<String> clusterId() throws IOException {
    return Optional.ofNullable(
        Answers.await(
            admin.get().describeCluster().clusterId(), patience, "ask which cluster it is"));
  }

  /**
   * Whether the cluster has a topic.
   *
   * @throws IOException if the broker did not tell, or does not know its cluster yet: what it says
   *     of topics means nothing then
   */
  public boolean knows(String topic) throws IOException {
    DescribeClusterResult cluster = admin.get().describeCluster();
    Node controller = Answers.await(cluster.controller(), patience, "ask for the controller");
    if (controller == null
        || controller.isEmpty()
        || Answers.await(cluster.nodes(), patience, "ask for the brokers").isEmpty()) {
      throw new IOException("the broker does not know its cluster yet");
    }
    try {
      Answers.await(
          admin.get().describeTopics(List.of(topic)).topicNameValues().get(topic),
          patience,
          "describe topic " + topic);
      return true;
    } catch (Answers.NoSuchTopicException e) {
      return false;
    }
  }

  private static Former former(ConfigTarget.Kind kind, ConfigEntry entry) {
    if (entry == null) {
      return new Former(Optional.empty(), Optional.empty(), Origin.UNKNOWN);
    }
    ConfigSource own =
        kind == ConfigTarget.Kind.BROKER
            ? ConfigSource.DYNAMIC_BROKER_CONFIG
            : ConfigSource.DYNAMIC_TOPIC_CONFIG;
    Optional<String> text =
        entry.synonyms().stream()
            .filter(synonym -> synonym.source() == own)
            .map(ConfigEntry.ConfigSynonym::value)
            .findFirst();
    // The entry itself has the number as Kafka read it; only the synonym has the text that was set.
    Optional<String> inForce =
        entry.synonyms().stream()
            .findFirst()
            .map(ConfigEntry.ConfigSynonym::value)
            .or(() -> Optional.ofNullable(entry.value()));
    return new Former(text, inForce, Origin.of(entry.source()));
  }

  /**
   * Sets settings, or deletes those whose text is empty, all in one call.
   *
   * @throws IOException if the cluster refused, or did not answer: then the change may be made yet
   */
  public void change(ConfigTarget target, Map<String, Optional<String>> texts) throws IOException {
    List<AlterConfigOp> changes = new ArrayList<>();
    texts.forEach(
        (key, text) ->
            changes.add(
                new AlterConfigOp(
                    new ConfigEntry(key, text.orElse("")),
                    text.isPresent() ? OpType.SET : OpType.DELETE)));
    Map<ConfigResource, Collection<AlterConfigOp>> all = Map.of(target.resource(), changes);
    Answers.await(
        admin.get().incrementalAlterConfigs(all).all(), patience, "change settings of " + target);
  }
}
