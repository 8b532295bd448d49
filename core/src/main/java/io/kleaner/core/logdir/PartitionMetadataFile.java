// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.logdir;

import io.kleaner.core.io.FileEntry;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.io.SmallFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Reads a partition's {@code partition.metadata}, which names its topic's id (KIP-516): a directory
 * whose topic was deleted and made anew has the old one's. Brokers before 2.8 write none.
 *
 * <pre>
 *  version: 0
 *  topic_id: bWJ4cQhPT6m1S9Yx9o8Z3g
 * </pre>
 */
public final class PartitionMetadataFile {

  /** Its name in a partition directory. */
  public static final String NAME = "partition.metadata";

  private static final String VERSION = "0";
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{22}");

  private PartitionMetadataFile() {}

  /**
   * The topic's id as Kafka prints it, URL-safe base 64; empty if there is no such file.
   *
   * @throws UnusableDirectoryException if there is one that is no regular file or says no id
   */
  public static Optional<String> topicId(FileSystem fileSystem, Path partitionDir)
      throws IOException {
    Path path = partitionDir.resolve(NAME);
    Optional<FileEntry> entry = fileSystem.stat(path);
    if (entry.isEmpty()) {
      return Optional.empty();
    }
    RegularFiles.require(entry.get());
    Map<String, String> values = new HashMap<>();
    SmallFile.text(fileSystem, path)
        .lines()
        .map(line -> line.split(":", 2))
        .filter(pair -> pair.length == 2)
        .forEach(pair -> values.put(pair[0].strip(), pair[1].strip()));
    String id = values.getOrDefault("topic_id", "");
    if (!VERSION.equals(values.get("version")) || !ID.matcher(id).matches()) {
      throw new UnusableDirectoryException(
          path
              + " is malformed: expected 'version: 0' and 'topic_id: <22 characters>', found version '"
              + values.getOrDefault("version", "")
              + "' and topic_id '"
              + id
              + "'; nothing was changed.",
          "Restore the file from another replica; a broker with this file takes the log directory"
              + " offline.");
    }
    return Optional.of(id);
  }
}
