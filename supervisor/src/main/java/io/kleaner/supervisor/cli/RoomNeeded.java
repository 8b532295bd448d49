// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import io.kleaner.core.compact.OutputBound;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.keymap.SpillSpace;
import io.kleaner.core.policy.CleanPlan;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a clean needs of the disk while it runs, and what is free.
 *
 * @param groupBytes new files of the largest group, at most
 * @param spillBytes claimed for what is spilled; 0 as long as that is not known
 * @param usableBytes free where the partition is
 * @param elsewhere free where the clean spills, if that is another disk
 */
record RoomNeeded(long groupBytes, long spillBytes, long usableBytes, Optional<Long> elsewhere) {

  /**
   * Asks the disks.
   *
   * @param spilledBytes that the clean spills, as far as it is known
   * @param spillDir where it spills; empty for the partition directory
   */
  static RoomNeeded of(
      FileSystem fileSystem, CleanPlan plan, long spilledBytes, Optional<Path> spillDir)
      throws IOException {
    Optional<Long> elsewhere = Optional.empty();
    if (spillDir.isPresent()
        && !fileSystem.storeOf(spillDir.get()).equals(fileSystem.storeOf(plan.dir()))) {
      elsewhere = Optional.of(fileSystem.usableBytes(spillDir.get()));
    }
    return new RoomNeeded(
        OutputBound.of(fileSystem, plan).largestBytes(),
        SpillSpace.claimedBytes(spilledBytes),
        fileSystem.usableBytes(plan.dir()),
        elsewhere);
  }

  /** All of it, wherever it is. */
  long peakBytes() {
    return groupBytes + spillBytes;
  }

  boolean fits() {
    return elsewhere
        .map(spillUsable -> groupBytes <= usableBytes && spillBytes <= spillUsable)
        .orElse(peakBytes() <= usableBytes);
  }
}
