// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.io;

import java.nio.file.Path;
import java.util.Optional;

/**
 * One name in a directory, as it was when it was looked at.
 *
 * @param path the full path
 * @param kind what it is; a symbolic link is never followed
 * @param sizeBytes length in bytes; 0 for anything but a regular file
 * @param lastModifiedMs modification time in milliseconds since the epoch
 * @param key tells it from another that takes its name; empty where the disk's format knows none
 */
public record FileEntry(
    Path path, Kind kind, long sizeBytes, long lastModifiedMs, Optional<Object> key) {

  /** What a name stands for. */
  public enum Kind {
    FILE,
    DIRECTORY,
    SYMLINK,
    OTHER
  }

  /** One without a key. */
  public FileEntry(Path path, Kind kind, long sizeBytes, long lastModifiedMs) {
    this(path, kind, sizeBytes, lastModifiedMs, Optional.empty());
  }

  /** The last name of the path. */
  public String name() {
    return path.getFileName().toString();
  }

  public boolean isFile() {
    return kind == Kind.FILE;
  }

  public boolean isDirectory() {
    return kind == Kind.DIRECTORY;
  }
}
