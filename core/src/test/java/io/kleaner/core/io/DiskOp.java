// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.io;

import java.nio.ByteBuffer;
import java.nio.file.Path;

/** One change that was asked of a {@link CrashableFileSystem}; a file is known by its number. */
public sealed interface DiskOp {

  /** A name for a new, empty file. */
  record Create(Path path, int file) implements DiskOp {}

  /** Bytes at a position. */
  record Write(int file, long position, ByteBuffer bytes) implements DiskOp {}

  /** A shorter length. */
  record Truncate(int file, long sizeBytes) implements DiskOp {}

  /** All bytes of a file made durable. */
  record Sync(int file) implements DiskOp {}

  /** Another name, over what may stand there. */
  record Rename(Path from, Path to) implements DiskOp {}

  /** A rename of a file known by its number, whatever name it has on the disk. */
  record Linked(Rename rename, int file) implements DiskOp {}

  /** A name taken away. */
  record Delete(Path path) implements DiskOp {}

  /** All names in a directory made durable. */
  record SyncDir(Path dir) implements DiskOp {}

  /** A modification time. */
  record Touch(int file, long lastModifiedMs) implements DiskOp {}
}
