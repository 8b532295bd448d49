// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import io.kleaner.core.oracle.Checksum;
import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Everything below a directory that could have been changed, to be compared with later. */
public final class Tree {

  private Tree() {}

  /**
   * Names with kind, size, modification time and checksum. Of directories, only the names: that a
   * lock file came and went may show in their times.
   */
  static Map<String, String> of(Path root) throws IOException {
    return of(root, false);
  }

  /** The same with the times of directories: a file that came and went shows too. */
  public static Map<String, String> withDirectoryTimes(Path root) throws IOException {
    return of(root, true);
  }

  private static Map<String, String> of(Path root, boolean directoryTimes) throws IOException {
    Map<String, String> tree = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(root, new FileVisitOption[0])) {
      for (Path path : (Iterable<Path>) paths::iterator) {
        boolean timed = directoryTimes && Files.isDirectory(path);
        tree.put(
            root.relativize(path).toString(),
            describe(path) + (timed ? " of " + Files.getLastModifiedTime(path) : ""));
      }
    }
    return tree;
  }

  /** The names in one directory. */
  static java.util.List<String> names(Path dir) throws IOException {
    try (Stream<Path> paths = Files.list(dir)) {
      return paths.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  private static String describe(Path path) throws IOException {
    if (Files.isSymbolicLink(path)) {
      return "link to " + Files.readSymbolicLink(path);
    }
    if (Files.isDirectory(path)) {
      return "directory";
    }
    return Files.size(path)
        + " bytes of "
        + Files.getLastModifiedTime(path, LinkOption.NOFOLLOW_LINKS)
        + " "
        + Checksum.sha256(Files.readAllBytes(path));
  }
}
