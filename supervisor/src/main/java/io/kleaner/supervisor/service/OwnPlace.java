// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import io.kleaner.core.io.FileSystem;
import io.kleaner.core.logdir.UnusableDirectoryException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where directories of ours may lie: never inside a log directory, by whatever links the two were
 * named. A broker refuses to start on a log directory that holds what it does not know. Immutable.
 */
public final class OwnPlace {

  /** What a directory of ours is for. */
  public enum Use {
    STATE("the state directory", "Name another with --state-dir."),
    SPILLS(
        "the spill directory",
        "Name another with spill.dir, or none: then spills lie beside the segments.");

    private final String text;
    private final String nextStep;

    Use(String text, String nextStep) {
      this.text = text;
      this.nextStep = nextStep;
    }

    /** As people call it. */
    public String text() {
      return text;
    }

    /** How to name another. */
    public String nextStep() {
      return nextStep;
    }
  }

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
   * @throws UnusableDirectoryException if it lies in a log directory
   * @throws IOException if it cannot be told where its links lead to
   */
  public void require(Path dir, Use use) throws IOException {
    Path absolute = dir.toAbsolutePath().normalize();
    requireNamed(absolute, use);
    requireNamed(resolved(fileSystem, absolute), use);
  }

  /**
   * What is wrong with where a directory is named, and how to name another; empty if nothing is, or
   * if it cannot be told where its links lead to.
   */
  public Optional<String> problem(Path dir, Use use) {
    try {
      require(dir, use);
    } catch (UnusableDirectoryException misplaced) {
      return Optional.of(misplaced.getMessage() + " " + misplaced.nextStep());
    } catch (IOException unknown) {
      // Whoever makes it meets the same, and says so.
    }
    return Optional.empty();
  }

  private void requireNamed(Path dir, Use use) throws UnusableDirectoryException {
    for (Path logDir : logDirs) {
      if (dir.startsWith(logDir)) {
        throw new UnusableDirectoryException(
            use.text()
                + " "
                + dir
                + " lies in the log directory "
                + logDir
                + ", where a broker would refuse to start; nothing was changed.",
            use.nextStep());
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
