// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.config;

import io.kleaner.core.compact.CleanOptions;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.settings.Origin;
import io.kleaner.core.settings.SettingsSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.yaml.snakeyaml.error.YAMLException;

/**
 * The service's configuration: a YAML file, and flags that are stronger. Immutable.
 *
 * <pre>
 *  log.dirs: [ /archive/kafka ]
 *  threads: 2
 *  topics:                       # settings of topics by Kafka's names, for name patterns
 *    "orders-.*":
 *      cleanup.policy: compact
 *  alerts: { ... }               # see the alerts page of the documentation
 * </pre>
 *
 * <p>An empty file is valid. Everything that is wrong is reported at once.
 */
public final class ServeConfig {

  private static final String TOPICS = "topics";
  private static final String ALERTS = "alerts";

  private final Map<ServeSetting, String> values;
  private final List<Path> logDirs;
  private final SettingsSource topics;
  private final Optional<Object> alerts;

  private ServeConfig(
      Map<ServeSetting, String> values,
      List<Path> logDirs,
      SettingsSource topics,
      Optional<Object> alerts) {
    this.values = values;
    this.logDirs = List.copyOf(logDirs);
    this.topics = topics;
    this.alerts = alerts;
  }

  /**
   * Reads the file, if there is one, and puts flags over it.
   *
   * @param flags values that are stronger than the file's
   * @param logDirFlags added to the file's
   * @param problems gets everything that is wrong
   */
  public static ServeConfig of(
      FileSystem fileSystem,
      Optional<Path> file,
      Map<ServeSetting, String> flags,
      List<Path> logDirFlags,
      List<String> problems) {
    Map<?, ?> root = file.map(path -> load(fileSystem, path, problems)).orElse(Map.of());
    String where = file.map(Path::toString).orElse("");
    Map<ServeSetting, String> values = new EnumMap<>(ServeSetting.class);
    List<Path> logDirs = new ArrayList<>();
    SettingsSource topics = SettingsSource.forAllTopics(Map.of(), Origin.FILE);
    Optional<Object> alerts = Optional.empty();
    for (Map.Entry<?, ?> entry : root.entrySet()) {
      String key = String.valueOf(entry.getKey());
      Object value = entry.getValue();
      Optional<ServeSetting> setting = ServeSetting.ofKey(key);
      if (key.equals(TOPICS)) {
        if (value instanceof Map<?, ?> byPattern) {
          topics = TopicConfigFile.topics(byPattern, where, problems);
        } else if (value != null) {
          problems.add(where + ": 'topics' has name patterns below it, and settings below them");
        }
      } else if (key.equals(ALERTS)) {
        alerts = Optional.ofNullable(value);
      } else if (setting.isEmpty()) {
        problems.add(where + ": unknown key '" + key + "'" + suggestion(key));
      } else if (setting.get() == ServeSetting.LOG_DIRS) {
        logDirs.addAll(paths(value, where, problems));
      } else if (value instanceof Map || value instanceof List) {
        problems.add(where + ": " + key + " is one value");
      } else {
        values.put(setting.get(), value == null ? "" : String.valueOf(value));
      }
    }
    check(where, values, problems);
    Map<ServeSetting, String> stronger = new EnumMap<>(ServeSetting.class);
    stronger.putAll(flags);
    check("flags", stronger, problems);
    values.putAll(stronger);
    logDirs.addAll(logDirFlags);
    ServeConfig config = new ServeConfig(values, logDirs, topics, alerts);
    config.requireOrder(ServeSetting.HEARTBEAT_INTERVAL, ServeSetting.HUNG_AFTER, true, problems);
    config.requireOrder(ServeSetting.SCAN_INTERVAL, ServeSetting.BLIND_AFTER, true, problems);
    config.requireOrder(
        ServeSetting.SCAN_INTERVAL, ServeSetting.FULL_SCAN_INTERVAL, false, problems);
    config.requireOrder(
        ServeSetting.RESTART_BACKOFF, ServeSetting.RESTART_BACKOFF_MAX, false, problems);
    config.requireOrder(
        ServeSetting.QUARANTINE_RETRY, ServeSetting.QUARANTINE_RETRY_MAX, false, problems);
    config.requireMemory(problems);
    return config;
  }

  /** What is the least for one thread is not so for several. */
  private void requireMemory(List<String> problems) {
    long threads = number(ServeSetting.THREADS);
    long bytes = bytes(ServeSetting.MEMORY);
    if (bytes / threads < CleanOptions.LEAST_MEMORY_BYTES) {
      problems.add(
          ServeSetting.MEMORY.key()
              + " is "
              + bytes
              + " bytes, and has to be at least 1m for each thread: "
              + threads
              + "m for "
              + ServeSetting.THREADS.key()
              + " "
              + threads);
    }
  }

  /** Two numbers that are well each on its own, and make no sense the other way round. */
  private void requireOrder(
      ServeSetting less, ServeSetting more, boolean strictly, List<String> problems) {
    if (less.problem(text(less)).isPresent() || more.problem(text(more)).isPresent()) {
      return;
    }
    if (number(less) > number(more) || (strictly && number(less) == number(more))) {
      problems.add(
          more.key()
              + " is "
              + number(more)
              + ", and has to be "
              + (strictly ? "above " : "at least ")
              + less.key()
              + ", which is "
              + number(less));
    }
  }

  /** Tells what is wrong and leaves it out, so that the rest can be checked with defaults. */
  private static void check(String where, Map<ServeSetting, String> values, List<String> problems) {
    values
        .entrySet()
        .removeIf(
            entry -> {
              Optional<String> problem = entry.getKey().problem(entry.getValue());
              problem.ifPresent(
                  text -> problems.add(where + ": " + entry.getKey().key() + " " + text));
              return problem.isPresent();
            });
  }

  private static Map<?, ?> load(FileSystem fileSystem, Path path, List<String> problems) {
    String text = TopicConfigFile.text(fileSystem, path, problems);
    try {
      Object root = TopicConfigFile.document(text);
      if (root instanceof Map<?, ?> map) {
        return map;
      }
      if (root != null) {
        problems.add(path + ": expected keys with values, such as 'threads: 2'");
      }
    } catch (YAMLException e) {
      problems.add(path + " is no YAML: " + e.getMessage());
    }
    return new LinkedHashMap<>();
  }

  private static List<Path> paths(Object value, String where, List<String> problems) {
    if (value == null) {
      return List.of();
    }
    if (value instanceof List<?> list) {
      return list.stream().map(String::valueOf).map(Path::of).toList();
    }
    if (value instanceof Map) {
      problems.add(where + ": log.dirs is a list of paths, or paths with commas between them");
      return List.of();
    }
    return List.of(String.valueOf(value).split(",")).stream()
        .map(String::strip)
        .filter(each -> !each.isEmpty())
        .map(Path::of)
        .toList();
  }

  /** A key that differs in little more than its punctuation is likely meant. */
  private static String suggestion(String key) {
    String bare = bare(key);
    for (ServeSetting setting : ServeSetting.values()) {
      if (bare(setting.key()).equals(bare) || setting.kafkaKey().equals(key)) {
        return "; is '" + setting.key() + "' meant?";
      }
    }
    return "; see docs/serve.md for all of them";
  }

  private static String bare(String key) {
    return key.replaceAll("[-_.]", "");
  }

  /** The log directories to clean, as they were named. */
  public List<Path> logDirs() {
    return logDirs;
  }

  /** What the file says of topics. */
  public SettingsSource topics() {
    return topics;
  }

  /** What stands below {@code alerts:}, as YAML gave it. */
  public Optional<Object> alerts() {
    return alerts;
  }

  /** A value as text; the default if nothing was said. */
  public String text(ServeSetting setting) {
    return values.getOrDefault(setting, setting.defaultValue()).strip();
  }

  /** A path; empty if nothing was said. */
  public Optional<Path> path(ServeSetting setting) {
    return Optional.of(text(setting)).filter(text -> !text.isEmpty()).map(Path::of);
  }

  /** A number of milliseconds, or a count. */
  public long number(ServeSetting setting) {
    return Long.parseLong(text(setting));
  }

  /** Bytes. */
  public long bytes(ServeSetting setting) {
    return ByteSize.parse(text(setting)).orElseThrow();
  }

  /** Whether a flag is set. */
  public boolean flag(ServeSetting setting) {
    return Boolean.parseBoolean(text(setting));
  }
}
