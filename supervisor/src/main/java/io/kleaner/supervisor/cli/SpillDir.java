// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import io.kleaner.core.io.FileSystem;
import io.kleaner.core.io.IoProblem;
import io.kleaner.core.keymap.SpillOwner;
import io.kleaner.core.keymap.SpillPlace;
import io.kleaner.core.logdir.UnusableDirectoryException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Where one command spills keys that have no room in memory, until it is closed. */
final class SpillDir implements AutoCloseable {

  private final Optional<SpillOwner> owner;

  private SpillDir(Optional<SpillOwner> owner) {
    this.owner = owner;
  }

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

  /** The partition directory: each clean recovers its own. */
  static SpillDir beside() {
    return new SpillDir(Optional.empty());
  }

  /** A directory that others may use too; what killed runs left in it is removed, and told. */
  static SpillDir take(FileSystem fileSystem, Path dir, Terminal terminal) throws IOException {
    SpillOwner owner;
    try {
      owner = SpillOwner.take(fileSystem, dir);
    } catch (IOException e) {
      throw new UnusableDirectoryException(
          dir
              + " cannot be used for spilled keys: "
              + IoProblem.of(e).text()
              + "; nothing was changed.",
          "Name another directory with --spill-dir.");
    }
    tell(owner.removed(), dir, terminal);
    return new SpillDir(Optional.of(owner));
  }

  /** Says how many files of killed runs were removed, if any. */
  static void tell(int removed, Path dir, Terminal terminal) {
    if (removed > 0) {
      terminal.problem(
          "kleaner: removed "
              + removed
              + (removed == 1 ? " spill file" : " spill files")
              + " that a killed run had left in "
              + dir);
    }
  }

  /** The system's directory for temporary files. */
  static Path ofSystem() {
    return Path.of(System.getProperty("java.io.tmpdir"));
  }

  /** Where to spill; empty for the partition directory. */
  Optional<SpillPlace> place() {
    return owner.map(SpillOwner::place);
  }

  @Override
  public void close() throws IOException {
    if (owner.isPresent()) {
      owner.get().close();
    }
  }
}
