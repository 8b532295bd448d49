// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.alert;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Alerts as JSON: our own, whose names are stable and documented, and Alertmanager's. */
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
    map.put("summary", AlertText.bounded(alert.summary()));
    map.put("evidence", AlertText.bounded(alert.evidence()));
    map.put("nextStep", AlertText.bounded(alert.nextStep()));
    map.put("since", time(alert.sinceMs()));
    map.put("lastSeen", time(alert.lastSeenMs()));
    map.put("at", time(event.atMs()));
    map.put("occurrences", alert.occurrences());
    return text(map);
  }

  /**
   * One alert as Alertmanager's API version 2 takes it.
   *
   * @param endsAtMs when it is over unless it is sent again
   */
  static Map<String, Object> alertmanager(AlertEvent event, String instance, long endsAtMs) {
    Alert alert = event.alert();
    Map<String, Object> labels = new LinkedHashMap<>();
    labels.put("alertname", "Kleaner" + alert.rule());
    labels.put("severity", lower(alert.severity()));
    labels.put("subject", alert.subject());
    labels.put("instance", instance);
    Map<String, Object> annotations = new LinkedHashMap<>();
    annotations.put("summary", AlertText.bounded(alert.summary()));
    annotations.put("description", AlertText.bounded(alert.evidence()));
    annotations.put("next_step", AlertText.bounded(alert.nextStep()));
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("labels", labels);
    map.put("annotations", annotations);
    map.put("startsAt", time(alert.sinceMs()));
    // After a step back of the clock; an alert that ends before it starts is refused.
    map.put("endsAt", time(Math.max(endsAtMs, alert.sinceMs())));
    return map;
  }

  static String text(Object document) {
    try {
      return JSON.writeValueAsString(document);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("an alert that is no JSON", e);
    }
  }

  /** RFC 3339, UTC. */
  private static String time(long epochMs) {
    return Instant.ofEpochMilli(epochMs).toString();
  }

  static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
