// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.config;

import io.kleaner.core.io.FileSystem;
import io.kleaner.core.io.IoProblem;
import io.kleaner.core.io.SmallFile;
import io.kleaner.core.logdir.LogDir;
import io.kleaner.core.logdir.LogDirReader;
import io.kleaner.core.logdir.UnusableDirectoryException;
import io.kleaner.core.settings.MetadataImage;
import io.kleaner.core.settings.MetadataLogReader;
import io.kleaner.core.settings.SettingsSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds the metadata log of the node whose directories are worked on. */
public final class MetadataSettings {

  private MetadataSettings() {}

  /**
   * What the metadata log says, strongest first: the flag's directory, those that server.properties
   * names, the directory that is worked on.
   *
   * @throws UnusableDirectoryException if the flag's directory has none, or one cannot be read
   */
  public static Optional<Found> find(
      FileSystem fileSystem, LogDir logDir, Optional<Path> named, Map<String, String> server)
      throws IOException {
    List<Path> candidates = new ArrayList<>();
    named.ifPresent(candidates::add);
    if (named.isEmpty()) {
      Optional.ofNullable(server.get("metadata.log.dir")).map(Path::of).ifPresent(candidates::add);
      String dirs = server.getOrDefault("log.dirs", server.getOrDefault("log.dir", ""));
      Arrays.stream(dirs.split(",", -1))
          .map(String::strip)
          .filter(dir -> !dir.isEmpty())
          .map(Path::of)
          .forEach(candidates::add);
      candidates.add(logDir.dir());
    }
    MetadataLogReader reader = new MetadataLogReader(fileSystem);
    for (Path candidate : candidates) {
      Optional<MetadataImage> image = read(reader, candidate);
      if (image.isPresent()) {
        return Optional.of(
            new Found(image.get(), nodeId(fileSystem, candidate, logDir.dir(), server)));
      }
    }
    if (named.isPresent()) {
      throw new UnusableDirectoryException(
          named.get() + " has no " + MetadataLogReader.DIRECTORY + "; nothing was changed.",
          "Name the log directory in which it is.");
    }
    return Optional.empty();
  }

  private static Optional<MetadataImage> read(MetadataLogReader reader, Path candidate)
      throws IOException {
    try {
      return reader.read(candidate);
    } catch (UnusableDirectoryException e) {
      throw e;
    } catch (IOException e) {
      throw new UnusableDirectoryException(
          "the metadata log in "
              + candidate
              + " cannot be read: "
              + IoProblem.of(e).text()
              + "; nothing was changed.",
          "Without it nothing is known of topics. Name another with --metadata-log-dir, or restore"
              + " it from another node.");
    }
  }

  /** Every log directory of a node says which node it is; a metadata directory may lack that. */
  private static String nodeId(
      FileSystem fileSystem, Path metadataDir, Path logDir, Map<String, String> server)
      throws IOException {
    for (Path dir : List.of(metadataDir, logDir)) {
      String id = nodeId(fileSystem, dir);
      if (!id.isEmpty()) {
        return id;
      }
    }
    return server.getOrDefault("node.id", server.getOrDefault("broker.id", "")).strip();
  }

  private static String nodeId(FileSystem fileSystem, Path logDir) throws IOException {
    Path meta = logDir.resolve(LogDirReader.META_PROPERTIES);
    if (fileSystem.stat(meta).isEmpty()) {
      return "";
    }
    return SmallFile.text(fileSystem, meta)
        .lines()
        .filter(line -> line.startsWith("node.id=") || line.startsWith("broker.id="))
        .map(line -> line.substring(line.indexOf('=') + 1).strip())
        .findFirst()
        .orElse("");
  }

  /**
   * A metadata log that was found.
   *
   * @param nodeId of its node, empty if unknown
   */
  public record Found(MetadataImage image, String nodeId) {

    /** What it says of topics, of the node and of the cluster. */
    public SettingsSource settings() {
      return SettingsSource.ofMetadata(image, nodeId);
    }

    /** That a topic it knows has Kafka's default policy if it sets none. */
    public SettingsSource defaults() {
      return SettingsSource.defaultPolicyOfKnownTopics(image);
    }
  }
}
