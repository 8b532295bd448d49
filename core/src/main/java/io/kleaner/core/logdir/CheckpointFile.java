// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.logdir;

import io.kleaner.core.io.FileHandle;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.io.SmallFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
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

  private static final String VERSION = "0";
  private static final String TEMPORARY = ".tmp";

  private final FileSystem fileSystem;
  private final Path path;

  /**
   * @param logDir the log directory
   * @param name one of the constants of this class
   */
  public CheckpointFile(FileSystem fileSystem, Path logDir, String name) {
    this.fileSystem = fileSystem;
    this.path = logDir.resolve(name);
  }

  /** Whether the file is there. */
  public boolean exists() throws IOException {
    return fileSystem.stat(path).isPresent();
  }

  /**
   * All entries, in the order of the file; none if it is missing or empty.
   *
   * @throws UnusableDirectoryException if it is not a checkpoint file
   */
  public Map<TopicPartition, Long> read() throws IOException {
    Map<TopicPartition, Long> entries = new LinkedHashMap<>();
    if (!exists()) {
      return entries;
    }
    String text = SmallFile.text(fileSystem, path);
    if (text.isEmpty()) {
      return entries;
    }
    String[] lines = text.split("\n", -1);
    if (!lines[0].strip().equals(VERSION)) {
      throw malformed(1, "version " + VERSION, lines[0]);
    }
    int expected = lines.length > 1 ? number(lines[1].strip(), 2).intValue() : -1;
    for (int i = 2; i < lines.length; i++) {
      if (!lines[i].isBlank()) {
        readEntry(lines[i].strip(), i + 1, entries);
      }
    }
    if (entries.size() != expected) {
      throw malformed(2, entries.size() + " entries, as follow it", lines[1]);
    }
    return entries;
  }

  private void readEntry(String line, int number, Map<TopicPartition, Long> entries)
      throws UnusableDirectoryException {
    String[] fields = line.split("\\s+");
    if (fields.length != 3) {
      throw malformed(number, "topic, partition and offset", line);
    }
    long partition = number(fields[1], number);
    if (partition < 0 || partition > Integer.MAX_VALUE) {
      throw malformed(number, "a partition", fields[1]);
    }
    entries.put(new TopicPartition(fields[0], (int) partition), number(fields[2], number));
  }

  private Long number(String text, int line) throws UnusableDirectoryException {
    try {
      return Long.valueOf(text);
    } catch (NumberFormatException e) {
      throw malformed(line, "a number", text);
    }
  }

  private UnusableDirectoryException malformed(int line, String expected, String actual) {
    return new UnusableDirectoryException(
        path + " is malformed at line " + line + ": expected " + expected + ", found '" + actual
            + "'; nothing was changed.",
        "Correct the line, or move the file away while no broker runs; a broker with this file"
            + " takes the log directory offline.");
  }

  /** One partition's entry. */
  public OptionalLong get(TopicPartition partition) throws IOException {
    Long offset = read().get(partition);
    return offset == null ? OptionalLong.empty() : OptionalLong.of(offset);
  }

  /**
   * Sets one partition's entry and keeps all others, atomically and durably: a temporary file is
   * written, synced and renamed, and the directory synced.
   */
  public void put(TopicPartition partition, long offset) throws IOException {
    Map<TopicPartition, Long> entries = read();
    entries.put(partition, offset);
    StringBuilder text = new StringBuilder();
    text.append(VERSION).append('\n').append(entries.size()).append('\n');
    entries.forEach(
        (each, at) ->
            text.append(each.topic())
                .append(' ')
                .append(each.partition())
                .append(' ')
                .append(at)
                .append('\n'));
    Path temporary = path.resolveSibling(path.getFileName() + TEMPORARY);
    fileSystem.delete(temporary);
    try (FileHandle file = fileSystem.create(temporary)) {
      file.write(ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8)), 0);
      file.sync();
    }
    if (exists()) {
      fileSystem.copyOwnership(path, temporary);
    }
    fileSystem.rename(temporary, path);
    fileSystem.syncDir(path.getParent());
  }
}
