// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.ondemand;

import io.kleaner.core.io.FileEntry;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.segment.SegmentFileName;
import io.kleaner.core.segment.SegmentFileName.Kind;
import io.kleaner.core.segment.SegmentFileName.Stage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The segments of a live partition as a listing shows them; immutable.
 *
 * @param logBytes length of each {@code .log} in bytes, by base offset, at least one
 */
record ReplicaFiles(NavigableMap<Long, Long> logBytes) {

  /** Empty if there is no segment: in the middle of a replacement, or the partition is gone. */
  static Optional<ReplicaFiles> read(FileSystem fileSystem, Path dir) throws IOException {
    NavigableMap<Long, Long> logs = new TreeMap<>();
    for (FileEntry entry : fileSystem.list(dir)) {
      SegmentFileName.parse(entry.name())
          .filter(name -> name.kind() == Kind.LOG && name.stage() == Stage.LIVE)
          .ifPresent(name -> logs.put(name.baseOffset(), entry.sizeBytes()));
    }
    return logs.isEmpty() ? Optional.empty() : Optional.of(new ReplicaFiles(logs));
  }

  /** Base offset of the segment that is appended to. */
  long activeBase() {
    return logBytes.lastKey();
  }

  /** Base offset of the first segment. */
  long firstBase() {
    return logBytes.firstKey();
  }

  /** Bytes of the segments that begin below an offset. */
  long bytesBelow(long offset) {
    return logBytes.headMap(offset, false).values().stream().mapToLong(Long::longValue).sum();
  }
}
