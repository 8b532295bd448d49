// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.logdir;

import io.kleaner.core.segment.Segment;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A partition directory as it was when it was read; immutable.
 *
 * @param dir the directory, symbolic links resolved
 * @param partition by the directory's name
 * @param segments ascending, at least one; the last one is the active one
 * @param snapshotOffsets offsets of the producer snapshots, ascending
 * @param logStartOffset the first offset a reader may see
 * @param logEndOffset the offset after the last whole batch
 * @param tornTail what follows the last whole batch of the last segment, if it is no batch
 * @param topicId from {@code partition.metadata}
 * @param unusableIndexes base offsets of segments whose offset or time index is missing or broken
 * @param warnings what is odd and was passed over, a sentence each
 */
public record PartitionLog(
    Path dir,
    TopicPartition partition,
    List<Segment> segments,
    List<Long> snapshotOffsets,
    long logStartOffset,
    long logEndOffset,
    Optional<TornTail> tornTail,
    Optional<String> topicId,
    Set<Long> unusableIndexes,
    List<String> warnings) {

  /** Keeps its own copies. */
  public PartitionLog {
    segments = List.copyOf(segments);
    snapshotOffsets = List.copyOf(snapshotOffsets);
    unusableIndexes = Set.copyOf(unusableIndexes);
    warnings = List.copyOf(warnings);
  }

  /**
   * Bytes at the end of a log that are no whole, valid batch.
   *
   * @param baseOffset of the segment
   * @param position byte position in its log where they begin
   * @param bytes how many
   * @param problem what is wrong with them
   * @param isDamage whether more than the rest of one append is there: a batch with wrong content,
   *     or whole batches after it, which a cut would lose
   */
  public record TornTail(
      long baseOffset, long position, long bytes, String problem, boolean isDamage) {}

  /** The segment that is appended to, which is never cleaned. */
  public Segment activeSegment() {
    return segments.get(segments.size() - 1);
  }

  /** Bytes of all logs. */
  public long sizeInBytes() {
    return segments.stream().mapToLong(Segment::logBytes).sum();
  }
}
