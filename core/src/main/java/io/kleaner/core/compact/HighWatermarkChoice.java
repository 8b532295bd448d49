// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import io.kleaner.core.logdir.PartitionLog;
import io.kleaner.core.logdir.UnusableDirectoryException;
import io.kleaner.core.policy.HighWatermark;
import java.util.OptionalLong;

/**
 * Where the high watermark is taken from: cleaning above it makes replicas differ (KAFKA-13194), so
 * it is never assumed.
 */
public sealed interface HighWatermarkChoice {

  /** From the log directory's checkpoint. */
  record Checkpoint() implements HighWatermarkChoice {}

  /** The user says that all of the log is agreed upon. */
  record LogEnd() implements HighWatermarkChoice {}

  /** The user says up to where. */
  record Offset(long offset) implements HighWatermarkChoice {}

  /**
   * The high watermark of a partition.
   *
   * @param checkpoint the partition's entry in the checkpoint, empty if there is none
   * @throws UnusableDirectoryException if it should come from the checkpoint and is not there
   */
  default HighWatermark of(PartitionLog log, OptionalLong checkpoint)
      throws UnusableDirectoryException {
    if (this instanceof LogEnd) {
      return new HighWatermark(log.logEndOffset(), "the log end, as the user says");
    }
    if (this instanceof Offset given) {
      return clamped(log, given.offset(), "the user");
    }
    if (checkpoint.isEmpty()) {
      throw new UnusableDirectoryException(
          log.partition()
              + ": no high watermark is known (no entry in replication-offset-checkpoint); to clean"
              + " past it would make replicas differ. Nothing was changed.",
          "Say how far with --high-watermark log-end (a single replica, or one known to be in"
              + " sync) or --high-watermark OFFSET.");
    }
    return clamped(log, checkpoint.getAsLong(), "replication-offset-checkpoint");
  }

  private static HighWatermark clamped(PartitionLog log, long offset, String source) {
    long inside = Math.max(log.logStartOffset(), Math.min(offset, log.logEndOffset()));
    String note = inside == offset ? "" : ", clamped from " + offset;
    return new HighWatermark(inside, source + note);
  }
}
