// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.io;

import java.io.Closeable;
import java.io.IOException;

/**
 * A held lock file. Closing it gives the lock back and, if taking it created the file, deletes the
 * file while the lock is still held.
 *
 * <p>Closing any other channel on the same file would drop the POSIX lock, so nothing else in the
 * process may open it.
 */
public interface FileLease extends Closeable {

  /** Whether taking the lock created the file. */
  boolean created();

  @Override
  void close() throws IOException;
}
