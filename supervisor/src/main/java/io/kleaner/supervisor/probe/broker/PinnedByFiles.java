// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import io.kleaner.core.io.FileSystem;
import io.kleaner.core.io.SmallFile;
import io.kleaner.core.logdir.PartitionLog;
import io.kleaner.core.logdir.ProducerEntry;
import io.kleaner.core.logdir.ProducerReplay;
import io.kleaner.core.logdir.ProducerSnapshot;
import io.kleaner.core.segment.SegmentFileName;
import io.kleaner.core.segment.SegmentFileName.Kind;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Finds transactions that hold back cleaning, by files alone: for brokers whose Admin API can't be
 * asked. Only one that was open when the active segment began can do so, and the snapshot of then
 * knows it; what became of it since stands in the active segment, which is read only if there is
 * one. Not thread-safe; one for each partition.
 */
final class PinnedByFiles {

  /** A longer active segment is not read, and nothing is said. */
  private static final long MAX_ACTIVE_BYTES = 64L * 1024 * 1024;

  private long snapshotOffset = -1;
  private boolean hasOpen;

  /**
   * Transactions that are open at the high watermark and began below the active segment, the
   * earliest first.
   *
   * @return none also where it would take too long to find out
   */
  List<OpenTransaction> look(
      FileSystem fileSystem, PartitionLog log, long highWatermark, long nowMs, long expirationMs)
      throws IOException {
    Optional<Long> newest =
        log.snapshotOffsets().stream()
            .filter(offset -> offset <= log.activeSegment().baseOffset())
            .max(Comparator.naturalOrder());
    if (newest.isEmpty()) {
      return List.of();
    }
    if (newest.get() != snapshotOffset) {
      hasOpen = hasOpen(fileSystem, log, newest.get());
      snapshotOffset = newest.get();
    }
    if (!hasOpen || log.activeSegment().logBytes() > MAX_ACTIVE_BYTES) {
      return List.of();
    }
    return new ProducerReplay(fileSystem, log)
        .upTo(highWatermark, nowMs, expirationMs).producers().values().stream()
            .filter(entry -> entry.currentTxnFirstOffset().isPresent())
            .filter(
                entry ->
                    entry.currentTxnFirstOffset().getAsLong() < log.activeSegment().baseOffset())
            .map(PinnedByFiles::transaction)
            .sorted(Comparator.comparingLong(OpenTransaction::startOffset))
            .toList();
  }

  private static boolean hasOpen(FileSystem fileSystem, PartitionLog log, long offset)
      throws IOException {
    return ProducerSnapshot.parse(
            SmallFile.bytes(
                fileSystem, SegmentFileName.live(offset, Kind.PRODUCER_SNAPSHOT).in(log.dir())))
        .filter(
            entries -> entries.stream().anyMatch(each -> each.currentTxnFirstOffset().isPresent()))
        .isPresent();
  }

  private static OpenTransaction transaction(ProducerEntry entry) {
    return new OpenTransaction(
        entry.producerId(),
        entry.epoch(),
        Optional.empty(),
        entry.currentTxnFirstOffset().orElseThrow(),
        OptionalLong.empty(),
        entry.lastTimestamp(),
        OptionalLong.empty(),
        OptionalInt.empty(),
        OpenTransaction.Coordinator.NOT_ASKED,
        Source.LOG_DIR);
  }
}
