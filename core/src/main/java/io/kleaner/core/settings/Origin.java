// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.settings;

/** Where the value of a setting came from, the strongest first. */
public enum Origin {
  FLAG("flag"),
  FILE("config file"),
  LIVE("as the broker says"),
  TOPIC("metadata log, topic"),
  BROKER("metadata log, broker"),
  CLUSTER("metadata log, cluster default"),
  SERVER_PROPERTIES("server.properties"),
  INTERNAL_TOPIC("internal topic"),
  UNSET("set nowhere, so Kafka's default"),
  DEFAULT("Kafka's default");

  private final String text;

  Origin(String text) {
    this.text = text;
  }

  /** For a report. */
  public String text() {
    return text;
  }
}
