// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.swap;

import io.kleaner.core.segment.Segment;
import java.nio.file.Path;
import java.util.List;

/**
 * One group of old segments and the new ones that stand ready as {@code .cleaned} to replace them.
 *
 * @param dir the partition directory
 * @param old the group's segments, ascending, at least one
 * @param newBaseOffsets base offsets of the new segments, ascending; the first is the group's
 * @param nextOffset the offset after the last batch of the new segments; the first base offset if
 *     they hold none. Old segments at or above it are not covered by a broker's own recovery
 */
public record GroupReplacement(
    Path dir, List<Segment> old, List<Long> newBaseOffsets, long nextOffset) {

  /** Checks that both sides begin at the same offset. */
  public GroupReplacement {
    old = List.copyOf(old);
    newBaseOffsets = List.copyOf(newBaseOffsets);
    if (old.isEmpty()
        || newBaseOffsets.isEmpty()
        || old.get(0).baseOffset() != newBaseOffsets.get(0)) {
      throw new IllegalArgumentException("old " + old + " and new " + newBaseOffsets);
    }
  }

  /** The modification time that the new segments get: that of the last old one. */
  long lastModifiedMs() {
    return old.get(old.size() - 1).lastModifiedMs();
  }
}
