// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import java.nio.file.Path;
import java.util.Optional;

/** Where keys are spilled that have no room in memory. */
final class SpillDir {

  private SpillDir() {}

  /**
   * The directory for a run.
   *
   * @param named by the user, or null
   * @param readOnly whether the run must not write into partition directories
   * @return empty for the partition directory
   */
  static Optional<Path> of(Path named, boolean readOnly) {
    if (named != null) {
      return Optional.of(named);
    }
    return readOnly ? Optional.of(Path.of(System.getProperty("java.io.tmpdir"))) : Optional.empty();
  }
}
