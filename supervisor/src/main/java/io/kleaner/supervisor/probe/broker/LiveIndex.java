// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import io.kleaner.core.io.FileHandle;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.segment.Segment;
import io.kleaner.core.segment.SegmentFileName.Kind;
import io.kleaner.core.segment.SegmentWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Reads index files that a broker writes to now: that of an active segment is as long as it may
 * ever get, and zeros follow its last entry. Stateless.
 */
final class LiveIndex {

  private LiveIndex() {}

  /**
   * The last entry that is not zeros.
   *
   * @param entryBytes length of an entry
   * @return empty if there is none, or no such file
   */
  static Optional<ByteBuffer> last(FileSystem fileSystem, Path index, int entryBytes)
      throws IOException {
    try (FileHandle file = fileSystem.openRead(index)) {
      long count = count(file, entryBytes);
      return count == 0 ? Optional.empty() : Optional.of(entry(file, count - 1, entryBytes));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /**
   * Byte position of a batch of a sealed segment that begins below an offset, not far below; 0 if
   * the index knows none.
   */
  static long positionBelow(FileSystem fileSystem, Segment segment, long offset)
      throws IOException {
    try (FileHandle file = fileSystem.openRead(segment.file(Kind.OFFSET_INDEX))) {
      long low = 0;
      long high = count(file, SegmentWriter.OFFSET_ENTRY_BYTES);
      // All entries before low are of batches that end below the offset, those from high on aren't.
      while (low < high) {
        long middle = (low + high) >>> 1;
        ByteBuffer entry = entry(file, middle, SegmentWriter.OFFSET_ENTRY_BYTES);
        if (segment.baseOffset() + entry.getInt(0) < offset) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      int position =
          low == 0
              ? 0
              : entry(file, low - 1, SegmentWriter.OFFSET_ENTRY_BYTES).getInt(Integer.BYTES);
      return position < 0 || position >= segment.logBytes() ? 0 : position;
    } catch (NoSuchFileException e) {
      return 0;
    }
  }

  /** How many entries there are before zeros begin, found by halving. */
  static long count(FileHandle index, int entryBytes) throws IOException {
    long low = 0;
    long high = index.size() / entryBytes;
    // All entries below low are written, those from high on are not.
    while (low < high) {
      long middle = (low + high) >>> 1;
      if (isZeros(entry(index, middle, entryBytes))) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  /** One entry. */
  static ByteBuffer entry(FileHandle index, long number, int entryBytes) throws IOException {
    ByteBuffer entry = ByteBuffer.allocate(entryBytes);
    index.read(entry, number * entryBytes);
    return entry.rewind();
  }

  private static boolean isZeros(ByteBuffer entry) {
    for (int i = 0; i < entry.limit(); i++) {
      if (entry.get(i) != 0) {
        return false;
      }
    }
    return true;
  }
}
