// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cleaner;

import io.kleaner.core.logdir.LogDir;
import io.kleaner.core.logdir.UnusableDirectoryException;
import java.io.IOException;
import java.nio.file.Path;

/** Takes log directories for the service: locks them, and looks where their settings are. */
public interface DirTaker {

  /**
   * Takes one, and puts it among those that are served.
   *
   * @throws IOException if it cannot be taken now; nothing was changed
   */
  ServedDir take(Path named) throws IOException;

  /**
   * Whether one that is served still may be.
   *
   * @param logDir as it was read now
   * @throws UnusableDirectoryException if not: a broker may own it by now
   */
  void requireAllowed(LogDir logDir) throws UnusableDirectoryException;

  /**
   * Gives one up, with its lock.
   *
   * @return whether it was served until now
   */
  boolean giveUp(Path logDir, DirHold hold);
}
