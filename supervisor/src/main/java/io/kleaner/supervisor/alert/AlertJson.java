// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.alert;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Alerts as JSON: our own, whose names are stable, and Alertmanager's. */
final class AlertJson {

  private static final ObjectMapper JSON = new ObjectMapper();

  private AlertJson() {}

  /** What webhooks and programs get. */
  static String own(AlertEvent event, String instance) {
    Alert alert = event.alert();
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("version", 1);
    map.put("event", lower(event.kind()));
    map.put("instance", instance);
    map.put("id", alert.id());
    map.put("rule", alert.rule());
    map.put("subject", alert.subject());
    map.put("severity", lower(alert.severity()));
    map.put("summary", alert.summary());
    map.put("evidence", alert.evidence());
    map.put("nextStep", alert.nextStep());
    map.put("since", Instant.ofEpochMilli(alert.sinceMs()).toString());
    map.put("at", Instant.ofEpochMilli(event.atMs()).toString());
    map.put("occurrences", alert.occurrences());
    return text(map);
  }

  /** What Alertmanager's API version 2 takes. */
  static String alertmanager(AlertEvent event, String instance, long keepMs) {
    Alert alert = event.alert();
    Map<String, Object> labels = new LinkedHashMap<>();
    labels.put("alertname", "Kleaner" + alert.rule());
    labels.put("severity", lower(alert.severity()));
    labels.put("subject", alert.subject());
    labels.put("instance", instance);
    Map<String, Object> annotations = new LinkedHashMap<>();
    annotations.put("summary", alert.summary());
    annotations.put("description", alert.evidence());
    annotations.put("next_step", alert.nextStep());
    boolean over = event.kind() == AlertEvent.Kind.RESOLVED;
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("labels", labels);
    map.put("annotations", annotations);
    map.put("startsAt", Instant.ofEpochMilli(alert.sinceMs()).toString());
    map.put("endsAt", Instant.ofEpochMilli(over ? event.atMs() : event.atMs() + keepMs).toString());
    return text(List.of(map));
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private static String text(Object document) {
    try {
      return JSON.writeValueAsString(document);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("an alert that is no JSON", e);
    }
  }
}
