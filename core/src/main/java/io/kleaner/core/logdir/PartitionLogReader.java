// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.logdir;

import io.kleaner.core.io.FileEntry;
import io.kleaner.core.io.FileHandle;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.io.SmallFile;
import io.kleaner.core.record.BatchCursor;
import io.kleaner.core.record.CorruptBatchException;
import io.kleaner.core.segment.IndexCheck;
import io.kleaner.core.segment.Segment;
import io.kleaner.core.segment.SegmentFileName;
import io.kleaner.core.segment.SegmentFileName.Kind;
import io.kleaner.core.segment.SegmentFileName.Stage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Reads what a partition directory holds, without changing anything. Stateless apart from the file
 * system; thread-safe.
 */
public final class PartitionLogReader {

  private static final int BUFFER_BYTES = 256 * 1024;
  private static final String PARTITION_METADATA = "partition.metadata";
  private static final String TOPIC_ID = "topic_id:";

  private final FileSystem fileSystem;

  /**
   * @param fileSystem where the directory is
   */
  public PartitionLogReader(FileSystem fileSystem) {
    this.fileSystem = fileSystem;
  }

  /**
   * Reads a directory whose interrupted cleans were recovered before.
   *
   * @param dir the directory, symbolic links resolved
   * @param logStartCheckpoint the partition's entry in the log start offset checkpoint
   * @throws UnusableDirectoryException if it is no partition, or one that must not be touched
   */
  public PartitionLog read(Path dir, TopicPartition partition, OptionalLong logStartCheckpoint)
      throws IOException {
    Map<SegmentFileName, FileEntry> live = new HashMap<>();
    TreeMap<Long, FileEntry> logs = new TreeMap<>();
    List<Long> snapshots = new ArrayList<>();
    Optional<String> topicId = Optional.empty();
    for (FileEntry entry : fileSystem.list(dir)) {
      Optional<SegmentFileName> name = SegmentFileName.parse(entry.name());
      if (name.isPresent() && name.get().stage() == Stage.LIVE) {
        requireRegular(entry);
        live.put(name.get(), entry);
        if (name.get().kind() == Kind.LOG) {
          logs.put(name.get().baseOffset(), entry);
        } else if (name.get().kind() == Kind.PRODUCER_SNAPSHOT) {
          snapshots.add(name.get().baseOffset());
        }
      } else if (entry.name().equals(PARTITION_METADATA) && entry.isFile()) {
        topicId = topicId(entry.path());
      }
    }
    if (logs.isEmpty()) {
      throw new UnusableDirectoryException(
          dir + " holds no segment (no file like 00000000000000000000.log)",
          "Name a partition directory, or the log directory above it.");
    }
    List<Segment> segments = segments(dir, logs, live);
    Segment last = segments.get(segments.size() - 1);
    Tail tail = tail(last);
    long first = segments.get(0).baseOffset();
    long logStart = Math.max(logStartCheckpoint.orElse(first), first);
    snapshots.sort(null);
    return new PartitionLog(
        dir,
        partition,
        segments,
        snapshots,
        Math.min(logStart, tail.endOffset),
        tail.endOffset,
        tail.torn,
        topicId,
        unusableIndexes(segments));
  }

  private static void requireRegular(FileEntry entry) throws UnusableDirectoryException {
    if (!entry.isFile()) {
      throw new UnusableDirectoryException(
          entry.path()
              + " is a "
              + entry.kind().name().toLowerCase(Locale.ROOT)
              + " where a regular file is expected; nothing was changed",
          "Put the file itself in its place; a broker never makes links here.");
    }
  }

  private static List<Segment> segments(
      Path dir, SortedMap<Long, FileEntry> logs, Map<SegmentFileName, FileEntry> live) {
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
    return segments;
  }

  private static long size(Map<SegmentFileName, FileEntry> live, long base, Kind kind) {
    FileEntry entry = live.get(SegmentFileName.live(base, kind));
    return entry == null ? 0 : entry.sizeBytes();
  }

  private record Tail(long endOffset, Optional<PartitionLog.TornTail> torn) {}

  private Tail tail(Segment last) throws IOException {
    long end = last.baseOffset();
    BatchCursor batches = new BatchCursor(BUFFER_BYTES, Integer.MAX_VALUE - 8);
    try (FileHandle file = fileSystem.openRead(last.logFile())) {
      batches.open(
          last.logFile(),
          file,
          0,
          last.logBytes(),
          last.baseOffset(),
          BatchCursor.Check.HEADERS);
      try {
        while (batches.next()) {
          end = batches.header().nextOffset();
        }
      } catch (CorruptBatchException e) {
        long position = batches.nextFilePosition();
        return new Tail(
            end,
            Optional.of(
                new PartitionLog.TornTail(
                    last.baseOffset(), position, last.logBytes() - position, e.problem())));
      }
    }
    return new Tail(end, Optional.empty());
  }

  private Set<Long> unusableIndexes(List<Segment> segments) throws IOException {
    IndexCheck check = new IndexCheck(fileSystem);
    Set<Long> unusable = new HashSet<>();
    for (Segment segment : segments) {
      if (check.problem(segment).isPresent()) {
        unusable.add(segment.baseOffset());
      }
    }
    return unusable;
  }

  private Optional<String> topicId(Path path) throws IOException {
    return SmallFile.text(fileSystem, path)
        .lines()
        .filter(line -> line.startsWith(TOPIC_ID))
        .map(line -> line.substring(TOPIC_ID.length()).strip())
        .findFirst();
  }
}
