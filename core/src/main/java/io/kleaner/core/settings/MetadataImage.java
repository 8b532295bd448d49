// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.settings;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a KRaft node's metadata log says of topics and settings, built record by record. Mutable
 * while it is read, then only read; not thread-safe before that.
 */
public final class MetadataImage {

  private final Map<String, String> namesById = new HashMap<>();
  private final Map<String, Map<String, String>> topicConfigs = new HashMap<>();
  private final Map<String, Map<String, String>> brokerConfigs = new HashMap<>();

  void topic(String name, String id) {
    namesById.put(id, name);
  }

  void removeTopic(String id) {
    String name = namesById.remove(id);
    if (name != null) {
      topicConfigs.remove(name);
    }
  }

  void config(boolean ofTopic, String resource, String key, Optional<String> value) {
    Map<String, String> configs =
        (ofTopic ? topicConfigs : brokerConfigs).computeIfAbsent(resource, name -> new HashMap<>());
    if (value.isPresent()) {
      configs.put(key, value.get());
    } else {
      configs.remove(key);
    }
  }

  void putAll(MetadataImage other) {
    namesById.putAll(other.namesById);
    topicConfigs.putAll(other.topicConfigs);
    brokerConfigs.putAll(other.brokerConfigs);
  }

  /** How many topics there are. */
  public int topics() {
    return namesById.size();
  }

  /** Whether a directory's topic id is that of a topic of its name. */
  public boolean knows(String topic, Optional<String> topicId) {
    return topicId.map(id -> topic.equals(namesById.get(id))).orElse(false);
  }

  /** What the topic itself says of a setting. */
  Optional<String> ofTopic(String topic, String key) {
    return Optional.ofNullable(topicConfigs.getOrDefault(topic, Map.of()).get(key));
  }

  /**
   * What a broker's dynamic settings say.
   *
   * @param node the node id, or empty text for the cluster's default
   */
  Optional<String> ofBroker(String node, String key) {
    return Optional.ofNullable(brokerConfigs.getOrDefault(node, Map.of()).get(key));
  }
}
