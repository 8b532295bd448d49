// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import io.kleaner.core.io.FileSystem;
import io.kleaner.core.logdir.UnusableDirectoryException;
import io.kleaner.supervisor.service.OwnPlace;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Where commands keep what has to outlive them. */
final class StateHome {

  private StateHome() {}

  /** {@code $XDG_STATE_HOME/kleaner}, else {@code ~/.local/state/kleaner}. */
  static Path byDefault() {
    return Optional.ofNullable(System.getenv("XDG_STATE_HOME"))
        .filter(text -> !text.isEmpty())
        .map(Path::of)
        .orElse(Path.of(System.getProperty("user.home"), ".local", "state"))
        .resolve("kleaner");
  }

  /**
   * Opens a state directory, and makes it if it is missing.
   *
   * @param logDirs none of which it may lie in
   */
  static Path open(FileSystem fileSystem, Path named, List<Path> logDirs) throws IOException {
    Path dir = named.toAbsolutePath().normalize();
    OwnPlace place = OwnPlace.outside(fileSystem, logDirs);
    try {
      place.require(dir, OwnPlace.Use.STATE);
      fileSystem.createDirectories(dir);
      dir = fileSystem.realPath(dir);
      place.require(dir, OwnPlace.Use.STATE);
    } catch (UnusableDirectoryException e) {
      throw e;
    } catch (IOException e) {
      throw new UnusableDirectoryException(
          OwnPlace.Use.STATE.text()
              + " "
              + dir
              + " cannot be made: "
              + e
              + "; without it no setting is changed, for a crash would leave it changed.",
          OwnPlace.Use.STATE.nextStep());
    }
    return dir;
  }
}
