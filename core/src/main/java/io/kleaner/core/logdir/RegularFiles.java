// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.logdir;

import io.kleaner.core.io.FileEntry;
import java.util.Locale;

/** Refuses what stands where a file belongs: a broker never makes links. Stateless. */
final class RegularFiles {

  private RegularFiles() {}

  /**
   * Makes sure that a name stands for a regular file.
   *
   * @throws UnusableDirectoryException if it does not, a link to one included; nothing was changed
   */
  static void require(FileEntry entry) throws UnusableDirectoryException {
    if (!entry.isFile()) {
      throw new UnusableDirectoryException(
          entry.path()
              + " is a "
              + entry.kind().name().toLowerCase(Locale.ROOT)
              + " where a regular file is expected; nothing was changed.",
          "Put the file itself in its place; a broker never makes links here.");
    }
  }
}
