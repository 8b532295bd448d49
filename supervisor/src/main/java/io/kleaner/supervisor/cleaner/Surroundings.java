// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cleaner;

import io.kleaner.core.io.FileEntry;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.logdir.CheckpointFile;
import io.kleaner.core.segment.SegmentFileName;
import io.kleaner.core.time.Clock;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * What can be told of a partition without looking into it: whether files came or went, whether its
 * newest logs have grown, and whether the checkpoints that bound it have moved. Costs a look at the
 * entries of the directory and of those logs.
 *
 * <p>The cleaner checkpoint is left out: it changes with every clean of any partition, and nobody
 * else writes it while the service has the directory.
 */
final class Surroundings {

  private final FileSystem fileSystem;
  private final Clock clock;

  Surroundings(FileSystem fileSystem, Clock clock) {
    this.fileSystem = fileSystem;
    this.clock = clock;
  }

  /** Of one partition. */
  PartitionCell.Look of(PartitionId id) throws IOException {
    return of(id, ofLogDir(id.logDir()));
  }

  /**
   * Of one partition of a log directory that was looked at already.
   *
   * @param logDir what {@link #ofLogDir} says
   */
  PartitionCell.Look of(PartitionId id, long logDir) throws IOException {
    Optional<FileEntry> dir = fileSystem.stat(id.dir());
    return new PartitionCell.Look(
        Objects.hash(logDir, dir.map(FileEntry::lastModifiedMs).orElse(-1L)),
        Map.of(),
        clock.nanoTime(),
        true);
  }

  /** Whether a log that was its newest at a look has another size now. */
  boolean hasGrown(PartitionCell.Look look) throws IOException {
    for (Map.Entry<Path, Long> log : look.tail().entrySet()) {
      long now = fileSystem.stat(log.getKey()).map(FileEntry::sizeBytes).orElse(-1L);
      if (now != log.getValue()) {
        return true;
      }
    }
    return false;
  }

  /**
   * Bytes of the segments that were rolled since a look: those from its newest one on, but for the
   * one that is the newest now. Costs a listing of the directory.
   */
  long rolledBytes(PartitionId id, PartitionCell.Look look) throws IOException {
    OptionalLong newest = look.tail().keySet().stream().mapToLong(Surroundings::baseOffset).max();
    if (newest.isEmpty()) {
      return 0;
    }
    TreeMap<Long, Long> sizes = new TreeMap<>();
    for (FileEntry file : fileSystem.list(id.dir())) {
      SegmentFileName.parse(file.name())
          .filter(name -> name.kind() == SegmentFileName.Kind.LOG)
          .filter(name -> name.stage() == SegmentFileName.Stage.LIVE)
          .filter(name -> name.baseOffset() >= newest.getAsLong())
          .ifPresent(name -> sizes.put(name.baseOffset(), file.sizeBytes()));
    }
    sizes.pollLastEntry();
    return sizes.values().stream().mapToLong(Long::longValue).sum();
  }

  private static long baseOffset(Path log) {
    return SegmentFileName.parse(log.getFileName().toString())
        .map(SegmentFileName::baseOffset)
        .orElse(-1L);
  }

  /** Of the checkpoints of a log directory. */
  long ofLogDir(Path logDir) throws IOException {
    long hash = 17;
    for (String name : CheckpointFile.NAMES) {
      if (!name.equals(CheckpointFile.CLEANER)) {
        Optional<FileEntry> file = fileSystem.stat(logDir.resolve(name));
        hash =
            hash * 31
                + Objects.hash(
                    file.map(FileEntry::lastModifiedMs).orElse(-1L),
                    file.map(FileEntry::sizeBytes).orElse(-1L));
      }
    }
    return hash;
  }
}
