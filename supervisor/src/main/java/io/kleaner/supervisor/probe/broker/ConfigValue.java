// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import org.apache.kafka.clients.admin.ConfigEntry.ConfigSource;

/**
 * The value of one of a broker's or a topic's settings.
 *
 * @param text as Kafka writes it
 * @param origin where it was set
 */
public record ConfigValue(String text, Origin origin) {

  /** Where a value was set; the strongest first. */
  public enum Origin {
    TOPIC("set on the topic"),
    DYNAMIC_BROKER("set dynamically on this broker"),
    DYNAMIC_DEFAULT("set dynamically for all brokers"),
    STATIC("set in server.properties"),
    DEFAULT("Kafka's default"),
    UNKNOWN("set somewhere else");

    private final String text;

    Origin(String text) {
      this.text = text;
    }

    /** As the Admin API says it. */
    public static Origin of(ConfigSource source) {
      return switch (source) {
        case DYNAMIC_TOPIC_CONFIG -> TOPIC;
        case DYNAMIC_BROKER_CONFIG -> DYNAMIC_BROKER;
        case DYNAMIC_DEFAULT_BROKER_CONFIG -> DYNAMIC_DEFAULT;
        case STATIC_BROKER_CONFIG -> STATIC;
        case DEFAULT_CONFIG -> DEFAULT;
        default -> UNKNOWN;
      };
    }

    /** For a report. */
    public String text() {
      return text;
    }
  }
}
