// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cleaner;

import io.kleaner.core.compact.LostDirectoryException;
import java.io.IOException;

/** The right to work in a log directory: its lock, as long as it keeps others out. Thread-safe. */
public interface DirHold {

  /**
   * Goes on only in a directory that was not given up; costs nothing.
   *
   * @throws LostDirectoryException if it was
   */
  void requireOpen() throws LostDirectoryException;

  /**
   * Goes on only while the lock keeps others out; asks the disk.
   *
   * @throws LostDirectoryException if it does not any more, or if the directory was given up
   * @throws IOException if that cannot be told now
   */
  void requireHeld() throws IOException;
}
