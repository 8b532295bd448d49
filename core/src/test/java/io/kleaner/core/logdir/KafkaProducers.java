// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.logdir;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.record.internal.FileLogInputStream;
import org.apache.kafka.common.record.internal.FileRecords;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.storage.internals.log.AppendOrigin;
import org.apache.kafka.storage.internals.log.BatchMetadata;
import org.apache.kafka.storage.internals.log.CompletedTxn;
import org.apache.kafka.storage.internals.log.ProducerAppendInfo;
import org.apache.kafka.storage.internals.log.ProducerStateEntry;
import org.apache.kafka.storage.internals.log.ProducerStateManager;
import org.apache.kafka.storage.internals.log.ProducerStateManagerConfig;
import org.apache.kafka.storage.internals.log.UnifiedLog;

/** What Kafka's own code makes of a partition's producers. */
final class KafkaProducers {

  private static final int MAX_TRANSACTION_TIMEOUT_MS = 900_000;

  private KafkaProducers() {}

  /**
   * @param producers by id, without those of which no batch was ever seen
   * @param firstOpenOffset of the earliest open transaction
   */
  record State(Map<Long, ProducerEntry> producers, OptionalLong firstOpenOffset) {}

  /** Replays as a broker does when it loads a log, on a copy: Kafka deletes snapshots. */
  static State upTo(PartitionLog log, long endOffset, long nowMs, long expirationMs, Path scratch)
      throws IOException {
    Path copy = Files.createTempDirectory(scratch, "kafka");
    try (Stream<Path> files = Files.list(log.dir())) {
      for (Path file : (Iterable<Path>) files::iterator) {
        if (file.toString().endsWith(".snapshot")) {
          Files.copy(file, copy.resolve(file.getFileName()));
        }
      }
    }
    ProducerStateManager state = manager(copy, expirationMs);
    // A map that ends nowhere, so that it is loaded whatever the end offset.
    state.updateMapEndOffset(-1);
    state.truncateAndReload(log.logStartOffset(), endOffset, nowMs);
    long from = Math.max(state.mapEndOffset(), log.logStartOffset());
    for (int i = 0; i < log.segments().size(); i++) {
      boolean passed =
          i + 1 < log.segments().size() && log.segments().get(i + 1).baseOffset() <= from;
      if (!passed) {
        load(state, log.segments().get(i).logFile().toFile(), from, endOffset);
      }
    }
    Map<Long, ProducerEntry> producers = new HashMap<>();
    state
        .activeProducers()
        .forEach(
            (id, entry) -> {
              if (entry.producerEpoch() >= 0) {
                producers.put(id, entry(entry));
              }
            });
    return new State(producers, state.firstUndecidedOffset());
  }

  static ProducerStateManager manager(Path dir, long expirationMs) throws IOException {
    return new ProducerStateManager(
        new TopicPartition("t", 0),
        dir.toFile(),
        MAX_TRANSACTION_TIMEOUT_MS,
        new ProducerStateManagerConfig((int) expirationMs, false),
        Time.SYSTEM);
  }

  /** One segment's worth, as a broker loads it. */
  static void load(ProducerStateManager state, File segment, long from, long endOffset)
      throws IOException {
    Map<Long, ProducerAppendInfo> loaded = new HashMap<>();
    List<CompletedTxn> completed = new ArrayList<>();
    try (FileRecords records = FileRecords.open(segment, false)) {
      for (FileLogInputStream.FileChannelRecordBatch batch : records.batches()) {
        if (batch.lastOffset() >= from
            && batch.nextOffset() <= endOffset
            && batch.hasProducerId()) {
          UnifiedLog.updateProducers(
                  state, batch, loaded, Optional.empty(), AppendOrigin.REPLICATION, (short) 0)
              .ifPresent(completed::add);
        }
      }
    }
    loaded.values().forEach(state::update);
    completed.forEach(state::completeTxn);
  }

  private static ProducerEntry entry(ProducerStateEntry entry) {
    BatchMetadata last = null;
    for (BatchMetadata batch : entry.batchMetadata()) {
      last = batch;
    }
    return new ProducerEntry(
        entry.producerId(),
        entry.producerEpoch(),
        last == null ? -1 : last.lastSeq(),
        last == null ? OptionalLong.empty() : OptionalLong.of(last.lastOffset()),
        entry.lastTimestamp(),
        entry.currentTxnFirstOffset());
  }
}
