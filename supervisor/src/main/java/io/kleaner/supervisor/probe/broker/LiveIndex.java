// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import io.kleaner.core.io.FileHandle;
import io.kleaner.core.io.FileSystem;
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
