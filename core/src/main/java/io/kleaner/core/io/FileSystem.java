// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.io;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The seam between Kleaner and a disk: every file operation of the engine goes through it, so that
 * a test can fail, count or forget any one of them.
 *
 * <p>An operation that returns normally has been handed to the operating system, not to the disk:
 * bytes are durable after {@link FileHandle#sync()}, names after {@link #syncDir(Path)}.
 *
 * <p>Implementations are thread-safe. Every method throws {@link IOException} with the path in its
 * message and leaves the file as it was, unless it says otherwise.
 */
public interface FileSystem {

  /**
   * Opens an existing regular file, or a link to one, for positional reads.
   *
   * @throws java.nio.file.FileSystemException if it is of another kind: a pipe could not even be
   *     opened without waiting for its writer
   */
  FileHandle openRead(Path file) throws IOException;

  /** Opens an existing regular file for positional reads and writes. */
  FileHandle openWrite(Path file) throws IOException;

  /**
   * Creates a file that must not exist and opens it for reads and writes.
   *
   * @throws java.nio.file.FileAlreadyExistsException if the name is taken
   */
  FileHandle create(Path file) throws IOException;

  /**
   * Like {@link #create}, and nobody but this process's user can read it, where the file system
   * knows users: for secrets.
   */
  default FileHandle createPrivate(Path file) throws IOException {
    return create(file);
  }

  /** Renames a file atomically, replacing {@code to} if it exists; both lie in one directory. */
  void rename(Path from, Path to) throws IOException;

  /**
   * Deletes a file.
   *
   * @return false if there was none
   */
  boolean delete(Path file) throws IOException;

  /** Creates a directory and the missing ones above it; used only outside log directories. */
  void createDirectories(Path dir) throws IOException;

  /** Makes the names in a directory durable: creations, renames and deletions before this call. */
  void syncDir(Path dir) throws IOException;

  /** The entries of a directory in the order of their names, symbolic links not followed. */
  List<FileEntry> list(Path dir) throws IOException;

  /** The names in a directory, in no order: for whoever looks often and needs no more of them. */
  default Set<String> names(Path dir) throws IOException {
    Set<String> names = new HashSet<>();
    list(dir).forEach(entry -> names.add(entry.name()));
    return names;
  }

  /** What a path names, a symbolic link not followed; empty if nothing is there. */
  Optional<FileEntry> stat(Path path) throws IOException;

  /** The path with every symbolic link in it resolved. */
  Path realPath(Path path) throws IOException;

  /** Sets the modification time, in milliseconds since the epoch. */
  void setLastModifiedMs(Path file, long lastModifiedMs) throws IOException;

  /**
   * Gives {@code to} the owner, group and mode of {@code from}.
   *
   * @throws IOException if one of them cannot be set; the others may have been
   */
  void copyOwnership(Path from, Path to) throws IOException;

  /** Whether this process can create and delete files in the directory. */
  boolean isWritable(Path path);

  /** Usable bytes on the file store that holds the path. */
  long usableBytes(Path path) throws IOException;

  /**
   * Tells the file store that holds the path from others: paths whose answers are equal share it.
   */
  Object storeOf(Path path) throws IOException;

  /**
   * Takes the exclusive lock that a Kafka broker takes on a log directory's {@code .lock} file,
   * creating the file if it is missing. Never waits.
   *
   * @return empty if another process, or another user of this file system, holds it
   */
  Optional<FileLease> tryLock(Path lockFile) throws IOException;
}
