// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import io.kleaner.core.io.FileEntry;
import io.kleaner.core.io.FileHandle;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.segment.Segment;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;

/**
 * The log of a segment that is no longer appended to, open for reading: the very file that was
 * listed, not one that a clean has put in its place since. Such a file never changes, so what was
 * read of it holds as long as its name stands for the same one.
 */
final class SealedLog implements Closeable {

  private final Segment segment;
  private final FileHandle file;
  private final Identity identity;

  private SealedLog(Segment segment, FileHandle file, Identity identity) {
    this.segment = segment;
    this.file = file;
    this.identity = identity;
  }

  /**
   * What tells a file from another that takes its name. A clean gives what it writes the old
   * modification time, and seldom the old size.
   */
  record Identity(Optional<Object> key, long sizeBytes, long lastModifiedMs) {

    private static Identity of(FileEntry entry) {
      return new Identity(entry.key(), entry.sizeBytes(), entry.lastModifiedMs());
    }

    /** Whether it may be the file that was listed so; a listing has no key. */
    boolean mayBe(Segment listed) {
      return sizeBytes == listed.logBytes() && lastModifiedMs == listed.lastModifiedMs();
    }
  }

  /**
   * Opens it.
   *
   * @param segment as it was listed
   * @throws IOException if it cannot be opened, or is another than the one that was listed
   */
  static SealedLog open(FileSystem fileSystem, Segment segment) throws IOException {
    Identity before = identity(fileSystem, segment);
    FileHandle file = fileSystem.openRead(segment.logFile());
    try {
      if (!before.mayBe(segment) || !before.equals(identity(fileSystem, segment))) {
        throw new IOException(segment.logFile() + " was replaced while it was looked at");
      }
      return new SealedLog(segment, file, before);
    } catch (IOException | RuntimeException e) {
      try (file) {
        throw e;
      }
    }
  }

  private static Identity identity(FileSystem fileSystem, Segment segment) throws IOException {
    return Identity.of(
        fileSystem
            .stat(segment.logFile())
            .orElseThrow(() -> new NoSuchFileException(segment.logFile().toString())));
  }

  Segment segment() {
    return segment;
  }

  FileHandle file() {
    return file;
  }

  Identity identity() {
    return identity;
  }

  /** Its file name. */
  String name() {
    return segment.logFile().getFileName().toString();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
