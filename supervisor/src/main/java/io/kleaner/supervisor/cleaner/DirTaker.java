// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cleaner;

import java.io.IOException;
import java.nio.file.Path;

/** Takes log directories for the service: locks them, and looks where their settings are. */
@FunctionalInterface
public interface DirTaker {

  /**
   * Takes one, and puts it among those that are served.
   *
   * @throws IOException if it cannot be taken now; nothing was changed
   */
  ServedDir take(Path named) throws IOException;
}
