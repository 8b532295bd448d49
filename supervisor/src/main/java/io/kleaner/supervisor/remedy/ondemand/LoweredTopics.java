// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.ondemand;

import io.kleaner.supervisor.judge.broker.Isolation;
import io.kleaner.supervisor.remedy.broker.ConfigOverride;
import io.kleaner.supervisor.remedy.broker.ConfigOverride.Former;
import io.kleaner.supervisor.remedy.broker.ConfigOverride.Purpose;
import io.kleaner.supervisor.remedy.broker.ConfigTarget;
import io.kleaner.supervisor.remedy.broker.OnDemandSettings;
import io.kleaner.supervisor.remedy.broker.Overrides;
import io.kleaner.supervisor.remedy.broker.Overrides.Restored;
import io.kleaner.supervisor.remedy.ondemand.OnDemandCompaction.Listener;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What one compaction on demand has set, topic by topic, until it is given back. Not thread-safe.
 */
final class LoweredTopics {

  private static final Map<String, String> ROLL = Map.of("segment.ms", "1000");

  private final Overrides overrides;
  private final Listener listener;
  private final Map<String, List<ConfigOverride>> rolling = new LinkedHashMap<>();
  private final Map<String, List<ConfigOverride>> lowered = new LinkedHashMap<>();
  private final List<Restored> restored = new ArrayList<>();

  /** What could not be given back when its time came, with what was told of it. */
  private final Map<ConfigOverride, String> again = new LinkedHashMap<>();

  /**
   * @param listener hears of what could not be given back, and when that is over
   */
  LoweredTopics(Overrides overrides, Listener listener) {
    this.overrides = overrides;
    this.listener = listener;
  }

  /** Has a topic compacted, and its active segments rolled if that is asked for. */
  void lower(String topic, boolean roll) throws IOException {
    ConfigTarget target = ConfigTarget.topic(topic);
    lowered.put(topic, overrides.set(target, OnDemandSettings.NOW, Purpose.COMPACT_NOW));
    if (roll) {
      rolling.put(topic, overrides.set(target, ROLL, Purpose.COMPACT_NOW));
    }
  }

  /** Topics whose segments are to be rolled yet. */
  List<String> rolling() {
    return List.copyOf(rolling.keySet());
  }

  /** Topics that are to be compacted. */
  List<String> lowered() {
    return List.copyOf(lowered.keySet());
  }

  /** The segments of a topic have rolled. */
  void endRoll(String topic) {
    giveBack(topic, rolling);
  }

  /** Gives back all that was set on a topic. */
  void end(String topic) {
    giveBack(topic, rolling);
    giveBack(topic, lowered);
  }

  /**
   * Tries again what could not be given back when its time came, up to the first that cannot be
   * now, either: an isolation may be waiting for it. That one is the last to be tried next time.
   */
  void endAgain() {
    for (Map.Entry<ConfigOverride, String> each : List.copyOf(again.entrySet())) {
      again.remove(each.getKey());
      Restored one = overrides.restore(each.getKey());
      if (!one.isOver()) {
        again.put(each.getKey(), each.getValue());
        return;
      }
      restored.add(one);
      listener.tell(one.sentence());
    }
  }

  /** Gives back all that was set, with what could not be given back earlier. */
  void end() {
    Map<ConfigOverride, String> earlier = new LinkedHashMap<>(again);
    List<ConfigOverride> left = new ArrayList<>(again.keySet());
    rolling.values().forEach(left::addAll);
    lowered.values().forEach(left::addAll);
    rolling.clear();
    lowered.clear();
    again.clear();
    for (ConfigOverride each : left) {
      Restored one = overrides.restore(each);
      restored.add(one);
      String told = earlier.get(each);
      if (told == null ? isNews(one) : !told.equals(one.sentence())) {
        listener.tell(one.sentence());
      }
    }
  }

  private void giveBack(String topic, Map<String, List<ConfigOverride>> set) {
    for (ConfigOverride each : Optional.ofNullable(set.remove(topic)).orElse(List.of())) {
      Restored one = overrides.restore(each);
      if (one.isOver()) {
        restored.add(one);
      } else {
        again.put(each, one.sentence());
      }
      if (isNews(one)) {
        listener.tell(one.sentence());
      }
    }
  }

  /** That a setting is as it was is what everybody expects. */
  private static boolean isNews(Restored one) {
    return one.ending() != Overrides.Ending.RESTORED;
  }

  /** What became of each setting so far. */
  List<Restored> restored() {
    return restored;
  }

  /**
   * Whether somebody isolates a topic; a cluster that does not answer doesn't tell.
   *
   * @param lagBefore the topic's own longest lag before anything was set
   */
  boolean mustGiveWay(String topic, Optional<String> lagBefore) {
    try {
      Map<String, Former> now =
          overrides.access().read(ConfigTarget.topic(topic), Isolation.SETTINGS.keySet());
      return OnDemandSettings.mustGiveWay(key -> now.get(key).own(), lagBefore);
    } catch (IOException e) {
      return false;
    }
  }
}
