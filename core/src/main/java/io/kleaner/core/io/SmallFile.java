// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Reads a small file whole: checkpoints, indexes, snapshots. */
public final class SmallFile {

  private SmallFile() {}

  /** Its bytes, from position 0 to the limit. */
  public static ByteBuffer bytes(FileSystem fileSystem, Path path) throws IOException {
    try (FileHandle file = fileSystem.openRead(path)) {
      long size = file.size();
      if (size > Integer.MAX_VALUE - 8) {
        throw new IOException(path + " has " + size + " bytes, far more than such a file has");
      }
      ByteBuffer content = ByteBuffer.allocate((int) size);
      file.read(content, 0);
      return content.flip();
    }
  }

  /** Its text, UTF-8. */
  public static String text(FileSystem fileSystem, Path path) throws IOException {
    return StandardCharsets.UTF_8.decode(bytes(fileSystem, path)).toString();
  }
}
