// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/** Finds out which process holds a lock file, where the operating system tells. */
public final class LockHolder {

  private static final Path LOCKS = Path.of("/proc/locks");
  private static final int PID_FIELD = 4;
  private static final int FILE_FIELD = 5;

  private LockHolder() {}

  /**
   * The holder's process id. Never fails.
   *
   * @return empty if it cannot be known, as where a file has another device than its locks (btrfs)
   */
  public static OptionalLong pidOf(Path lockFile) {
    try {
      long device = (long) Files.getAttribute(lockFile, "unix:dev");
      long inode = (long) Files.getAttribute(lockFile, "unix:ino");
      return pidOf(device, inode, Files.readAllLines(LOCKS));
    } catch (IOException | RuntimeException e) {
      return OptionalLong.empty();
    }
  }

  /**
   * The process that one of the system's locks belongs to.
   *
   * @param device of the file, as the system encodes it
   * @param inode of the file, which one of another device may have too
   * @param locks lines such as {@code 1: POSIX ADVISORY WRITE 4711 fe:00:123456 0 EOF}
   */
  static OptionalLong pidOf(long device, long inode, List<String> locks) {
    String file = String.format(Locale.ROOT, "%02x:%02x:%d", major(device), minor(device), inode);
    for (String line : locks) {
      String[] fields = line.strip().split("\\s+");
      if (fields.length > FILE_FIELD && fields[FILE_FIELD].equals(file)) {
        return OptionalLong.of(Long.parseLong(fields[PID_FIELD]));
      }
    }
    return OptionalLong.empty();
  }

  private static long major(long device) {
    return (device >>> 8 & 0xfff) | (device >>> 32 & ~0xfffL);
  }

  private static long minor(long device) {
    return (device & 0xff) | (device >>> 12 & 0xffffff00L);
  }
}
