// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.ondemand;

import io.kleaner.core.io.FileEntry;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.segment.Segment;
import io.kleaner.core.segment.SegmentFileName;
import io.kleaner.core.segment.SegmentFileName.Kind;
import io.kleaner.core.segment.SegmentFileName.Stage;
import io.kleaner.supervisor.probe.broker.BytesBelow;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The segments of a live partition as a listing shows them; immutable.
 *
 * @param logBytes length of each {@code .log} in bytes, by base offset, at least one
 * @param bytesBelowEnd what lies below the offset that was the log end; what was appended since is
 *     none of it, also where it is in the same segment
 */
record ReplicaFiles(NavigableMap<Long, Long> logBytes, long bytesBelowEnd) {

  private static final int ATTEMPTS = 4;

  /**
   * Lists a partition's directory.
   *
   * @param end what was the log end
   * @return empty if there is no segment: in the middle of a replacement, or the partition is gone
   */
  static Optional<ReplicaFiles> read(FileSystem fileSystem, Path dir, long end) throws IOException {
    for (int attempt = 1; ; attempt++) {
      NavigableMap<Long, Long> logs = list(fileSystem, dir);
      if (logs.isEmpty()) {
        return Optional.empty();
      }
      try {
        return Optional.of(new ReplicaFiles(logs, bytesBelow(fileSystem, dir, logs, end)));
      } catch (NoSuchFileException e) {
        // It was replaced meanwhile.
        if (attempt == ATTEMPTS) {
          return Optional.empty();
        }
      }
    }
  }

  private static NavigableMap<Long, Long> list(FileSystem fileSystem, Path dir) throws IOException {
    NavigableMap<Long, Long> logs = new TreeMap<>();
    for (FileEntry entry : fileSystem.list(dir)) {
      SegmentFileName.parse(entry.name())
          .filter(name -> name.kind() == Kind.LOG && name.stage() == Stage.LIVE)
          .ifPresent(name -> logs.put(name.baseOffset(), entry.sizeBytes()));
    }
    return logs;
  }

  /** The last segment that begins below it may go beyond it; those before it don't. */
  private static long bytesBelow(
      FileSystem fileSystem, Path dir, NavigableMap<Long, Long> logs, long end) throws IOException {
    Map.Entry<Long, Long> last = logs.lowerEntry(end);
    if (last == null) {
      return 0;
    }
    Segment across = new Segment(dir, last.getKey(), last.getValue(), 0, 0, false, 0);
    return BytesBelow.of(fileSystem, across, end)
        + logs.headMap(last.getKey(), false).values().stream().mapToLong(Long::longValue).sum();
  }

  /** Base offset of the segment that is appended to. */
  long activeBase() {
    return logBytes.lastKey();
  }

  /** Base offset of the first segment. */
  long firstBase() {
    return logBytes.firstKey();
  }
}
