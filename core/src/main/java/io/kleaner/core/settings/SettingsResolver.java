// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.settings;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds a topic's settings: of several sources, the first that says something counts. Immutable and
 * thread-safe.
 */
public final class SettingsResolver {

  private final List<SettingsSource> sources;

  /**
   * @param sources the strongest first
   */
  public SettingsResolver(List<SettingsSource> sources) {
    this.sources = List.copyOf(sources);
  }

  /** Why a directory is none of the node's topics; empty if nothing says so. */
  public Optional<String> objection(String topic, Optional<String> topicId) {
    return sources.stream()
        .map(source -> source.objection(topic, topicId))
        .flatMap(Optional::stream)
        .findFirst();
  }

  /**
   * A topic's settings.
   *
   * @throws InvalidSettingsException if any value is not one the setting may have; all of them are
   *     named
   */
  public TopicSettings resolve(String topic, Optional<String> topicId)
      throws InvalidSettingsException {
    Map<TopicSetting, TopicSettings.Value> found = new EnumMap<>(TopicSetting.class);
    List<String> problems = new ArrayList<>();
    for (TopicSetting setting : TopicSetting.values()) {
      for (SettingsSource source : sources) {
        Optional<TopicSettings.Value> value = source.value(topic, topicId, setting);
        if (value.isPresent()) {
          setting
              .problem(value.get().text())
              .ifPresent(
                  problem ->
                      problems.add(
                          setting.key() + " (" + value.get().origin().text() + ") " + problem));
          found.put(setting, value.get());
          break;
        }
      }
    }
    if (!problems.isEmpty()) {
      throw new InvalidSettingsException(topic, problems);
    }
    return TopicSettings.of(found);
  }
}
