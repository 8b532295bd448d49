// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;

/** Reads settings by the Admin API, with where each was set. Stateless. */
final class AdminConfigs {

  private static final int TOPICS_AT_ONCE = 250;

  private AdminConfigs() {}

  static BrokerConfig broker(Admin admin, int node) throws InterruptedException {
    return brokers(admin, List.of(node)).get(0);
  }

  /** Those of several brokers, asked at once; one that does not answer fails them all. */
  static List<BrokerConfig> brokers(Admin admin, Collection<Integer> nodes)
      throws InterruptedException {
    List<ConfigResource> resources =
        nodes.stream()
            .map(node -> new ConfigResource(ConfigResource.Type.BROKER, Integer.toString(node)))
            .toList();
    List<BrokerConfig> configs = new ArrayList<>();
    for (KafkaFuture<Config> answer : admin.describeConfigs(resources).values().values()) {
      configs.add(new BrokerConfig(values(AdminLink.await(answer), BrokerConfig.KEYS)));
    }
    return configs;
  }

  /**
   * The settings of topics; of one that is gone by now, why they are missing.
   *
   * @param before what they were; those that are the same are the same objects again, so that
   *     whoever compares them partition by partition is done at once
   */
  static Map<String, Seen<TopicConfig>> topics(
      Admin admin, Collection<String> topics, Map<String, Seen<TopicConfig>> before, long nowMs)
      throws InterruptedException {
    Map<String, Seen<TopicConfig>> configs = new HashMap<>();
    List<String> all = new ArrayList<>(topics);
    for (int from = 0; from < all.size(); from += TOPICS_AT_ONCE) {
      List<ConfigResource> some =
          all.subList(from, Math.min(all.size(), from + TOPICS_AT_ONCE)).stream()
              .map(topic -> new ConfigResource(ConfigResource.Type.TOPIC, topic))
              .toList();
      for (Map.Entry<ConfigResource, KafkaFuture<Config>> answer :
          admin.describeConfigs(some).values().entrySet()) {
        String topic = answer.getKey().name();
        Optional<TopicConfig> known = Optional.ofNullable(before.get(topic)).flatMap(Seen::get);
        configs.put(
            topic,
            topic(answer.getValue(), nowMs).map(now -> known.filter(now::equals).orElse(now)));
      }
    }
    return configs;
  }

  private static Seen<TopicConfig> topic(KafkaFuture<Config> answer, long nowMs)
      throws InterruptedException {
    try {
      Config config = AdminLink.await(answer);
      return Seen.known(new TopicConfig(values(config, TopicConfig.KEYS)), nowMs);
    } catch (KafkaException e) {
      return Seen.missing(Source.ADMIN, Reason.of(e));
    }
  }

  private static Map<String, ConfigValue> values(Config config, Set<String> wanted) {
    Map<String, ConfigValue> values = new HashMap<>();
    for (ConfigEntry entry : config.entries()) {
      if (wanted.contains(entry.name()) && entry.value() != null) {
        values.put(
            entry.name(), new ConfigValue(entry.value(), ConfigValue.Origin.of(entry.source())));
      }
    }
    return values;
  }
}
