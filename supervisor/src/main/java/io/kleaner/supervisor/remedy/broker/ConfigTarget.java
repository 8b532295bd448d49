// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.broker;

import java.util.Locale;
import org.apache.kafka.common.config.ConfigResource;

/**
 * What a setting is set on.
 *
 * @param kind a broker or a topic
 * @param name the broker's node id, or the topic's name
 */
public record ConfigTarget(Kind kind, String name) {

  /** Whose setting it is. */
  public enum Kind {
    BROKER(ConfigResource.Type.BROKER, "brokers"),
    TOPIC(ConfigResource.Type.TOPIC, "topics");

    private final ConfigResource.Type type;
    private final String entities;

    Kind(ConfigResource.Type type, String entities) {
      this.type = type;
      this.entities = entities;
    }
  }

  /** Refuses an empty name, which would mean all brokers. */
  public ConfigTarget {
    if (name.isEmpty()) {
      throw new IllegalArgumentException("a setting is changed on one broker or topic, not on all");
    }
  }

  /** One broker. */
  public static ConfigTarget broker(int nodeId) {
    return new ConfigTarget(Kind.BROKER, Integer.toString(nodeId));
  }

  /** One topic. */
  public static ConfigTarget topic(String topic) {
    return new ConfigTarget(Kind.TOPIC, topic);
  }

  ConfigResource resource() {
    return new ConfigResource(kind.type, name);
  }

  /** How {@code kafka-configs} is told which one. */
  String entityOptions() {
    return "--entity-type " + kind.entities + " --entity-name " + name;
  }

  @Override
  public String toString() {
    return kind.name().toLowerCase(Locale.ROOT) + " " + name;
  }
}
