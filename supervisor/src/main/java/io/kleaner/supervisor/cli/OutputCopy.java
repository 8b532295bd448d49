// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import io.kleaner.core.io.FileEntry;
import io.kleaner.core.io.FileHandle;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.logdir.CheckpointFile;
import io.kleaner.core.logdir.LogDir;
import io.kleaner.core.logdir.LogDirReader;
import io.kleaner.core.logdir.UnusableDirectoryException;
import io.kleaner.core.pace.CancelToken;
import io.kleaner.core.pace.Throttle;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Copies what is to be compacted to a new directory, durably, with modification times and, where
 * this user may, with owner, group and mode. A copy that does not come to its end is taken away.
 */
final class OutputCopy {

  private static final int BUFFER_BYTES = 1024 * 1024;

  private final FileSystem fileSystem;
  private final Terminal terminal;
  private final Throttle throttle;
  private final CancelToken token;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
  private final Deque<Path> made = new ArrayDeque<>();
  private boolean ownershipKept = true;

  /**
   * @param terminal shows which file is being copied
   * @param throttle the copy's bytes count too
   * @param token ends the copy
   */
  OutputCopy(FileSystem fileSystem, Terminal terminal, Throttle throttle, CancelToken token) {
    this.terminal = terminal;
    this.fileSystem = fileSystem;
    this.throttle = throttle;
    this.token = token;
  }

  /** Why a copy of a partition would not say what the original says; empty if it would. */
  Optional<UnusableDirectoryException> objection(Path partition) throws IOException {
    return fileSystem.list(partition).stream()
        .filter(entry -> !entry.isFile() && !entry.isDirectory())
        .findFirst()
        .map(
            entry ->
                new UnusableDirectoryException(
                    entry.path()
                        + " is no regular file but a link or something stranger, and links below a"
                        + " directory are not followed: a copy would lack what it stands for."
                        + " Nothing was written.",
                    "Put the file itself in its place, and run again."));
  }

  /**
   * Copies partitions, and the checkpoints beside them.
   *
   * @param partitions none of which has an {@link #objection}
   * @return the copy, understood
   * @throws UnusableDirectoryException if the target holds something already, has no room, or lies
   *     where a broker would meet it
   */
  LogDir copy(LogDir source, List<Path> partitions, Path target) throws IOException {
    Path logDir = target.toAbsolutePath().normalize();
    requireNew(target);
    requireOutside(logDir);
    if (source.hasCheckpoints()) {
      for (String name : CheckpointFile.NAMES) {
        requireFile(source.dir().resolve(name));
      }
      requireFile(source.dir().resolve(LogDirReader.META_PROPERTIES));
    }
    try {
      createDirectories(logDir);
      requireRoom(partitions, logDir);
      if (source.hasCheckpoints()) {
        copyFiles(source.dir(), logDir);
      }
      for (Path partition : partitions) {
        Path copy = logDir.resolve(partition.getFileName());
        createDirectories(copy);
        copyFiles(partition, copy);
        own(partition, copy);
      }
      fileSystem.syncDir(logDir);
    } catch (IOException | RuntimeException e) {
      takeAway(e);
      throw e;
    }
    terminal.clearProgress();
    boolean onePartition = source.kind() != LogDir.Kind.LOG_DIRECTORY && partitions.size() == 1;
    return new LogDirReader(fileSystem)
        .read(onePartition ? logDir.resolve(partitions.get(0).getFileName()) : logDir);
  }

  /** Whether the copy belongs to whom the original belongs to. */
  boolean isOwnershipKept() {
    return ownershipKept;
  }

  private void requireNew(Path target) throws IOException {
    Optional<FileEntry> there = fileSystem.stat(target);
    if (there.isPresent() && (!there.get().isDirectory() || !fileSystem.list(target).isEmpty())) {
      throw new UnusableDirectoryException(
          target + " exists and is not empty; nothing was written.",
          "Name a new directory, or empty this one.");
    }
  }

  /** Looks at real paths: a link above the target may lead into a broker's directory. */
  private void requireOutside(Path target) throws IOException {
    Path existing = target;
    while (existing != null && fileSystem.stat(existing).isEmpty()) {
      existing = existing.getParent();
    }
    LogDirReader reader = new LogDirReader(fileSystem);
    Path above = existing == null ? null : fileSystem.realPath(existing);
    for (; above != null; above = above.getParent()) {
      if (reader.isLogDirectory(above)) {
        throw new UnusableDirectoryException(
            target + " lies within the log directory " + above + "; nothing was written.",
            "Name a directory elsewhere: a broker refuses a log directory that holds others.");
      }
    }
  }

  private void requireFile(Path path) throws IOException {
    Optional<FileEntry> entry = fileSystem.stat(path);
    if (entry.isPresent() && !entry.get().isFile()) {
      throw new UnusableDirectoryException(
          path + " is no regular file, and the copy would lack it; nothing was written.",
          "Put the file itself in its place, and run again.");
    }
  }

  private void createDirectories(Path dir) throws IOException {
    Deque<Path> missing = new ArrayDeque<>();
    for (Path each = dir; each != null && fileSystem.stat(each).isEmpty(); ) {
      missing.push(each);
      each = each.getParent();
    }
    fileSystem.createDirectories(dir);
    missing.forEach(made::push);
  }

  private void requireRoom(List<Path> partitions, Path target) throws IOException {
    long needed = 0;
    for (Path partition : partitions) {
      for (FileEntry entry : fileSystem.list(partition)) {
        needed += entry.sizeBytes();
      }
    }
    long usable = fileSystem.usableBytes(target);
    if (usable < needed) {
      throw new UnusableDirectoryException(
          "the copy needs "
              + needed
              + " bytes, "
              + usable
              + " are free in "
              + target
              + "; nothing was copied.",
          "Free space there, or name another directory.");
    }
  }

  private void copyFiles(Path from, Path to) throws IOException {
    for (FileEntry entry : fileSystem.list(from)) {
      if (entry.isFile() && !entry.name().equals(".lock")) {
        copy(entry, to.resolve(entry.name()));
      }
    }
    fileSystem.syncDir(to);
  }

  private void copy(FileEntry entry, Path target) throws IOException {
    terminal.progress("copying " + entry.path().getParent().getFileName() + "/" + entry.name());
    try (FileHandle in = fileSystem.openRead(entry.path());
        FileHandle out = fileSystem.create(target)) {
      made.push(target);
      long position = 0;
      while (true) {
        token.throwIfCancelled();
        buffer.clear();
        int read = in.read(buffer, position);
        if (read == 0) {
          break;
        }
        out.write(buffer.flip(), position);
        throttle.acquire(2L * read, token);
        position += read;
      }
      own(entry.path(), target);
      out.sync();
    }
    fileSystem.setLastModifiedMs(target, entry.lastModifiedMs());
  }

  private void own(Path from, Path to) {
    if (!ownershipKept) {
      return;
    }
    try {
      fileSystem.copyOwnership(from, to);
    } catch (IOException e) {
      // Only root may give files away. It is told once, at the end.
      ownershipKept = false;
    }
  }

  private void takeAway(Exception cause) {
    while (!made.isEmpty()) {
      try {
        fileSystem.delete(made.pop());
      } catch (IOException e) {
        cause.addSuppressed(e);
      }
    }
  }
}
