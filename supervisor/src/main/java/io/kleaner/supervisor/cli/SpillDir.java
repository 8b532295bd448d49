// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import io.kleaner.core.io.FileSystem;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Where keys are spilled that have no room in memory. */
final class SpillDir {

  private SpillDir() {}

  /**
   * Finds a mistyped directory before the work, not when memory runs out in the middle of it.
   *
   * @param named by the user, or null
   */
  static void requireDirectory(FileSystem fileSystem, Path named, CommandSpec spec) {
    if (named != null && !fileSystem.isWritable(named)) {
      throw new ParameterException(
          spec.commandLine(), "--spill-dir: " + named + " is no directory that can be written to");
    }
  }

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
