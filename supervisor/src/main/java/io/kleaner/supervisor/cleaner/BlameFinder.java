// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cleaner;

import io.kleaner.core.io.FileSystem;
import io.kleaner.core.io.InsufficientSpaceException;
import java.io.IOException;
import java.util.Locale;

/**
 * Tells a disk without room from a partition that fails: the one is nobody's fault and over when
 * there is room again. Stateless; thread-safe.
 */
final class BlameFinder {

  /** With less than this on the disk, whatever failed likely failed for that. */
  private static final long NO_ROOM_BYTES = 1024 * 1024;

  private final FileSystem disk;

  BlameFinder(FileSystem disk) {
    this.disk = disk;
  }

  /** Whose doing it is that work on a partition failed. */
  Cause of(Throwable failure, PartitionId id) {
    for (Throwable each = failure; each != null; each = each.getCause()) {
      if (each instanceof InsufficientSpaceException
          || (each instanceof IOException && saysNoRoom(String.valueOf(each.getMessage())))) {
        return Cause.SURROUNDINGS;
      }
    }
    return failure instanceof IOException && hasNoRoom(id) ? Cause.SURROUNDINGS : Cause.FAILED;
  }

  /** As the C library says it where nothing is translated; where it is, the free bytes tell. */
  private static boolean saysNoRoom(String message) {
    String lower = message.toLowerCase(Locale.ROOT);
    return lower.contains("no space left on device") || lower.contains("disk quota exceeded");
  }

  private boolean hasNoRoom(PartitionId id) {
    try {
      return disk.usableBytes(id.logDir()) < NO_ROOM_BYTES;
    } catch (IOException unknown) {
      return false;
    }
  }
}
