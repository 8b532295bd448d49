// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import io.kleaner.core.compact.CleanOptions;
import io.kleaner.core.io.FileEntry;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.logdir.UnusableDirectoryException;
import io.kleaner.supervisor.cleaner.CleanerOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * Gives the service a directory of its own below the one that was named for spills, so that what a
 * killed process left there can be told from what another one needs, and goes at the next start.
 */
final class SpillRoom {

  private static final String PREFIX = "kleaner-";
  private static final String SUFFIX = ".spill";

  private final FileSystem fileSystem;
  private final StateDir state;

  /**
   * @param state whose lock says that no other process uses the same room
   */
  SpillRoom(FileSystem fileSystem, StateDir state) {
    this.fileSystem = fileSystem;
    this.state = state;
  }

  /**
   * Makes the room, and removes what an earlier process of the same state directory left in it.
   *
   * @param logDirs none of which it may lie in
   */
  CleanerOptions prepare(CleanerOptions options, List<Path> logDirs) throws IOException {
    Optional<Path> named = options.clean().spillDir();
    if (named.isEmpty() || !state.journal().isDurable()) {
      return options;
    }
    Path base = named.get().toAbsolutePath().normalize();
    for (Path logDir : logDirs) {
      if (base.startsWith(logDir)) {
        throw new UnusableDirectoryException(
            "the spill directory "
                + base
                + " lies in the log directory "
                + logDir
                + ", where a broker would refuse to start; nothing was changed.",
            "Name another with spill.dir, or none: then spills lie beside the segments.");
      }
    }
    Path room = base.resolve(PREFIX + "serve-" + ownName());
    fileSystem.createDirectories(room);
    for (FileEntry entry : fileSystem.list(room)) {
      String name = entry.name();
      if (entry.isFile() && name.startsWith(PREFIX) && name.endsWith(SUFFIX)) {
        fileSystem.delete(entry.path());
      }
    }
    CleanOptions clean = options.clean();
    return options.with(
        new CleanOptions(
            clean.memoryBytes(),
            Optional.of(room),
            clean.verify(),
            clean.dryRun(),
            clean.reshaping()));
  }

  private String ownName() {
    CRC32C crc = new CRC32C();
    crc.update(state.dir().toString().getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().toHexDigits((int) crc.getValue());
  }
}
