// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.io;

import java.io.Closeable;
import java.io.IOException;

/**
 * A held lock file. Closing it gives the lock back and, if taking it created the file, deletes the
 * file while the lock is still held; a file that has taken its name meanwhile is another's and
 * stays.
 *
 * <p>Closing any other channel on the same file would drop the POSIX lock, so nothing else in the
 * process may open it.
 */
public interface FileLease extends Closeable {

  /** Whether taking the lock created the file. */
  boolean created();

  /**
   * Whether the file that is locked still is the one of that name. It is not once it was deleted,
   * or its directory was moved away, unmounted, or replaced by another: then whoever comes by the
   * name locks another file, and the lock keeps nobody out.
   *
   * @throws IOException if that cannot be told now
   */
  boolean isStillThere() throws IOException;

  @Override
  void close() throws IOException;
}
