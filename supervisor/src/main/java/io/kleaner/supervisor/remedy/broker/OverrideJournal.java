// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.broker;

import io.kleaner.core.io.FileHandle;
import io.kleaner.core.io.FileLease;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.io.SmallFile;
import io.kleaner.core.logdir.UnusableDirectoryException;
import io.kleaner.supervisor.remedy.broker.ConfigOverride.Former;
import io.kleaner.supervisor.remedy.broker.ConfigOverride.Purpose;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Which settings are ours at this moment, on disk: a line is appended and synced before a setting
 * is changed, and another after it was taken back. What has no second line is still ours, also
 * after a {@code kill -9}.
 *
 * <p>A torn last line is passed over: its change was not made, for that comes after the sync. The
 * file is written anew when it is opened, so it stays small; one with a damaged line is kept beside
 * it, for a person to look at what the line may have said. One process at a time has it open.
 * Thread-safe.
 */
public final class OverrideJournal implements AutoCloseable {

  private final FileSystem fileSystem;
  private final Path file;
  private final FileLease lease;
  private final TreeMap<Long, ConfigOverride> open = new TreeMap<>();
  private final int unreadableLines;
  private final Optional<Path> damaged;
  private FileHandle handle;
  private long position;
  private long nextId;

  private OverrideJournal(FileSystem fileSystem, Path file, FileLease lease) throws IOException {
    this.fileSystem = fileSystem;
    this.file = file;
    this.lease = lease;
    Contents contents = read(fileSystem, file, open);
    unreadableLines = contents.unreadableLines;
    nextId = contents.nextId;
    damaged = unreadableLines == 0 ? Optional.empty() : Optional.of(keepAside());
    handle = rewrite();
  }

  /**
   * Opens a journal and makes it if it is missing.
   *
   * @param stateDir exists, and lies in no log directory
   * @param name of the journal, which is part of the names of its files
   * @throws UnusableDirectoryException if another process has it open
   */
  public static OverrideJournal open(FileSystem fileSystem, Path stateDir, String name)
      throws IOException {
    Optional<FileLease> lease = fileSystem.tryLock(lock(stateDir, name));
    if (lease.isEmpty()) {
      throw new UnusableDirectoryException(
          file(stateDir, name) + " is in use by another kleaner that runs; nothing was changed.",
          "Wait until it ends, or give this one another --state-dir.");
    }
    try {
      return new OverrideJournal(fileSystem, file(stateDir, name), lease.get());
    } catch (IOException | RuntimeException e) {
      lease.get().close();
      throw e;
    }
  }

  /**
   * What a journal says.
   *
   * @param open what was begun and not ended, the oldest first
   * @param unreadableLines beside a torn last one
   */
  public record Glance(List<ConfigOverride> open, int unreadableLines) {

    /** Keeps its own copy. */
    public Glance {
      open = List.copyOf(open);
    }
  }

  /**
   * Looks at a journal without opening it: nothing is written or held, and another process may be
   * at work on it. Of one that is not there nothing is open.
   */
  public static Glance glance(FileSystem fileSystem, Path stateDir, String name)
      throws IOException {
    TreeMap<Long, ConfigOverride> open = new TreeMap<>();
    Contents contents = read(fileSystem, file(stateDir, name), open);
    return new Glance(List.copyOf(open.values()), contents.unreadableLines);
  }

  /** Is held by whoever has the journal open. */
  static Path lock(Path stateDir, String name) {
    return stateDir.resolve(name + ".lock");
  }

  private static Path file(Path stateDir, String name) {
    return stateDir.resolve(name + ".log");
  }

  private record Contents(int unreadableLines, long nextId) {}

  private static Contents read(FileSystem fileSystem, Path file, Map<Long, ConfigOverride> open)
      throws IOException {
    int unreadable = 0;
    long nextId = 1;
    if (fileSystem.stat(file).isEmpty()) {
      return new Contents(unreadable, nextId);
    }
    String text = SmallFile.text(fileSystem, file);
    String[] lines = text.split("\n", -1);
    // What follows the last line break is a line that a crash tore, or nothing.
    for (int i = 0; i < lines.length - 1; i++) {
      Optional<OverrideLine> line = OverrideLine.parse(lines[i]);
      if (line.isEmpty()) {
        unreadable++;
      } else if (line.get() instanceof OverrideLine.Opened opened) {
        open.put(opened.override().id(), opened.override());
        nextId = Math.max(nextId, opened.override().id() + 1);
      } else if (line.get() instanceof OverrideLine.Verified verified) {
        open.computeIfPresent(verified.id(), (id, each) -> each.verified());
      } else if (line.get() instanceof OverrideLine.Closed closed) {
        open.remove(closed.id());
        nextId = Math.max(nextId, closed.id() + 1);
      }
    }
    return new Contents(unreadable, nextId);
  }

  /** Keeps a copy of the file as it is, under a name that nothing has yet. */
  private Path keepAside() throws IOException {
    Path aside;
    int number = 1;
    do {
      aside = file.resolveSibling(file.getFileName() + ".damaged-" + number++);
    } while (fileSystem.stat(aside).isPresent());
    write(aside, SmallFile.bytes(fileSystem, file));
    return aside;
  }

  /** Makes or replaces a file; what was there counts until the new one is complete. */
  private void write(Path target, ByteBuffer bytes) throws IOException {
    Path temporary = target.resolveSibling(target.getFileName() + ".tmp");
    fileSystem.delete(temporary);
    try (FileHandle fresh = fileSystem.create(temporary)) {
      fresh.write(bytes, 0);
      fresh.sync();
    }
    fileSystem.rename(temporary, target);
    fileSystem.syncDir(target.getParent());
  }

  /** Keeps what is open, and nothing else. */
  private FileHandle rewrite() throws IOException {
    StringBuilder lines = new StringBuilder();
    for (ConfigOverride each : open.values()) {
      lines.append(OverrideLine.opened(each)).append('\n');
    }
    byte[] bytes = lines.toString().getBytes(StandardCharsets.UTF_8);
    write(file, ByteBuffer.wrap(bytes));
    position = bytes.length;
    return fileSystem.openWrite(file);
  }

  /**
   * Writes down a change that is about to be made; when this returns it is on disk.
   *
   * @param clusterId of the cluster that the target is of, empty if that tells none
   * @throws IOException if it could not be written; the change must then not be made
   */
  public synchronized ConfigOverride begin(
      Optional<String> clusterId,
      ConfigTarget target,
      String key,
      Former former,
      String ours,
      Purpose purpose,
      long atMs)
      throws IOException {
    ConfigOverride override =
        new ConfigOverride(
            nextId,
            clusterId,
            target,
            key,
            former,
            ours,
            purpose,
            atMs,
            purpose.isShownByThreads());
    append(OverrideLine.opened(override));
    nextId++;
    open.put(override.id(), override);
    return override;
  }

  /** Writes down that the effect of a setting was seen. */
  public synchronized void verified(ConfigOverride override) throws IOException {
    append(OverrideLine.verified(override.id()));
    open.computeIfPresent(override.id(), (id, each) -> each.verified());
  }

  /** Writes down that a setting is no longer ours. */
  public synchronized void end(ConfigOverride override) throws IOException {
    append(OverrideLine.closed(override.id()));
    open.remove(override.id());
  }

  private void append(String line) throws IOException {
    byte[] bytes = (line + '\n').getBytes(StandardCharsets.UTF_8);
    // A write that failed half-way is overwritten by the next one, at the same position.
    handle.truncate(position);
    handle.write(ByteBuffer.wrap(bytes), position);
    handle.sync();
    position += bytes.length;
  }

  /** What is ours now, the oldest first. */
  public synchronized List<ConfigOverride> open() {
    return new ArrayList<>(open.values());
  }

  /** Lines that could not be read when it was opened, beside a torn last one. */
  public int unreadableLines() {
    return unreadableLines;
  }

  /**
   * What may be lost since lines could not be read when it was opened, a sentence; empty if
   * nothing.
   */
  public Optional<String> loss() {
    return damaged.map(
        aside ->
            unreadableLines
                + " lines of "
                + file
                + " cannot be read; a setting may have been left on the broker or a topic. The file"
                + " as it was is kept as "
                + aside
                + ".");
  }

  /** Where it is. */
  public Path file() {
    return file;
  }

  @Override
  public synchronized void close() throws IOException {
    try (lease) {
      handle.close();
    }
  }
}
