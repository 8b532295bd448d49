// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.settings;

import java.util.Optional;

/** Settings from a node's metadata log; a partition is matched by its topic's id, not its name. */
final class MetadataSource implements SettingsSource {

  private static final String CLUSTER = "";

  private final MetadataImage image;
  private final String nodeId;

  MetadataSource(MetadataImage image, String nodeId) {
    this.image = image;
    this.nodeId = nodeId;
  }

  @Override
  public Optional<TopicSettings.Value> value(
      String topic, Optional<String> topicId, TopicSetting setting) {
    if (image.knows(topic, topicId)) {
      Optional<String> own = image.ofTopic(topic, setting.key());
      if (own.isEmpty() && setting == TopicSetting.SEGMENT_BYTES) {
        own = image.ofTopic(topic, "internal.segment.bytes");
      }
      if (own.isPresent()) {
        return Optional.of(new TopicSettings.Value(own.get(), Origin.TOPIC));
      }
    }
    Optional<TopicSettings.Value> internal =
        SettingsSource.internalTopics().value(topic, topicId, setting);
    if (internal.isPresent()) {
      // Brokers make their own topics with a policy of the topic's own, whatever their defaults.
      return internal;
    }
    Optional<String> ofNode = image.ofBroker(nodeId, setting.serverKey());
    if (ofNode.isPresent()) {
      return Optional.of(new TopicSettings.Value(ofNode.get(), Origin.BROKER));
    }
    return image
        .ofBroker(CLUSTER, setting.serverKey())
        .map(text -> new TopicSettings.Value(text, Origin.CLUSTER));
  }

  @Override
  public Optional<String> objection(String topic, Optional<String> topicId) {
    if (topicId.isEmpty() || image.knows(topic, topicId)) {
      return Optional.empty();
    }
    return Optional.of(
        topic
            + " with topic id "
            + topicId.get()
            + " is no topic of the metadata log: a stray that a broker would move aside; nothing"
            + " was changed.");
  }
}
