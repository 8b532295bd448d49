// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.logdir;

import io.kleaner.core.io.FileHandle;
import io.kleaner.core.io.FileSystem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A checkpoint file of a log directory: an offset for each partition.
 *
 * <pre>
 *  0                          version
 *  2                          entries
 *  orders-by-day 0 4711       topic, partition, offset
 *  __consumer_offsets 12 99
 * </pre>
 *
 * <p>A fresh one is empty. Stateless apart from the file; not safe for two writers at once.
 */
public final class CheckpointFile {

  /** Where each partition's last clean ended. */
  public static final String CLEANER = "cleaner-offset-checkpoint";

  /** Each partition's high watermark. */
  public static final String HIGH_WATERMARK = "replication-offset-checkpoint";

  /** Up to where each partition is known to be on disk. */
  public static final String RECOVERY_POINT = "recovery-point-offset-checkpoint";

  /** Each partition's log start offset. */
  public static final String LOG_START = "log-start-offset-checkpoint";

  /** All of them. */
  public static final List<String> NAMES =
      List.of(CLEANER, HIGH_WATERMARK, RECOVERY_POINT, LOG_START);

  private static final String TEMPORARY = ".tmp";
  private static final int FIELDS = 3;

  private final FileSystem fileSystem;
  private final Path path;
  private final CheckpointText text;

  /**
   * @param logDir the log directory
   * @param name one of the constants of this class
   */
  public CheckpointFile(FileSystem fileSystem, Path logDir, String name) {
    this.fileSystem = fileSystem;
    this.path = logDir.resolve(name);
    this.text = new CheckpointText(path);
  }

  /** Whether the file is there. */
  public boolean exists() throws IOException {
    return fileSystem.stat(path).isPresent();
  }

  /**
   * All entries, in the order of the file; none if it is missing or empty. Of several entries of a
   * partition the last one counts, as for a broker.
   *
   * @throws UnusableDirectoryException if it is not a checkpoint file
   */
  public Map<TopicPartition, Long> read() throws IOException {
    Map<TopicPartition, Long> entries = new LinkedHashMap<>();
    for (CheckpointText.Line line : text.read(fileSystem)) {
      String[] fields = line.fields();
      if (fields.length != FIELDS) {
        throw text.malformed(line, "topic, partition and offset");
      }
      long partition = text.number(line, fields[1]);
      Optional<TopicPartition> named =
          TopicPartition.ofDirectoryName(fields[0] + "-" + partition)
              .filter(each -> each.topic().equals(fields[0]));
      if (named.isEmpty()) {
        throw text.malformed(line, "the name of a topic and the number of a partition");
      }
      entries.put(named.get(), text.number(line, fields[2]));
    }
    return entries;
  }

  /** One partition's entry. */
  public OptionalLong get(TopicPartition partition) throws IOException {
    Long offset = read().get(partition);
    return offset == null ? OptionalLong.empty() : OptionalLong.of(offset);
  }

  /**
   * Sets one partition's entry and keeps all others and their order, atomically and durably: a
   * temporary file is written, given the owner, group and mode of the one it replaces, synced and
   * renamed, and the directory synced.
   *
   * @throws IOException if any of that fails; the file is then what it was or has the new entry
   */
  public void put(TopicPartition partition, long offset) throws IOException {
    Map<TopicPartition, Long> entries = read();
    entries.put(partition, offset);
    List<String> lines = new ArrayList<>(entries.size());
    entries.forEach((each, at) -> lines.add(each.topic() + ' ' + each.partition() + ' ' + at));
    replace(CheckpointText.format(lines));
  }

  /**
   * Does what {@link #put} does but for the content and the rename.
   *
   * @throws IOException if a replacement could not be written as the file is; nothing was changed
   */
  public void rehearse() throws IOException {
    read();
    Path temporary = temporary();
    fileSystem.delete(temporary);
    try {
      fileSystem.create(temporary).close();
      if (exists()) {
        fileSystem.copyOwnership(path, temporary);
      }
    } finally {
      fileSystem.delete(temporary);
    }
  }

  private Path temporary() {
    return path.resolveSibling(path.getFileName() + TEMPORARY);
  }

  private void replace(String content) throws IOException {
    Path temporary = temporary();
    fileSystem.delete(temporary);
    try {
      try (FileHandle file = fileSystem.create(temporary)) {
        file.write(ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8)), 0);
        if (exists()) {
          fileSystem.copyOwnership(path, temporary);
        }
        file.sync();
      }
      fileSystem.rename(temporary, path);
    } catch (IOException e) {
      try {
        fileSystem.delete(temporary);
      } catch (IOException cleanUp) {
        e.addSuppressed(cleanUp);
      }
      throw e;
    }
    fileSystem.syncDir(path.getParent());
  }
}
