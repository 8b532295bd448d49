// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDirFactory;

/**
 * Temporary directories in memory where the machine has room for them there, for tests that create
 * and delete files by the hundred thousand, and prove nothing about a disk, as the loss of power is
 * played on a double. Elsewhere they are where all others are.
 */
public final class MemoryDir implements TempDirFactory {

  private static final Path IN_MEMORY = Path.of("/dev/shm");
  private static final long ROOM_BYTES = 2L << 30;

  @Override
  public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext context)
      throws IOException {
    return isRoomy()
        ? Files.createTempDirectory(IN_MEMORY, "kleaner-")
        : Files.createTempDirectory("kleaner-");
  }

  private static boolean isRoomy() {
    try {
      return Files.isWritable(IN_MEMORY)
          && Files.getFileStore(IN_MEMORY).getUsableSpace() >= ROOM_BYTES;
    } catch (IOException e) {
      return false;
    }
  }
}
