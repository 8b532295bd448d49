// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.io;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * An open file with positional reads and writes.
 *
 * <p>Owned by one worker, but for writes at different places, which several may make at the same
 * time: those of one output. An interrupt of a thread inside a call closes the file underneath, so
 * what is read is read through a handle of its own.
 */
public interface FileHandle extends Closeable {

  /**
   * Reads until the buffer is full or the file ends.
   *
   * @return the number of bytes read, 0 at the end of the file (never -1)
   */
  int read(ByteBuffer target, long position) throws IOException;

  /** Writes all remaining bytes of the buffer at a position, extending the file as needed. */
  void write(ByteBuffer source, long position) throws IOException;

  /** Current length in bytes. */
  long size() throws IOException;

  /** Cuts the file to a length in bytes that is not above its size. */
  void truncate(long sizeBytes) throws IOException;

  /** Makes the file's bytes and length durable. */
  void sync() throws IOException;

  /**
   * Lets what was written so far become durable while more is written, so that {@link #sync} has
   * less to wait for. It promises nothing, and tells nothing: what goes wrong is told by {@code
   * sync}.
   */
  default void syncSoon() {}

  @Override
  void close() throws IOException;
}
