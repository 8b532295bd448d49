// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.config;

import io.kleaner.core.io.FileSystem;
import io.kleaner.core.io.IoProblem;
import io.kleaner.core.io.SmallFile;
import io.kleaner.core.settings.Origin;
import io.kleaner.core.settings.SettingsSource;
import io.kleaner.core.settings.TopicSetting;
import io.kleaner.core.settings.TopicSettings;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/**
 * Reads topic settings from a file.
 *
 * <pre>
 *  # YAML                              # or properties, for every topic
 *  topics:                             cleanup.policy=compact
 *    "orders-.*":                      delete.retention.ms=86400000
 *      cleanup.policy: compact
 *    ".*":
 *      segment.bytes: 104857600
 * </pre>
 *
 * <p>A pattern matches the whole name; of several that match, the first that says something counts.
 */
public final class TopicConfigFile {

  private TopicConfigFile() {}

  /**
   * Reads a file of either kind.
   *
   * @param problems gets everything that is wrong
   */
  public static SettingsSource read(FileSystem fileSystem, Path path, List<String> problems)
      throws IOException {
    String name = path.getFileName().toString();
    if (name.endsWith(".yaml") || name.endsWith(".yml")) {
      return yaml(text(fileSystem, path, problems), path.toString(), problems);
    }
    Map<String, String> values = properties(fileSystem, path, problems);
    SettingKeys.check(path.toString(), values, problems);
    return SettingsSource.forAllTopics(values, Origin.FILE);
  }

  /** Reads properties, whatever their names. */
  public static Map<String, String> properties(
      FileSystem fileSystem, Path path, List<String> problems) throws IOException {
    Properties properties = new Properties();
    try {
      properties.load(new StringReader(text(fileSystem, path, problems)));
    } catch (IllegalArgumentException e) {
      problems.add(path + " is no properties file: " + e.getMessage());
    }
    Map<String, String> values = new LinkedHashMap<>();
    for (String key : properties.stringPropertyNames()) {
      values.put(key, properties.getProperty(key));
    }
    return values;
  }

  private static String reason(IOException e) {
    if (e instanceof NoSuchFileException) {
      return "it does not exist";
    }
    return e instanceof AccessDeniedException ? "permission denied" : IoProblem.of(e).text();
  }

  static String text(FileSystem fileSystem, Path path, List<String> problems) {
    try {
      return SmallFile.text(fileSystem, path);
    } catch (IOException e) {
      problems.add(path + " cannot be read: " + reason(e));
      return "";
    }
  }

  /**
   * Reads YAML.
   *
   * @throws YAMLException if it is none, or says something twice
   */
  static Object document(String text) {
    LoaderOptions options = new LoaderOptions();
    options.setAllowDuplicateKeys(false);
    return new Yaml(new SafeConstructor(options)).load(text);
  }

  /** The service's own file has topics too, and may be named as it is. */
  private static boolean isOfTheService(String key) {
    return key.equals("topics") || key.equals("alerts") || ServeSetting.ofKey(key).isPresent();
  }

  private static SettingsSource yaml(String text, String where, List<String> problems) {
    try {
      Object root = document(text);
      if (root instanceof Map<?, ?> map) {
        for (Object key : map.keySet()) {
          if (!isOfTheService(String.valueOf(key))) {
            problems.add(where + ": unknown key '" + key + "', known is 'topics'");
          }
        }
      }
      if (root instanceof Map<?, ?> map && map.get("topics") instanceof Map<?, ?> byPattern) {
        return topics(byPattern, where, problems);
      }
      if (root != null) {
        problems.add(where + ": expected 'topics:' with name patterns below it");
      }
    } catch (YAMLException e) {
      problems.add(where + " is no YAML: " + e.getMessage());
    }
    return SettingsSource.forAllTopics(Map.of(), Origin.FILE);
  }

  /** Understands what stands below {@code topics:}. */
  static SettingsSource topics(Map<?, ?> byPattern, String where, List<String> problems) {
    Map<Pattern, Map<String, String>> topics = new LinkedHashMap<>();
    byPattern.forEach((pattern, values) -> topic(where, pattern, values, topics, problems));
    return (topic, topicId, setting) -> find(topics, topic, setting);
  }

  private static void topic(
      String where,
      Object pattern,
      Object values,
      Map<Pattern, Map<String, String>> topics,
      List<String> problems) {
    if (!(values instanceof Map<?, ?> map)) {
      problems.add(where + ": '" + pattern + "' has no settings below it");
      return;
    }
    Map<String, String> settings = new LinkedHashMap<>();
    map.forEach(
        (key, value) -> {
          if (value instanceof Map || value instanceof Collection || value == null) {
            problems.add(where + ": " + pattern + ": " + key + " has one value");
          } else {
            settings.put(String.valueOf(key), String.valueOf(value));
          }
        });
    SettingKeys.check(where + ": " + pattern, settings, problems);
    try {
      topics.put(Pattern.compile(String.valueOf(pattern)), settings);
    } catch (PatternSyntaxException e) {
      problems.add(where + ": '" + pattern + "' is no pattern: " + e.getDescription());
    }
  }

  private static Optional<TopicSettings.Value> find(
      Map<Pattern, Map<String, String>> topics, String topic, TopicSetting setting) {
    return topics.entrySet().stream()
        .filter(entry -> entry.getKey().matcher(topic).matches())
        .flatMap(entry -> entry.getValue().entrySet().stream())
        .filter(value -> TopicSetting.ofKey(value.getKey()).equals(Optional.of(setting)))
        .map(value -> new TopicSettings.Value(value.getValue(), Origin.FILE))
        .findFirst();
  }
}
