// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import io.kleaner.core.io.FileSystem;
import io.kleaner.supervisor.config.ServeConfig;
import io.kleaner.supervisor.config.ServeSetting;
import io.kleaner.supervisor.config.SettingKeys;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/** What the service can be told on the command line; stronger than its configuration file. */
final class ServeOptions {

  @Option(
      names = "--log-dir",
      paramLabel = "DIR",
      description =
          "A log directory that no broker owns now; may be given several times."
              + " Default: those of --config-file.")
  private List<Path> logDirs = List.of();

  @Option(
      names = "--config-file",
      paramLabel = "FILE",
      description =
          "YAML; every key is optional, docs/serve.md has all of them."
              + " Default: what the options say.")
  private Path configFile;

  @Option(
      names = "--config",
      paramLabel = "KEY=VALUE",
      description =
          "A topic setting by Kafka's own name, for every topic."
              + " Default: what is found elsewhere, else Kafka's own.")
  private Map<String, String> config = new LinkedHashMap<>();

  @Option(
      names = "--topic",
      paramLabel = "REGEX",
      converter = TargetOptions.TopicPattern.class,
      description =
          "Only topics whose whole name matches; says that they are compacted where nothing else"
              + " does."
              + " Default: all topics.")
  private Pattern topic;

  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      description = "Where page, API and metrics are. Default: 127.0.0.1:9277; port 0 picks one.")
  private String listen;

  @Option(
      names = "--state-dir",
      paramLabel = "DIR",
      description =
          "Where journal, quarantine and token are kept, never inside a log directory. Default:"
              + " $XDG_STATE_HOME/kleaner, else ~/.local/state/kleaner.")
  private Path stateDir;

  @Option(
      names = "--exclusive",
      description =
          "Say that no broker may start on these directories meanwhile; needed where"
              + " meta.properties is present.")
  private boolean exclusive;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Partitions cleaned at a time. Default: 1.")
  private Integer threads;

  @Option(
      names = "--throttle",
      paramLabel = "BYTES/s",
      description = "Bytes read and written per second, all threads together. Default: no limit.")
  private String throttle;

  @Option(
      names = "--chaos",
      description =
          "Offer a fault switch that kills or hangs workers, to see what happens then; needs the"
              + " token to be used.")
  private boolean chaos;

  boolean chaos() {
    return chaos;
  }

  /** Topic settings of the command line. */
  Map<String, String> topicSettings() {
    return config;
  }

  /**
   * The whole configuration.
   *
   * @param problems gets everything that is wrong
   */
  ServeConfig read(FileSystem fileSystem, List<String> problems) {
    Map<ServeSetting, String> flags = new EnumMap<>(ServeSetting.class);
    put(flags, ServeSetting.TOPIC, Optional.ofNullable(topic).map(Pattern::pattern));
    put(flags, ServeSetting.LISTEN, Optional.ofNullable(listen));
    put(flags, ServeSetting.STATE_DIR, Optional.ofNullable(stateDir).map(Path::toString));
    put(flags, ServeSetting.THREADS, Optional.ofNullable(threads).map(String::valueOf));
    put(flags, ServeSetting.THROTTLE, Optional.ofNullable(throttle));
    if (exclusive) {
      flags.put(ServeSetting.EXCLUSIVE, "true");
    }
    SettingKeys.check("--config", config, problems);
    return ServeConfig.of(fileSystem, Optional.ofNullable(configFile), flags, logDirs, problems);
  }

  private static void put(
      Map<ServeSetting, String> flags, ServeSetting setting, Optional<String> value) {
    value.ifPresent(text -> flags.put(setting, text));
  }
}
