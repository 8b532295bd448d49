// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** Finds out which process holds a lock file, where the operating system tells. */
public final class LockHolder {

  private static final Path LOCKS = Path.of("/proc/locks");
  private static final int PID_FIELD = 4;
  private static final int FILE_FIELD = 5;

  private LockHolder() {}

  /** The holder's process id; empty if it cannot be known. Never fails. */
  public static OptionalLong pidOf(Path lockFile) {
    try {
      String inode = String.valueOf(Files.getAttribute(lockFile, "unix:ino"));
      for (String line : Files.readAllLines(LOCKS)) {
        // 1: POSIX  ADVISORY  WRITE 4711 fe:00:123456 0 EOF
        String[] fields = line.strip().split("\\s+");
        if (fields.length > FILE_FIELD && fields[FILE_FIELD].endsWith(":" + inode)) {
          return OptionalLong.of(Long.parseLong(fields[PID_FIELD]));
        }
      }
    } catch (IOException | RuntimeException e) {
      return OptionalLong.empty();
    }
    return OptionalLong.empty();
  }
}
