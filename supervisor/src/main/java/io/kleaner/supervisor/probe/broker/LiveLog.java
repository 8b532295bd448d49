// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import io.kleaner.core.io.FileEntry;
import io.kleaner.core.io.FileHandle;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.logdir.PartitionLog;
import io.kleaner.core.logdir.PartitionMetadataFile;
import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.core.record.BatchCursor;
import io.kleaner.core.record.CorruptBatchException;
import io.kleaner.core.segment.Segment;
import io.kleaner.core.segment.SegmentFileName;
import io.kleaner.core.segment.SegmentFileName.Kind;
import io.kleaner.core.segment.SegmentFileName.Stage;
import io.kleaner.core.segment.SegmentWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

/**
 * A partition directory of a running broker, as one listing showed it. Reads nothing but names and
 * sizes, and of the active segment the last entry of its index and what follows it: the cost does
 * not grow with the partition.
 *
 * @param log the segments; its producers' snapshots are listed, its indexes are not checked
 * @param leftovers names of files of a clean that is under way, or was interrupted
 * @param bornMs when the broker made the directory, milliseconds since the epoch: then it writes
 *     {@code partition.metadata}, once; empty before 2.8
 */
record LiveLog(PartitionLog log, List<String> leftovers, OptionalLong bornMs) {

  private static final int BUFFER_BYTES = 64 * 1024;

  LiveLog {
    leftovers = List.copyOf(leftovers);
  }

  /**
   * Reads a directory.
   *
   * @param logStartCheckpoint the partition's entry in the log start offset checkpoint
   * @throws NoSuchFileException if something went away meanwhile, as it does when segments are
   *     replaced; look again
   */
  static LiveLog read(
      FileSystem fileSystem, Path dir, TopicPartition partition, OptionalLong logStartCheckpoint)
      throws IOException {
    Map<SegmentFileName, FileEntry> live = new HashMap<>();
    TreeMap<Long, FileEntry> logs = new TreeMap<>();
    List<Long> snapshots = new ArrayList<>();
    List<String> leftovers = new ArrayList<>();
    OptionalLong bornMs = OptionalLong.empty();
    for (FileEntry entry : fileSystem.list(dir)) {
      if (entry.name().equals(PartitionMetadataFile.NAME)) {
        bornMs = OptionalLong.of(entry.lastModifiedMs());
      }
      Optional<SegmentFileName> name = SegmentFileName.parse(entry.name());
      if (name.isEmpty() || !entry.isFile()) {
        continue;
      }
      if (name.get().stage() == Stage.CLEANED || name.get().stage() == Stage.SWAP) {
        leftovers.add(entry.name());
      }
      if (name.get().stage() != Stage.LIVE) {
        continue;
      }
      live.put(name.get(), entry);
      if (name.get().kind() == Kind.LOG) {
        logs.put(name.get().baseOffset(), entry);
      } else if (name.get().kind() == Kind.PRODUCER_SNAPSHOT) {
        snapshots.add(name.get().baseOffset());
      }
    }
    if (logs.isEmpty()) {
      throw new IOException(dir + " holds no segment; the partition is being made or deleted");
    }
    List<Segment> segments = new ArrayList<>(logs.size());
    logs.forEach(
        (base, log) ->
            segments.add(
                new Segment(
                    dir,
                    base,
                    log.sizeBytes(),
                    size(live, base, Kind.OFFSET_INDEX),
                    size(live, base, Kind.TIME_INDEX),
                    live.containsKey(SegmentFileName.live(base, Kind.TXN_INDEX)),
                    log.lastModifiedMs())));
    snapshots.sort(null);
    long first = segments.get(0).baseOffset();
    return new LiveLog(
        new PartitionLog(
            dir,
            partition,
            segments,
            snapshots,
            Math.max(logStartCheckpoint.orElse(first), first),
            endOffset(fileSystem, segments.get(segments.size() - 1)),
            Optional.empty(),
            Optional.empty(),
            Set.of(),
            List.of()),
        leftovers,
        bornMs);
  }

  private static long size(Map<SegmentFileName, FileEntry> live, long base, Kind kind) {
    FileEntry entry = live.get(SegmentFileName.live(base, kind));
    return entry == null ? 0 : entry.sizeBytes();
  }

  /** The offset after the last whole batch: from the last indexed one on, headers are walked. */
  static long endOffset(FileSystem fileSystem, Segment active) throws IOException {
    Optional<ByteBuffer> last =
        LiveIndex.last(
            fileSystem, active.file(Kind.OFFSET_INDEX), SegmentWriter.OFFSET_ENTRY_BYTES);
    long indexed = last.map(entry -> active.baseOffset() + entry.getInt(0) + 1).orElse(0L);
    long position = last.map(entry -> (long) entry.getInt(Integer.BYTES)).orElse(0L);
    BatchCursor batches = new BatchCursor(BUFFER_BYTES, BatchCursor.MAX_CONTROL_BATCH_BYTES);
    long end = Math.max(indexed, active.baseOffset());
    try (FileHandle file = fileSystem.openRead(active.logFile())) {
      batches.open(
          active.logFile(),
          file,
          Math.min(position, file.size()),
          file.size(),
          active.baseOffset(),
          BatchCursor.Check.SKIM);
      while (batches.next()) {
        end = Math.max(end, batches.header().nextOffset());
      }
    } catch (CorruptBatchException beingWritten) {
      // The broker is about to finish it; or it is broken, which is no business of a cleaner.
      return end;
    }
    return end;
  }
}
