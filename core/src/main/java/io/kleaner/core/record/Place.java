// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.record;

import java.nio.file.Path;

/** How messages name a file: its partition directory and its own name. */
final class Place {

  private Place() {}

  static String of(Path file) {
    Path parent = file.getParent();
    Path dir = parent == null ? null : parent.getFileName();
    return dir == null ? file.getFileName().toString() : dir + "/" + file.getFileName();
  }
}
