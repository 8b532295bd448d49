// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import io.kleaner.core.settings.Origin;
import io.kleaner.core.settings.TopicSetting;
import io.kleaner.core.settings.TopicSettings;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;

/** Makes the engine's settings of what a broker says. Stateless. */
final class LiveSettings {

  private LiveSettings() {}

  /** A topic's settings; a value that the engine doesn't understand is left at its default. */
  static TopicSettings of(TopicConfig config) {
    Map<TopicSetting, TopicSettings.Value> values = new EnumMap<>(TopicSetting.class);
    // In this order internal.segment.bytes comes before, and so loses to, segment.bytes.
    new TreeMap<>(config.values())
        .forEach(
            (key, value) ->
                TopicSetting.ofKey(key)
                    .filter(setting -> setting.problem(value.text()).isEmpty())
                    .ifPresent(
                        setting ->
                            values.put(
                                setting, new TopicSettings.Value(value.text(), Origin.LIVE))));
    return TopicSettings.of(values);
  }
}
