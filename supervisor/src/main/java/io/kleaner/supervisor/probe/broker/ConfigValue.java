// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

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

    /** For a report. */
    public String text() {
      return text;
    }
  }
}
