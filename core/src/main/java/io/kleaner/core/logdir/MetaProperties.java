// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.logdir;

import io.kleaner.core.io.FileSystem;
import io.kleaner.core.io.SmallFile;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Properties;

/**
 * What a log directory's {@code meta.properties} says of its owner.
 *
 * @param version 0 (ZooKeeper) or 1 (KRaft)
 * @param clusterId empty where a broker before 0.10.1 wrote it
 * @param nodeId {@code node.id}, or {@code broker.id} as it was called in version 0
 * @param directoryId {@code directory.id} (KIP-858)
 */
public record MetaProperties(
    int version, Optional<String> clusterId, OptionalInt nodeId, Optional<String> directoryId) {

  private static final int MAX_VERSION = 1;

  /**
   * Reads it; empty if there is none.
   *
   * @throws UnusableDirectoryException if it is malformed
   */
  public static Optional<MetaProperties> read(FileSystem fileSystem, Path logDir)
      throws IOException {
    Path path = logDir.resolve(LogDirReader.META_PROPERTIES);
    if (fileSystem.stat(path).isEmpty()) {
      return Optional.empty();
    }
    Properties properties = new Properties();
    try {
      properties.load(new StringReader(SmallFile.text(fileSystem, path)));
    } catch (IllegalArgumentException e) {
      throw malformed(path, "properties", e.getMessage());
    }
    int version = number(path, properties, "version").orElse(-1);
    if (version < 0 || version > MAX_VERSION) {
      throw malformed(path, "version 0 or 1", properties.getProperty("version", ""));
    }
    OptionalInt nodeId = number(path, properties, version == 0 ? "broker.id" : "node.id");
    return Optional.of(
        new MetaProperties(
            version,
            Optional.ofNullable(properties.getProperty("cluster.id")),
            nodeId,
            Optional.ofNullable(properties.getProperty("directory.id"))));
  }

  private static OptionalInt number(Path path, Properties properties, String key)
      throws UnusableDirectoryException {
    String value = properties.getProperty(key);
    if (value == null) {
      return OptionalInt.empty();
    }
    try {
      return OptionalInt.of(Integer.parseInt(value.strip()));
    } catch (NumberFormatException e) {
      throw malformed(path, "a number for " + key, value);
    }
  }

  private static UnusableDirectoryException malformed(Path path, String expected, String actual) {
    return new UnusableDirectoryException(
        path
            + " is malformed: expected "
            + expected
            + ", found '"
            + actual
            + "'; nothing was changed.",
        "Restore the file; a broker with this file takes the log directory offline.");
  }
}
