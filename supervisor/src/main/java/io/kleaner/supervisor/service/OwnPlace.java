// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import io.kleaner.core.io.FileSystem;
import io.kleaner.core.logdir.UnusableDirectoryException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Where directories of ours may lie: never inside a log directory, by whatever links the two were
 * named. A broker refuses to start on a log directory that holds what it does not know. Immutable.
 */
public final class OwnPlace {

  private final FileSystem fileSystem;
  private final List<Path> logDirs;

  private OwnPlace(FileSystem fileSystem, List<Path> logDirs) {
    this.fileSystem = fileSystem;
    this.logDirs = logDirs;
  }

  /**
   * Anywhere but in log directories.
   *
   * @param logDirs as they were named, or as they are
   */
  public static OwnPlace outside(FileSystem fileSystem, List<Path> logDirs) {
    List<Path> forbidden = new ArrayList<>();
    for (Path logDir : logDirs) {
      Path absolute = logDir.toAbsolutePath().normalize();
      forbidden.add(absolute);
      try {
        forbidden.add(resolved(fileSystem, absolute));
      } catch (IOException unknown) {
        // Where its links lead to cannot be told: its name is all there is to compare.
      }
    }
    return new OwnPlace(fileSystem, forbidden);
  }

  /**
   * Makes sure that a directory, which need not be there yet, lies elsewhere; to be asked again
   * once it is made.
   *
   * @param what it is, such as "the state directory"
   * @param nextStep how to name another
   * @throws UnusableDirectoryException if it lies in a log directory
   * @throws IOException if it cannot be told where its links lead to
   */
  public void require(Path dir, String what, String nextStep) throws IOException {
    Path absolute = dir.toAbsolutePath().normalize();
    requireNamed(absolute, what, nextStep);
    requireNamed(resolved(fileSystem, absolute), what, nextStep);
  }

  private void requireNamed(Path dir, String what, String nextStep)
      throws UnusableDirectoryException {
    for (Path logDir : logDirs) {
      if (dir.startsWith(logDir)) {
        throw new UnusableDirectoryException(
            what
                + " "
                + dir
                + " lies in the log directory "
                + logDir
                + ", where a broker would refuse to start; nothing was changed.",
            nextStep);
      }
    }
  }

  /** Where it will be once it is made: links above it are followed now. */
  private static Path resolved(FileSystem fileSystem, Path dir) throws IOException {
    for (Path above = dir; above != null; above = above.getParent()) {
      if (fileSystem.stat(above).isPresent()) {
        return fileSystem.realPath(above).resolve(above.relativize(dir)).normalize();
      }
    }
    return dir;
  }
}
