// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cleaner;

import java.util.Optional;

/**
 * Everything about one partition at one moment; immutable.
 *
 * @param id which
 * @param status what is to be shown
 * @param finding of the last look
 * @param hold what keeps it, if anything does now
 * @param holder the worker that is at it
 * @param lastClean the last one that ended well in this process
 * @param failures in a row
 * @param cleans that ended well in this process
 * @param cleanedBytes of dirt that they cleaned away
 * @param looks into it in this process
 * @param rolledBytes of segments that were rolled since the last look, seen from outside while a
 *     worker has it
 * @param cleaningBytes of the dirt that was found there, that the clean under way is through with
 */
public record PartitionState(
    PartitionId id,
    PartitionStatus status,
    Finding finding,
    Optional<Hold> hold,
    Optional<String> holder,
    Optional<LastClean> lastClean,
    int failures,
    long cleans,
    long cleanedBytes,
    long looks,
    long rolledBytes,
    long cleaningBytes) {

  /** Why it is as it is. */
  public String reason() {
    if (hold.isPresent()) {
      return hold.get().reason();
    }
    return status == PartitionStatus.CLEANING && holder.isPresent()
        ? holder.get() + " is at it"
        : finding.reason();
  }
}
