// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import io.kleaner.core.io.FileSystem;
import io.kleaner.core.keymap.SpillOwner;
import io.kleaner.supervisor.cleaner.CleanerOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The service's share of the directory that was named for spills, which others may use too. What a
 * killed process left there goes when it is taken; what this one leaves, when the next is.
 */
final class SpillRoom implements AutoCloseable {

  private final CleanerOptions options;
  private final Optional<SpillOwner> owner;

  private SpillRoom(CleanerOptions options, Optional<SpillOwner> owner) {
    this.options = options;
    this.owner = owner;
  }

  /**
   * Takes it.
   *
   * @param logDirs none of which it may lie in
   */
  static SpillRoom take(FileSystem fileSystem, CleanerOptions options, List<Path> logDirs)
      throws IOException {
    if (options.clean().spill().isEmpty()) {
      return new SpillRoom(options, Optional.empty());
    }
    Path dir = options.clean().spill().get().dir().toAbsolutePath().normalize();
    OwnPlace place = OwnPlace.outside(fileSystem, logDirs);
    place.require(dir, OwnPlace.Use.SPILLS);
    fileSystem.createDirectories(dir);
    place.require(dir, OwnPlace.Use.SPILLS);
    SpillOwner owner = SpillOwner.take(fileSystem, dir);
    return new SpillRoom(
        options.with(options.clean().withSpill(owner.place())), Optional.of(owner));
  }

  /** What was asked for, with where to spill. */
  CleanerOptions options() {
    return options;
  }

  @Override
  public void close() throws IOException {
    if (owner.isPresent()) {
      owner.get().close();
    }
  }
}
