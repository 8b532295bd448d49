// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import io.kleaner.core.io.FileSystem;
import io.kleaner.core.logdir.LogDir;
import io.kleaner.core.settings.MetadataLogReader;
import io.kleaner.core.settings.Origin;
import io.kleaner.core.settings.SettingsResolver;
import io.kleaner.core.settings.SettingsSource;
import io.kleaner.supervisor.config.MetadataSettings;
import io.kleaner.supervisor.config.SettingKeys;
import io.kleaner.supervisor.config.TopicConfigFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Where topics' settings come from; flags first, then files, then what the node itself keeps. */
final class SettingsOptions {

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--config",
      paramLabel = "KEY=VALUE",
      description = {
        "A topic setting by Kafka's own name, for every topic: cleanup.policy, delete.retention.ms,"
            + " min.compaction.lag.ms, max.compaction.lag.ms, min.cleanable.dirty.ratio,"
            + " segment.bytes (below Kafka 4's minimum of 1 MiB too), segment.index.bytes,"
            + " index.interval.bytes, max.message.bytes, producer.id.expiration.ms."
            + " Default: what is found elsewhere, else Kafka's own."
      })
  private Map<String, String> config = new LinkedHashMap<>();

  @Option(
      names = "--config-file",
      paramLabel = "FILE",
      description =
          "Settings in a file: properties text for every topic, or YAML (.yaml, .yml) with"
              + " 'topics:' mapping name patterns to settings."
              + " Default: none.")
  private Path configFile;

  @Option(
      names = "--server-properties",
      paramLabel = "FILE",
      description =
          "The broker's server.properties: its log.* defaults, and where its metadata is."
              + " Default: none, Kafka's defaults.")
  private Path serverProperties;

  @Option(
      names = "--metadata-log-dir",
      paramLabel = "DIR",
      description =
          "The log directory of this node that holds __cluster_metadata-0, if it is not the one"
              + " that is worked on."
              + " Default: as --server-properties says, else that one.")
  private Path metadataLogDir;

  /**
   * Reads what the user named, before any directory is looked at.
   *
   * @throws ParameterException naming every key that is unknown and every value that is wrong
   */
  Read read(FileSystem fileSystem) throws IOException {
    List<String> problems = new ArrayList<>();
    SettingKeys.check("--config", config, problems);
    List<SettingsSource> stronger = new ArrayList<>();
    stronger.add(SettingsSource.forAllTopics(config, Origin.FLAG));
    if (configFile != null) {
      stronger.add(TopicConfigFile.read(fileSystem, configFile, problems));
    }
    Map<String, String> server = Map.of();
    if (serverProperties != null) {
      server = TopicConfigFile.properties(fileSystem, serverProperties, problems);
    }
    if (metadataLogDir != null
        && fileSystem.stat(metadataLogDir.resolve(MetadataLogReader.DIRECTORY)).isEmpty()) {
      problems.add(
          "--metadata-log-dir: " + metadataLogDir + " has no " + MetadataLogReader.DIRECTORY);
    }
    if (!problems.isEmpty()) {
      throw new ParameterException(spec.commandLine(), String.join("; ", problems));
    }
    return new Read(stronger, server, Optional.ofNullable(metadataLogDir));
  }

  /**
   * What the user named.
   *
   * @param stronger flags and file, which count before what the node keeps
   * @param server what {@code server.properties} says
   * @param metadataLogDir where the node's metadata log is, if it was named
   */
  record Read(
      List<SettingsSource> stronger, Map<String, String> server, Optional<Path> metadataLogDir) {

    /** The sources in the order in which they count for a directory. */
    SettingsResolver resolver(FileSystem fileSystem, LogDir logDir) throws IOException {
      List<SettingsSource> sources = new ArrayList<>(stronger);
      Optional<MetadataSettings.Found> metadata =
          MetadataSettings.find(fileSystem, logDir, metadataLogDir, server);
      metadata.ifPresent(found -> sources.add(found.settings()));
      sources.add(SettingsSource.internalTopics());
      sources.add(SettingsSource.ofServerProperties(server));
      metadata.ifPresent(found -> sources.add(found.defaults()));
      return new SettingsResolver(sources);
    }
  }
}
