// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import io.kleaner.core.io.FileSystem;
import io.kleaner.core.logdir.CheckpointFile;
import io.kleaner.core.logdir.LeaderEpochFile;
import io.kleaner.core.logdir.LogDir;
import io.kleaner.core.logdir.MetaProperties;
import io.kleaner.core.logdir.PartitionLog;
import io.kleaner.core.logdir.PartitionMetadataFile;
import io.kleaner.core.logdir.UnusableDirectoryException;
import io.kleaner.core.policy.CleanPlan;
import io.kleaner.core.segment.Segment;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Keeps a clean from taking a partition away from its broker: what survives of message formats 0
 * and 1 is written in format 2, as Kafka 4's cleaner does, and a broker before 0.11 cannot read
 * that. It starts without a complaint and gives consumers nothing.
 *
 * <p>Format 2 and the signs that are looked for came with the same release, 0.11 (KIP-98, KIP-101,
 * KIP-107), or later. Reads only; stateless apart from the file system; thread-safe.
 */
final class OldBrokerGuard {

  private final FileSystem fileSystem;
  private final LogDir logDir;

  OldBrokerGuard(FileSystem fileSystem, LogDir logDir) {
    this.fileSystem = fileSystem;
    this.logDir = logDir;
  }

  /**
   * Refuses a clean that would write format 2 where only formats 0 and 1 are, if nothing shows that
   * a broker that reads format 2 has owned the partition.
   *
   * @throws UnusableDirectoryException if so; nothing was changed
   */
  void requireReadable(PartitionLog log, CleanPlan plan) throws IOException {
    if (hasSign(log) || !isAllOfOldFormat(log, plan.upperBoundOffset())) {
      return;
    }
    throw new UnusableDirectoryException(
        log.partition()
            + " holds only messages of format 0 and 1, and nothing in or beside it shows that a"
            + " broker of 0.11 or newer has owned it. What survives a clean is written in format 2,"
            + " which an older broker cannot read: it would start without a complaint and give"
            + " consumers nothing. Nothing was changed.",
        "If a broker of 0.11 or newer is to read it from now on, run again with --upgrade-format;"
            + " --output keeps the original.");
  }

  private boolean hasSign(PartitionLog log) throws IOException {
    if (!log.snapshotOffsets().isEmpty()
        || exists(log.dir(), LeaderEpochFile.NAME)
        || exists(log.dir(), PartitionMetadataFile.NAME)) {
      return true;
    }
    if (!logDir.hasCheckpoints()) {
      return false;
    }
    Optional<MetaProperties> meta = MetaProperties.read(fileSystem, logDir.dir());
    return exists(logDir.dir(), CheckpointFile.LOG_START)
        || meta.filter(m -> m.version() > 0 || m.clusterId().isPresent()).isPresent();
  }

  private boolean exists(Path dir, String name) throws IOException {
    return fileSystem.stat(dir.resolve(name)).isPresent();
  }

  /** Also false if nothing would be converted; a broker that wrote format 2 anywhere reads it. */
  private boolean isAllOfOldFormat(PartitionLog log, long upperBoundOffset) throws IOException {
    boolean converts = false;
    for (Segment segment : log.segments()) {
      Optional<FirstBatch> first = FirstBatch.of(fileSystem, segment);
      if (first.isPresent() && !first.get().isLegacy()) {
        return false;
      }
      converts |= first.isPresent() && segment.baseOffset() < upperBoundOffset;
    }
    return converts;
  }
}
