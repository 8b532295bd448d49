// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.segment;

import io.kleaner.core.io.FileEntry;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.io.SmallFile;
import io.kleaner.core.segment.SegmentFileName.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Whether a segment's offset and time index can be what they should be, from the indexes alone:
 * whole entries that ascend and point into the log. Stateless; thread-safe.
 */
public final class IndexCheck {

  private final FileSystem fileSystem;

  /**
   * @param fileSystem where the segments are
   */
  public IndexCheck(FileSystem fileSystem) {
    this.fileSystem = fileSystem;
  }

  /** What is wrong with a segment's indexes; empty if nothing is. */
  public Optional<String> problem(Segment segment) throws IOException {
    Optional<String> problem = offsetIndex(segment);
    return problem.isPresent() ? problem : timeIndex(segment);
  }

  private Optional<String> offsetIndex(Segment segment) throws IOException {
    Path path = segment.file(Kind.OFFSET_INDEX);
    Optional<String> shape = shape(path, SegmentWriter.OFFSET_ENTRY_BYTES);
    if (shape.isPresent()) {
      return shape;
    }
    ByteBuffer index = SmallFile.bytes(fileSystem, path);
    int previousOffset = -1;
    int previousPosition = -1;
    while (index.hasRemaining()) {
      int at = index.position();
      int offset = index.getInt();
      int position = index.getInt();
      if (offset == 0 && position == 0 && at > 0) {
        // The preallocated rest of an active segment's index.
        return restIsZero(index, path);
      }
      if (offset <= previousOffset || position <= previousPosition) {
        return Optional.of(path.getFileName() + " does not ascend at byte " + at);
      }
      if (position >= segment.logBytes()) {
        return Optional.of(
            path.getFileName()
                + " points to byte "
                + position
                + " of a log of "
                + segment.logBytes()
                + " bytes");
      }
      previousOffset = offset;
      previousPosition = position;
    }
    return Optional.empty();
  }

  private Optional<String> timeIndex(Segment segment) throws IOException {
    Path path = segment.file(Kind.TIME_INDEX);
    Optional<String> shape = shape(path, SegmentWriter.TIME_ENTRY_BYTES);
    if (shape.isPresent()) {
      return shape;
    }
    ByteBuffer index = SmallFile.bytes(fileSystem, path);
    long previousTimestamp = -1;
    int previousOffset = -1;
    while (index.hasRemaining()) {
      int at = index.position();
      long timestamp = index.getLong();
      int offset = index.getInt();
      if (timestamp == 0 && offset == 0 && at > 0) {
        return restIsZero(index, path);
      }
      if (timestamp <= previousTimestamp || offset < previousOffset) {
        return Optional.of(path.getFileName() + " does not ascend at byte " + at);
      }
      previousTimestamp = timestamp;
      previousOffset = offset;
    }
    return Optional.empty();
  }

  private Optional<String> shape(Path path, int entryBytes) throws IOException {
    Optional<FileEntry> entry = fileSystem.stat(path);
    if (entry.isEmpty()) {
      return Optional.of(path.getFileName() + " is missing");
    }
    if (entry.get().sizeBytes() % entryBytes != 0) {
      return Optional.of(
          path.getFileName()
              + " has "
              + entry.get().sizeBytes()
              + " bytes, not a whole number of entries of "
              + entryBytes);
    }
    return Optional.empty();
  }

  private static Optional<String> restIsZero(ByteBuffer index, Path path) {
    while (index.hasRemaining()) {
      int at = index.position();
      if (index.get() != 0) {
        return Optional.of(path.getFileName() + " has entries after empty ones, at byte " + at);
      }
    }
    return Optional.of(path.getFileName() + " ends in empty entries");
  }
}
