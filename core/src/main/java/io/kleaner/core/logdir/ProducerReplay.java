// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.logdir;

import io.kleaner.core.io.FileHandle;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.io.SmallFile;
import io.kleaner.core.record.BatchCursor;
import io.kleaner.core.record.BatchHeader;
import io.kleaner.core.record.CorruptBatchException;
import io.kleaner.core.record.Decompressors;
import io.kleaner.core.record.RecordCursor;
import io.kleaner.core.segment.Segment;
import io.kleaner.core.segment.SegmentFileName;
import io.kleaner.core.segment.SegmentFileName.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Finds out what a broker would know of a partition's producers at an offset: the newest valid
 * snapshot at or below it, and the batches from there on.
 *
 * <p>As in a broker, a snapshot at or below the log start offset is not used, and entries of a
 * snapshot expire by the time of loading while replayed ones do not. Emptied control batches do not
 * move epochs, so an older snapshot is not equivalent to a newer one.
 *
 * <p>Not thread-safe; reads only.
 */
public final class ProducerReplay {

  private static final int BUFFER_BYTES = 256 * 1024;
  private static final int CONTROL_KEY_BYTES = 4;
  private static final short ABORT = 0;
  private static final short COMMIT = 1;

  private final FileSystem fileSystem;
  private final PartitionLog log;

  /**
   * @param log whose producers
   */
  public ProducerReplay(FileSystem fileSystem, PartitionLog log) {
    this.fileSystem = fileSystem;
    this.log = log;
  }

  /**
   * The producers known at an offset.
   *
   * @param producers by producer id
   * @param snapshotOffset of the snapshot that the replay began with: the newest valid one; empty
   *     if there is none above the log start
   * @param warnings what was found broken and passed over, a sentence each
   */
  public record Producers(
      Map<Long, ProducerEntry> producers, OptionalLong snapshotOffset, List<String> warnings) {

    /** Keeps its own copies. */
    public Producers {
      producers = Map.copyOf(producers);
      warnings = List.copyOf(warnings);
    }

    /** The first offset of the earliest open transaction, {@code otherwise} if there is none. */
    public long firstOpenOffset(long otherwise) {
      return producers.values().stream()
          .filter(entry -> entry.currentTxnFirstOffset().isPresent())
          .mapToLong(entry -> entry.currentTxnFirstOffset().getAsLong())
          .min()
          .orElse(otherwise);
    }
  }

  /**
   * Replays up to an offset.
   *
   * @param endOffset exclusive; a batch that ends above it is not replayed
   * @param nowMs the time of loading, which decides what is expired
   * @param expirationMs {@code producer.id.expiration.ms}
   * @throws CorruptBatchException if the log is corrupt where it is read, checksums included
   */
  public Producers upTo(long endOffset, long nowMs, long expirationMs) throws IOException {
    List<String> warnings = new ArrayList<>();
    Map<Long, ProducerEntry> producers = new HashMap<>();
    long from = log.logStartOffset();
    OptionalLong snapshot = OptionalLong.empty();
    for (int i = log.snapshotOffsets().size() - 1; i >= 0; i--) {
      long at = log.snapshotOffsets().get(i);
      if (at > endOffset || at <= log.logStartOffset()) {
        continue;
      }
      Optional<List<ProducerEntry>> entries = read(at);
      if (entries.isPresent()) {
        for (ProducerEntry entry : entries.get()) {
          // Kafka notes a producer of which it met nothing but an emptied batch; that says nothing.
          if (entry.epoch() >= 0 && !entry.isExpired(nowMs, expirationMs)) {
            producers.put(entry.producerId(), entry);
          }
        }
        from = at;
        snapshot = OptionalLong.of(at);
        break;
      }
      warnings.add(
          SegmentFileName.live(at, Kind.PRODUCER_SNAPSHOT)
              + " is corrupt and was passed over; an older state and the log say the same unless"
              + " batches were emptied since");
    }
    replay(from, endOffset, producers);
    return new Producers(producers, snapshot, warnings);
  }

  private Optional<List<ProducerEntry>> read(long snapshotOffset) throws IOException {
    return ProducerSnapshot.parse(
        SmallFile.bytes(
            fileSystem,
            SegmentFileName.live(snapshotOffset, Kind.PRODUCER_SNAPSHOT).in(log.dir())));
  }

  private void replay(long from, long endOffset, Map<Long, ProducerEntry> producers)
      throws IOException {
    if (from >= endOffset) {
      return;
    }
    List<Segment> segments = log.segments();
    try (Decompressors decompressors = new Decompressors(BatchCursor.MAX_CONTROL_BATCH_BYTES);
        RecordCursor records =
            new RecordCursor(decompressors, BatchCursor.MAX_CONTROL_BATCH_BYTES)) {
      for (int i = 0; i < segments.size(); i++) {
        boolean passed = i + 1 < segments.size() && segments.get(i + 1).baseOffset() <= from;
        if (!passed && segments.get(i).baseOffset() < endOffset) {
          replay(segments.get(i), from, endOffset, producers, records);
        }
      }
    }
  }

  private void replay(
      Segment segment,
      long from,
      long endOffset,
      Map<Long, ProducerEntry> producers,
      RecordCursor records)
      throws IOException {
    BatchCursor batches = new BatchCursor(BUFFER_BYTES, BatchCursor.MAX_CONTROL_BATCH_BYTES);
    ByteBuffer pieces = ByteBuffer.allocate(BUFFER_BYTES);
    try (FileHandle file = fileSystem.openRead(segment.logFile())) {
      batches.open(
          segment.logFile(), file, 0, end(segment), segment.baseOffset(), BatchCursor.Check.SKIM);
      while (batches.next()) {
        BatchHeader batch = batches.header();
        if (batch.nextOffset() > endOffset) {
          return;
        }
        // Whichever producer a batch names, and whether any, is not to be believed before this: one
        // flipped bit could end somebody else's open transaction.
        batches.checkSkimmed(pieces);
        if (batch.lastOffset() >= from && batch.hasProducerId()) {
          try {
            apply(batch, producers, records);
          } catch (CorruptBatchException e) {
            throw e.at(segment.logFile(), batches.filePosition(), batch.baseOffset());
          }
        }
      }
    }
  }

  private long end(Segment segment) {
    return log.tornTail()
        .filter(torn -> torn.baseOffset() == segment.baseOffset())
        .map(PartitionLog.TornTail::position)
        .orElse(segment.logBytes());
  }

  private static void apply(
      BatchHeader batch, Map<Long, ProducerEntry> producers, RecordCursor records)
      throws IOException {
    long producerId = batch.producerId();
    ProducerEntry known = producers.get(producerId);
    if (known == null) {
      known = ProducerEntry.unknown(producerId, batch.producerEpoch());
    }
    if (batch.isControlBatch()) {
      if (batch.recordCount() > 0) {
        records.open(batch, RecordCursor.Mode.KEYS);
        if (records.next() && isMarker(records)) {
          producers.put(producerId, known.onMarker(batch.producerEpoch(), records.timestamp()));
        }
      }
      return;
    }
    producers.put(
        producerId,
        known.onData(
            batch.producerEpoch(),
            batch.lastSequence(),
            batch.baseOffset(),
            batch.lastOffset(),
            batch.maxTimestamp(),
            batch.isTransactional()));
  }

  /** Only a COMMIT or an ABORT ends a transaction; to go past another kind keeps more, not less. */
  private static boolean isMarker(RecordCursor control) {
    if (control.keyLength() < CONTROL_KEY_BYTES) {
      return false;
    }
    short type = control.buffer().getShort(control.keyPosition() + Short.BYTES);
    return type == ABORT || type == COMMIT;
  }
}
