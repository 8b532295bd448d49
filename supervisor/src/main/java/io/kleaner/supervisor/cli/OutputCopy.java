// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import io.kleaner.core.io.FileEntry;
import io.kleaner.core.io.FileHandle;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.logdir.LogDir;
import io.kleaner.core.logdir.LogDirReader;
import io.kleaner.core.logdir.UnusableDirectoryException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Copies what is to be compacted to a new directory, durably, with modification times. */
final class OutputCopy {

  private static final int BUFFER_BYTES = 1024 * 1024;

  private final FileSystem fileSystem;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);

  OutputCopy(FileSystem fileSystem) {
    this.fileSystem = fileSystem;
  }

  /**
   * Copies partitions, and the checkpoints beside them.
   *
   * @return the copy, understood
   * @throws UnusableDirectoryException if the target holds something already, or has no room
   */
  LogDir copy(LogDir source, List<Path> partitions, Path target) throws IOException {
    Optional<FileEntry> there = fileSystem.stat(target);
    if (there.isPresent() && (!there.get().isDirectory() || !fileSystem.list(target).isEmpty())) {
      throw new UnusableDirectoryException(
          target + " exists and is not empty; nothing was written.",
          "Name a new directory, or empty this one.");
    }
    Path logDir = target.toAbsolutePath().normalize();
    if (logDir.startsWith(source.dir())) {
      throw new UnusableDirectoryException(
          target + " lies within " + source.dir() + "; nothing was written.",
          "Name a directory elsewhere: a broker refuses a log directory that holds others.");
    }
    fileSystem.createDirectories(logDir);
    requireRoom(partitions, logDir);
    if (source.hasCheckpoints()) {
      copyFiles(source.dir(), logDir);
    }
    for (Path partition : partitions) {
      Path copy = logDir.resolve(partition.getFileName());
      fileSystem.createDirectories(copy);
      copyFiles(partition, copy);
    }
    fileSystem.syncDir(logDir);
    boolean onePartition = source.kind() != LogDir.Kind.LOG_DIRECTORY && partitions.size() == 1;
    return new LogDirReader(fileSystem)
        .read(onePartition ? logDir.resolve(partitions.get(0).getFileName()) : logDir);
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
    try (FileHandle in = fileSystem.openRead(entry.path());
        FileHandle out = fileSystem.create(target)) {
      long position = 0;
      while (true) {
        buffer.clear();
        int read = in.read(buffer, position);
        if (read == 0) {
          break;
        }
        out.write(buffer.flip(), position);
        position += read;
      }
      out.sync();
    }
    fileSystem.setLastModifiedMs(target, entry.lastModifiedMs());
  }
}
