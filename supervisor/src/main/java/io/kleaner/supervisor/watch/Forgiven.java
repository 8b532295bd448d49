// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import io.kleaner.supervisor.journal.Incident;
import io.kleaner.supervisor.probe.broker.BrokerSample;
import io.kleaner.supervisor.probe.broker.Seen;
import io.kleaner.supervisor.service.Chronicle;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Until when the deaths at a topic's partitions count no more. Whoever has a topic compacted again
 * knows what it did: it is isolated for what it does anew. Kept in the journal of incidents, so
 * that a restart brings no old question back. Not thread-safe; owned by the supervisor's thread.
 */
final class Forgiven {

  private final Chronicle chronicle;
  private final Map<String, Long> untilMs = new HashMap<>();

  /** Topics that are isolated now, and since which look of ours. */
  private final Map<String, Long> isolatedMs = new HashMap<>();

  /** Knows what the journal knows. */
  Forgiven(Chronicle chronicle) {
    this.chronicle = chronicle;
    chronicle.journal().latest().stream()
        .filter(each -> each.kind() == Incident.Kind.PARTITION_RELEASED)
        .forEach(each -> untilMs.merge(each.subject(), each.atMs(), Math::max));
  }

  /**
   * Goes on by a look: a topic that is isolated no more is forgiven, whoever ended it. One whose
   * settings nobody sees may be isolated still.
   *
   * @param isolated topics that are isolated, as far as is known
   */
  void look(Set<String> isolated, BrokerSample sample, long nowMs) {
    for (String topic : List.copyOf(isolatedMs.keySet())) {
      if (!isolated.contains(topic) && areSettingsSeen(topic, sample)) {
        long sinceMs = isolatedMs.remove(topic);
        if (untilMs.getOrDefault(topic, Long.MIN_VALUE) >= sinceMs) {
          // Its release was asked of us, and written down then.
          untilMs.merge(topic, nowMs, Math::max);
        } else {
          forgive(topic, "its isolation has ended", nowMs);
        }
      }
    }
    isolated.forEach(each -> isolatedMs.putIfAbsent(each, nowMs));
  }

  private static boolean areSettingsSeen(String topic, BrokerSample sample) {
    return sample.partitions().values().stream()
        .filter(each -> each.partition().topic().equals(topic))
        .anyMatch(each -> each.config() instanceof Seen.Known);
  }

  /**
   * The deaths at a topic until now count no more.
   *
   * @param why the end of a sentence
   * @param nowMs or later, if deaths that are known already are ahead of our clock
   */
  void forgive(String topic, String why, long nowMs) {
    untilMs.merge(topic, nowMs, Math::max);
    chronicle.add(
        Incident.Kind.PARTITION_RELEASED,
        topic,
        "deaths of cleaner threads at " + topic + " until now count no more: " + why,
        "",
        "");
  }

  /** By topic, milliseconds since the epoch. */
  Map<String, Long> untilMs() {
    return Map.copyOf(untilMs);
  }
}
