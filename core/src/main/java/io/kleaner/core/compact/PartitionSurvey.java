// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import io.kleaner.core.io.FileEntry;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.io.SmallFile;
import io.kleaner.core.logdir.CheckpointFile;
import io.kleaner.core.logdir.LogDir;
import io.kleaner.core.logdir.PartitionLog;
import io.kleaner.core.logdir.PartitionLogReader;
import io.kleaner.core.logdir.ProducerReplay;
import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.core.policy.HighWatermark;
import io.kleaner.core.policy.PartitionFacts;
import io.kleaner.core.retain.LastRecord;
import io.kleaner.core.segment.Segment;
import io.kleaner.core.segment.SegmentFileName.Kind;
import io.kleaner.core.segment.SegmentWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Gathers what a decision about a partition needs to know, from its directory and the checkpoints
 * beside it; changes nothing. Stateless apart from the file system; thread-safe.
 */
public final class PartitionSurvey {

  private final FileSystem fileSystem;
  private final LogDir logDir;

  /**
   * @param logDir that holds the partitions
   */
  public PartitionSurvey(FileSystem fileSystem, LogDir logDir) {
    this.fileSystem = fileSystem;
    this.logDir = logDir;
  }

  /**
   * Reads a partition directory.
   *
   * @throws io.kleaner.core.logdir.UnusableDirectoryException if it is not fit to be worked on
   */
  public PartitionLog read(Path partitionDir) throws IOException {
    TopicPartition partition =
        TopicPartition.ofDirectoryName(partitionDir.getFileName().toString()).orElseThrow();
    return new PartitionLogReader(fileSystem)
        .read(partitionDir, partition, checkpoint(CheckpointFile.LOG_START, partition));
  }

  /**
   * Gathers the facts.
   *
   * @param nowMs the time that decides which producers are expired
   * @param producerIdExpirationMs {@code producer.id.expiration.ms}
   */
  public PartitionFacts facts(
      PartitionLog log, HighWatermarkChoice choice, long nowMs, long producerIdExpirationMs)
      throws IOException {
    HighWatermark highWatermark =
        flushed(log, choice.of(log, checkpoint(CheckpointFile.HIGH_WATERMARK, log.partition())));
    ProducerReplay replay = new ProducerReplay(fileSystem, log);
    ProducerReplay.Producers stable =
        replay.upTo(highWatermark.offset(), nowMs, producerIdExpirationMs);
    ProducerReplay.Producers last = replay.upTo(log.logEndOffset(), nowMs, producerIdExpirationMs);
    Map<Long, LastRecord> active = new HashMap<>();
    last.producers()
        .forEach(
            (id, entry) -> active.put(id, new LastRecord(entry.epoch(), entry.lastDataOffset())));
    List<Long> largest = new ArrayList<>();
    List<Long> first = new ArrayList<>();
    for (Segment segment : log.segments()) {
      largest.add(largestTimestamp(segment));
      first.add(FirstBatch.of(fileSystem, segment).map(FirstBatch::maxTimestamp).orElse(-1L));
    }
    List<String> warnings = new ArrayList<>(log.warnings());
    warnings.addAll(last.warnings());
    return new PartitionFacts(
        log,
        checkpoint(CheckpointFile.CLEANER, log.partition()),
        highWatermark,
        Math.min(highWatermark.offset(), stable.firstOpenOffset(highWatermark.offset())),
        active,
        last.snapshotOffset(),
        largest,
        first,
        warnings);
  }

  /**
   * After a crash only what lies below the recovery point is known to be on disk, transaction
   * indexes included: an entry that was lost would make aborted records live ones. Who names a high
   * watermark vouches for replicas, not for what this disk was told to keep.
   */
  private HighWatermark flushed(PartitionLog log, HighWatermark highWatermark) throws IOException {
    if (!logDir.isAfterCrash()) {
      return highWatermark;
    }
    long recoveryPoint =
        checkpoint(CheckpointFile.RECOVERY_POINT, log.partition()).orElse(log.logStartOffset());
    return recoveryPoint < highWatermark.offset()
        ? new HighWatermark(
            Math.max(recoveryPoint, log.logStartOffset()),
            CheckpointFile.RECOVERY_POINT + ", since the broker did not stop cleanly")
        : highWatermark;
  }

  private OptionalLong checkpoint(String name, TopicPartition partition) throws IOException {
    return logDir.hasCheckpoints()
        ? new CheckpointFile(fileSystem, logDir.dir(), name).get(partition)
        : OptionalLong.empty();
  }

  /**
   * The last entry of the time index, else the file's modification time. 0 is a time like others
   * (-1 is none), but room that a broker set aside for entries is zeros too.
   */
  private long largestTimestamp(Segment segment) throws IOException {
    Optional<FileEntry> index = fileSystem.stat(segment.file(Kind.TIME_INDEX));
    if (index.isPresent()) {
      ByteBuffer entries = SmallFile.bytes(fileSystem, segment.file(Kind.TIME_INDEX));
      int count = entries.limit() / SegmentWriter.TIME_ENTRY_BYTES;
      for (int i = count - 1; i >= 0; i--) {
        long timestamp = entries.getLong(i * SegmentWriter.TIME_ENTRY_BYTES);
        int offset = entries.getInt(i * SegmentWriter.TIME_ENTRY_BYTES + Long.BYTES);
        boolean setAside = timestamp == 0 && offset == 0 && count > 1;
        if (timestamp >= 0 && !setAside) {
          return timestamp;
        }
      }
    }
    return segment.lastModifiedMs();
  }
}
