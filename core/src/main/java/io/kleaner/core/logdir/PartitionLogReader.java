// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.logdir;

import io.kleaner.core.io.FileEntry;
import io.kleaner.core.io.FileSystem;
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
    for (FileEntry entry : fileSystem.list(dir)) {
      Optional<SegmentFileName> name = SegmentFileName.parse(entry.name());
      if (name.isPresent() && name.get().stage() == Stage.LIVE) {
        RegularFiles.require(entry);
        live.put(name.get(), entry);
        if (name.get().kind() == Kind.LOG) {
          logs.put(name.get().baseOffset(), entry);
        } else if (name.get().kind() == Kind.PRODUCER_SNAPSHOT) {
          snapshots.add(name.get().baseOffset());
        }
      }
    }
    if (logs.isEmpty()) {
      throw new UnusableDirectoryException(
          dir + " holds no segment (no file like 00000000000000000000.log); nothing was changed.",
          "Name a partition directory, or the log directory above it.");
    }
    List<Segment> segments = segments(dir, logs, live);
    Set<Long> unusableIndexes = unusableIndexes(segments);
    SegmentEnd.End end = end(segments, unusableIndexes);
    long first = segments.get(0).baseOffset();
    long logStart = Math.max(logStartCheckpoint.orElse(first), first);
    snapshots.sort(null);
    return new PartitionLog(
        dir,
        partition,
        segments,
        snapshots,
        Math.min(logStart, end.endOffset()),
        end.endOffset(),
        end.torn(),
        PartitionMetadataFile.topicId(fileSystem, dir),
        unusableIndexes,
        warnings(live.keySet(), logs.keySet(), logStart, end.endOffset()));
  }

  private static List<String> warnings(
      Set<SegmentFileName> live, Set<Long> logs, long logStart, long logEnd) {
    List<String> warnings = new ArrayList<>();
    live.stream()
        .filter(name -> name.kind() != Kind.PRODUCER_SNAPSHOT)
        .filter(name -> !logs.contains(name.baseOffset()))
        .map(SegmentFileName::toString)
        .sorted()
        .forEach(name -> warnings.add(name + " has no .log beside it; a broker deletes it"));
    if (logStart > logEnd) {
      warnings.add(
          "the log start offset "
              + logStart
              + " is above the log end offset "
              + logEnd
              + "; a broker deletes all segments of such a log");
    }
    return warnings;
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

  /** Also refuses segments whose offsets run into the next one's. */
  private SegmentEnd.End end(List<Segment> segments, Set<Long> unusableIndexes) throws IOException {
    SegmentEnd ends = new SegmentEnd(fileSystem);
    SegmentEnd.End end = new SegmentEnd.End(0, Optional.empty());
    for (int i = 0; i < segments.size(); i++) {
      Segment segment = segments.get(i);
      end = ends.of(segment, !unusableIndexes.contains(segment.baseOffset()));
      if (i + 1 < segments.size() && end.endOffset() > segments.get(i + 1).baseOffset()) {
        throw new UnusableDirectoryException(
            segment.logFile()
                + " overlaps the next segment: its last offset is "
                + (end.endOffset() - 1)
                + ", expected less than the next one's base offset, "
                + segments.get(i + 1).baseOffset()
                + "; nothing was changed.",
            "Find out which of the two files belongs here: 'kleaner dump' shows what each holds.");
      }
    }
    return end;
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
}
