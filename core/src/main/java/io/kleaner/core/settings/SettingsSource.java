// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.settings;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** One place that settings come from. Implementations are immutable and thread-safe. */
@FunctionalInterface
public interface SettingsSource {

  /** Topics of Kafka itself that are compacted whatever anyone says. */
  Set<String> INTERNAL_TOPICS = Set.of("__consumer_offsets", "__transaction_state");

  /**
   * What it says of a topic's setting.
   *
   * @param topic the topic's name
   * @param topicId its id as {@code partition.metadata} has it; empty if it is not known
   */
  Optional<TopicSettings.Value> value(String topic, Optional<String> topicId, TopicSetting setting);

  /** Why a directory is none of the node's topics; empty if it is, or if this source can't know. */
  default Optional<String> objection(String topic, Optional<String> topicId) {
    return Optional.empty();
  }

  /** What a node's metadata log says: of the topic, of the node, and of the cluster. */
  static SettingsSource ofMetadata(MetadataImage image, String nodeId) {
    return new MetadataSource(image, nodeId);
  }

  /** Kafka's default policy, for topics that the metadata log knows and that set none. */
  static SettingsSource defaultPolicyOfKnownTopics(MetadataImage image) {
    return (topic, topicId, setting) ->
        setting == TopicSetting.CLEANUP_POLICY && image.knows(topic, topicId)
            ? Optional.of(new TopicSettings.Value(setting.defaultValue(), Origin.UNSET))
            : Optional.empty();
  }

  /** The same values for every topic, by topic keys. */
  static SettingsSource forAllTopics(Map<String, String> values, Origin origin) {
    Map<String, String> copy = Map.copyOf(values);
    return (topic, topicId, setting) ->
        copy.entrySet().stream()
            .filter(entry -> TopicSetting.ofKey(entry.getKey()).equals(Optional.of(setting)))
            .map(entry -> new TopicSettings.Value(entry.getValue(), origin))
            .findFirst();
  }

  /** A broker's {@code server.properties}, by its own names. */
  static SettingsSource ofServerProperties(Map<String, String> properties) {
    Map<String, String> copy = Map.copyOf(properties);
    return (topic, topicId, setting) ->
        Optional.ofNullable(copy.get(setting.serverKey()))
            .map(text -> new TopicSettings.Value(text, Origin.SERVER_PROPERTIES));
  }

  /** What every Kafka knows of its own topics. */
  static SettingsSource internalTopics() {
    return (topic, topicId, setting) ->
        setting == TopicSetting.CLEANUP_POLICY && INTERNAL_TOPICS.contains(topic)
            ? Optional.of(new TopicSettings.Value("compact", Origin.INTERNAL_TOPIC))
            : Optional.empty();
  }
}
