// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.config;

import io.kleaner.core.settings.TopicSetting;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Checks topic settings that a person wrote. */
public final class SettingKeys {

  private SettingKeys() {}

  /**
   * Finds keys that are unknown and values that are wrong.
   *
   * @param where they stand, for the messages
   * @param problems gets one sentence each
   */
  public static void check(String where, Map<String, String> values, List<String> problems) {
    values.forEach(
        (key, value) -> {
          Optional<TopicSetting> setting = TopicSetting.ofKey(key);
          if (setting.isEmpty()) {
            problems.add(where + ": unknown setting '" + key + "', known are " + known());
          } else {
            setting
                .get()
                .problem(value)
                .ifPresent(problem -> problems.add(where + ": " + key + " " + problem));
          }
        });
  }

  private static String known() {
    List<String> keys = new ArrayList<>();
    for (TopicSetting setting : TopicSetting.values()) {
      keys.add(setting.key());
    }
    return String.join(", ", keys);
  }
}
