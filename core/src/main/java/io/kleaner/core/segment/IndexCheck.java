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
import java.util.OptionalLong;

/**
 * Whether a segment's offset and time index can be what they should be, from the indexes alone:
 * whole entries that ascend and point into the log. Stateless; thread-safe.
 */
public final class IndexCheck {

  private final FileSystem fileSystem;

  /**
   * Something that is wrong with an index.
   *
   * @param kind which of the two
   * @param position of the entry in the file; of a file that is cut short, where its last whole
   *     entry ends; empty if it is missing
   * @param text what is wrong, with the file's name
   */
  public record Problem(Kind kind, OptionalLong position, String text) {}

  /**
   * @param fileSystem where the segments are
   */
  public IndexCheck(FileSystem fileSystem) {
    this.fileSystem = fileSystem;
  }

  /** What is wrong with a segment's indexes; empty if nothing is. */
  public Optional<Problem> problem(Segment segment) throws IOException {
    Optional<Problem> problem = offsetIndex(segment);
    return problem.isPresent() ? problem : timeIndex(segment);
  }

  private Optional<Problem> offsetIndex(Segment segment) throws IOException {
    Path path = segment.file(Kind.OFFSET_INDEX);
    Optional<Problem> shape = shape(Kind.OFFSET_INDEX, path, SegmentWriter.OFFSET_ENTRY_BYTES);
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
        return Optional.of(restIsZero(Kind.OFFSET_INDEX, index, path, at));
      }
      if (offset <= previousOffset || position <= previousPosition) {
        return problem(
            Kind.OFFSET_INDEX, at, path.getFileName() + " does not ascend at byte " + at);
      }
      if (position >= segment.logBytes()) {
        return problem(
            Kind.OFFSET_INDEX,
            at,
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

  private Optional<Problem> timeIndex(Segment segment) throws IOException {
    Path path = segment.file(Kind.TIME_INDEX);
    Optional<Problem> shape = shape(Kind.TIME_INDEX, path, SegmentWriter.TIME_ENTRY_BYTES);
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
        return Optional.of(restIsZero(Kind.TIME_INDEX, index, path, at));
      }
      if (timestamp <= previousTimestamp || offset < previousOffset) {
        return problem(Kind.TIME_INDEX, at, path.getFileName() + " does not ascend at byte " + at);
      }
      previousTimestamp = timestamp;
      previousOffset = offset;
    }
    return Optional.empty();
  }

  private Optional<Problem> shape(Kind kind, Path path, int entryBytes) throws IOException {
    Optional<FileEntry> entry = fileSystem.stat(path);
    if (entry.isEmpty()) {
      String text = path.getFileName() + " is missing";
      return Optional.of(new Problem(kind, OptionalLong.empty(), text));
    }
    if (entry.get().sizeBytes() % entryBytes != 0) {
      return problem(
          kind,
          entry.get().sizeBytes() / entryBytes * entryBytes,
          path.getFileName()
              + " has "
              + entry.get().sizeBytes()
              + " bytes, not a whole number of entries of "
              + entryBytes);
    }
    return Optional.empty();
  }

  private static Problem restIsZero(Kind kind, ByteBuffer index, Path path, int from) {
    while (index.hasRemaining()) {
      int at = index.position();
      if (index.get() != 0) {
        String text = path.getFileName() + " has entries after empty ones, at byte " + at;
        return new Problem(kind, OptionalLong.of(at), text);
      }
    }
    return new Problem(kind, OptionalLong.of(from), path.getFileName() + " ends in empty entries");
  }

  private static Optional<Problem> problem(Kind kind, long position, String text) {
    return Optional.of(new Problem(kind, OptionalLong.of(position), text));
  }
}
