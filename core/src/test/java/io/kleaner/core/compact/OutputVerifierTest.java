// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kleaner.core.io.FaultyFileSystem;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.pace.CancelToken;
import io.kleaner.core.pace.Throttle;
import io.kleaner.core.segment.AbortedTxn;
import io.kleaner.core.segment.SegmentFileName;
import io.kleaner.core.segment.SegmentFileName.Kind;
import io.kleaner.core.segment.SegmentFileName.Stage;
import io.kleaner.core.segment.SegmentWriter;
import io.kleaner.core.segment.WriteBuffers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What was written is compared with what was decided, and with what is on disk, by every lane. */
class OutputVerifierTest {

  private static final int BATCHES = 200;
  private static final int RECORDS = 3;
  private static final int PART_BYTES = 1000;
  private static final int RECORD_BYTES = 1024 * 1024;
  private static final long PRODUCER_ID = 7;
  private static final long MARKER_OFFSET = 60L * RECORDS;
  private static final AbortedTxn ABORTED = new AbortedTxn(PRODUCER_ID, 30, MARKER_OFFSET, 40);

  @TempDir private Path temp;
  private final LocalFileSystem fileSystem = new LocalFileSystem();
  private final ExecutorService helpers = Executors.newCachedThreadPool();

  private static final Path DIR = Path.of("orders-0");
  private static final FateCounts BEFORE = counts(10, 100);
  private static final List<WrittenSegment> WRITTEN =
      List.of(
          new WrittenSegment(0, 1000, 3, 20, 40, 0, 1, List.of()),
          new WrittenSegment(41, 1000, 2, 9, 70, 0, 1, List.of()));

  private static FateCounts counts(long batches, long records) {
    FateCounts counts = new FateCounts();
    counts.batchesDecided = batches;
    counts.recordsDecided = records;
    return counts;
  }

  @Test
  void requireDecided_sameNumbers_passes() {
    assertThatCode(() -> OutputVerifier.requireDecided(DIR, BEFORE, counts(15, 129), WRITTEN))
        .doesNotThrowAnyException();
  }

  @Test
  void requireDecided_recordLost_refused() {
    assertThatThrownBy(() -> OutputVerifier.requireDecided(DIR, BEFORE, counts(15, 130), WRITTEN))
        .isInstanceOf(OutputMismatchException.class)
        .hasMessageContaining("decided records 29, expected 30");
  }

  @Test
  void requireDecided_batchDoubled_refused() {
    assertThatThrownBy(() -> OutputVerifier.requireDecided(DIR, BEFORE, counts(14, 129), WRITTEN))
        .isInstanceOf(OutputMismatchException.class)
        .hasMessageContaining("decided batches 5, expected 4");
  }

  @AfterEach
  void end() {
    helpers.shutdownNow();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void verify_asWritten_passesWithAnyNumberOfLanes(int lanes) throws IOException {
    WrittenSegment written = write();

    assertThatCode(() -> verify(written, lanes)).doesNotThrowAnyException();
  }

  /**
   * Huge batches, or a large {@code index.interval.bytes}, leave a long log few entries or none.
   */
  @ParameterizedTest
  @CsvSource({"1, 0", "3, 0", "1, 1", "3, 1", "3, 2"})
  void verify_fewerIndexEntriesThanParts_readsAllOfIt(int lanes, int entries) throws IOException {
    int bytes = (int) write().sizeBytes();
    WrittenSegment written = write(bytes / (entries + 1));
    assertThat(file(Kind.OFFSET_INDEX)).hasSize((long) entries * SegmentWriter.OFFSET_ENTRY_BYTES);

    assertThatCode(() -> verify(written, lanes)).doesNotThrowAnyException();

    byte[] log = Files.readAllBytes(file(Kind.LOG));
    for (int at : new int[] {70, bytes / 2, bytes - 2}) {
      byte[] damaged = log.clone();
      damaged[at] ^= 1;
      Files.write(file(Kind.LOG), damaged);

      assertThatThrownBy(() -> verify(written, lanes))
          .as("byte %d", at)
          .isInstanceOf(IOException.class);
    }
  }

  /** An interrupt closes the file that is read: it must be nobody else's. */
  @Test
  void verify_oneLaneInterrupted_othersReadOn() throws IOException {
    WrittenSegment written = write();
    Thread runner = Thread.currentThread();
    CountDownLatch reading = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    FaultyFileSystem.Fault fault =
        (op, number, path) -> {
          if (op == FaultyFileSystem.Op.READ && path.equals(file(Kind.LOG))) {
            if (Thread.currentThread() == runner) {
              reading.countDown();
              awaitUninterruptibly(interrupted);
            } else {
              Thread.currentThread().interrupt();
            }
          }
        };
    Executor second =
        task ->
            helpers.execute(
                () -> {
                  awaitUninterruptibly(reading);
                  task.run();
                  Thread.interrupted();
                  interrupted.countDown();
                });

    // What the runner reads comes first: its failure would be the one that is told.
    assertThatThrownBy(() -> verify(new FaultyFileSystem(fileSystem, fault), second, written, 2))
        .isInstanceOf(ClosedByInterruptException.class);
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void verify_bitFlippedAnywhere_refused(int lanes) throws IOException {
    WrittenSegment written = write();
    Path log = file(Kind.LOG);
    byte[] bytes = Files.readAllBytes(log);
    for (int at : new int[] {70, bytes.length / 2, bytes.length - 2}) {
      byte[] damaged = bytes.clone();
      damaged[at] ^= 1;
      Files.write(log, damaged);

      assertThatThrownBy(() -> verify(written, lanes))
          .as("byte %d", at)
          .isInstanceOf(IOException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void verify_otherNumbersThanMeant_refused(int lanes) throws IOException {
    WrittenSegment written = write();

    assertThatThrownBy(() -> verify(meaning(written, BATCHES + 1, 0, 0), lanes))
        .hasMessageContaining("batches");
    assertThatThrownBy(() -> verify(meaning(written, BATCHES, -1, 0), lanes))
        .hasMessageContaining("records");
    assertThatThrownBy(() -> verify(meaning(written, BATCHES, 0, 1), lanes))
        .hasMessageContaining("last offset");
  }

  private static WrittenSegment meaning(
      WrittenSegment written, long batches, int moreRecords, int moreOffsets) {
    return new WrittenSegment(
        0,
        written.sizeBytes(),
        batches,
        written.records() + moreRecords,
        written.lastOffset() + moreOffsets,
        written.offsetEntries(),
        written.timeEntries(),
        written.abortedTxns());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void verify_indexEntryBesideItsBatch_refused(int lanes) throws IOException {
    WrittenSegment written = write();
    Path index = file(Kind.OFFSET_INDEX);
    byte[] bytes = Files.readAllBytes(index);
    for (int entry = 0; entry < bytes.length; entry += SegmentWriter.OFFSET_ENTRY_BYTES) {
      byte[] damaged = bytes.clone();
      damaged[entry + SegmentWriter.OFFSET_ENTRY_BYTES - 1] ^= 1;
      Files.write(index, damaged);

      assertThatThrownBy(() -> verify(written, lanes))
          .as("entry at %d", entry)
          .isInstanceOf(IOException.class);
    }
  }

  /** Each byte of an entry counts: timestamp and offset. */
  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void verify_timeEntryBesideItsBatch_refused(int lanes) throws IOException {
    WrittenSegment written = write();
    byte[] bytes = Files.readAllBytes(file(Kind.TIME_INDEX));
    assertThat(bytes).hasSizeGreaterThan(10 * SegmentWriter.TIME_ENTRY_BYTES);
    for (int entry = 0; entry < bytes.length; entry += SegmentWriter.TIME_ENTRY_BYTES) {
      for (int at : new int[] {Long.BYTES - 1, SegmentWriter.TIME_ENTRY_BYTES - 1}) {
        assertDamageIsRefused(Kind.TIME_INDEX, damaged(bytes, entry + at), written, lanes);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Kind.class,
      names = {"OFFSET_INDEX", "TIME_INDEX"})
  void verify_entryLostAtTheEnd_refused(Kind kind) throws IOException {
    WrittenSegment written = write();
    byte[] bytes = Files.readAllBytes(file(kind));
    int entry =
        kind == Kind.TIME_INDEX ? SegmentWriter.TIME_ENTRY_BYTES : SegmentWriter.OFFSET_ENTRY_BYTES;

    assertDamageIsRefused(kind, Arrays.copyOf(bytes, bytes.length - entry), written, 1);
  }

  /** The highest timestamp ends the index, or a broker looks for newer records in vain. */
  @Test
  void verify_lastTimeEntryNotWritten_refused() throws IOException {
    WrittenSegment written = write();
    byte[] bytes = Files.readAllBytes(file(Kind.TIME_INDEX));
    WrittenSegment oneLess =
        new WrittenSegment(
            0,
            written.sizeBytes(),
            BATCHES,
            written.records(),
            written.lastOffset(),
            written.offsetEntries(),
            written.timeEntries() - 1,
            List.of());

    Files.write(
        file(Kind.TIME_INDEX), Arrays.copyOf(bytes, bytes.length - SegmentWriter.TIME_ENTRY_BYTES));

    assertThatThrownBy(() -> verify(oneLess, 1)).hasMessageContaining("highest timestamp");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void verify_abortedTransactionWithItsMarker_passes(int lanes) throws IOException {
    WrittenSegment written = write(1, List.of(ABORTED));

    assertThatCode(() -> verify(written, lanes)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void verify_transactionIndexChanged_refused(int lanes) throws IOException {
    WrittenSegment written = write(1, List.of(ABORTED));
    byte[] bytes = Files.readAllBytes(file(Kind.TXN_INDEX));
    for (int at = 0; at < bytes.length; at++) {
      assertDamageIsRefused(Kind.TXN_INDEX, damaged(bytes, at), written, lanes);
    }
    assertDamageIsRefused(Kind.TXN_INDEX, new byte[0], written, lanes);
  }

  @Test
  void verify_transactionIndexThatNobodyMeant_refused() throws IOException {
    WrittenSegment written = write();

    assertDamageIsRefused(Kind.TXN_INDEX, new byte[0], written, 1);
  }

  /** A broker would take a later, committed transaction of the producer for the aborted one. */
  @Test
  void verify_abortedTransactionWithoutItsMarker_refused() throws IOException {
    AbortedTxn beside = new AbortedTxn(PRODUCER_ID, 0, MARKER_OFFSET - 1, 0);
    AbortedTxn another = new AbortedTxn(PRODUCER_ID + 1, 0, MARKER_OFFSET, 0);
    for (AbortedTxn wrong : List.of(beside, another)) {
      WrittenSegment written = write(1, List.of(wrong));

      assertThatThrownBy(() -> verify(written, 3))
          .hasMessageContaining("entries with their ABORT marker 0, expected 1");
    }
  }

  private static byte[] damaged(byte[] bytes, int at) {
    byte[] damaged = bytes.clone();
    damaged[at] ^= 1;
    return damaged;
  }

  private void assertDamageIsRefused(Kind kind, byte[] content, WrittenSegment written, int lanes)
      throws IOException {
    Files.write(file(kind), content);

    assertThatThrownBy(() -> verify(written, lanes))
        .isInstanceOf(OutputMismatchException.class)
        .hasMessageContaining(file(kind).getFileName() + " read back has ");
  }

  @Test
  void verify_secondHalfOfTheLogFirst_refused() throws IOException {
    WrittenSegment written = write();
    byte[] bytes = Files.readAllBytes(file(Kind.LOG));
    int half = bytes.length / 2;
    byte[] turned = new byte[bytes.length];
    System.arraycopy(bytes, half, turned, 0, bytes.length - half);
    System.arraycopy(bytes, 0, turned, bytes.length - half, half);
    Files.write(file(Kind.LOG), turned);

    assertThatThrownBy(() -> verify(written, 3)).isInstanceOf(IOException.class);
  }

  /** Batches of one size, so that their halves can change places. */
  private WrittenSegment write() throws IOException {
    return write(1);
  }

  private WrittenSegment write(long indexIntervalBytes) throws IOException {
    return write(indexIntervalBytes, List.of());
  }

  /** With the marker of an aborted transaction in the midst. */
  private WrittenSegment write(long indexIntervalBytes, List<AbortedTxn> aborted)
      throws IOException {
    WriteBuffers out = new WriteBuffers(List.of(ByteBuffer.allocateDirect(4096)));
    try (SegmentWriter writer =
        new SegmentWriter(fileSystem, temp, 0, Stage.CLEANED, indexIntervalBytes, out)) {
      long offset = 0;
      long records = 0;
      for (int i = 0; i < BATCHES; i++) {
        boolean marker = offset == MARKER_OFFSET && !aborted.isEmpty();
        ByteBuffer batch = marker ? abortMarker(offset, i) : data(offset, i);
        int count = marker ? 1 : RECORDS;
        offset += count;
        records += count;
        writer.append(batch, 0, batch.limit(), offset - 1, i);
      }
      aborted.forEach(writer::appendAbortedTxn);
      writer.finish();
      return new WrittenSegment(
          0,
          writer.sizeInBytes(),
          BATCHES,
          records,
          offset - 1,
          writer.offsetEntries(),
          writer.timeEntries(),
          writer.abortedTxns());
    }
  }

  private static ByteBuffer data(long offset, int number) {
    SimpleRecord[] records = new SimpleRecord[RECORDS];
    Arrays.fill(records, new SimpleRecord(number, new byte[] {(byte) number}, new byte[20]));
    return MemoryRecords.withRecords(offset, Compression.NONE, records).buffer();
  }

  private static ByteBuffer abortMarker(long offset, long timestampMs) {
    return MemoryRecords.withEndTransactionMarker(
            offset,
            timestampMs,
            0,
            PRODUCER_ID,
            (short) 0,
            new EndTransactionMarker(ControlRecordType.ABORT, 0))
        .buffer();
  }

  private Path file(Kind kind) {
    return new SegmentFileName(0, kind, Stage.CLEANED).in(temp);
  }

  private void verify(WrittenSegment meant, int count) throws IOException {
    verify(fileSystem, helpers, meant, count);
  }

  private void verify(FileSystem disk, Executor others, WrittenSegment meant, int count)
      throws IOException {
    Pacer pacer =
        new Pacer(new CancelToken(), Throttle.unlimited(), (read, written, batches, last) -> {});
    try (Lanes lanes = new Lanes(count, others, RECORD_BYTES, Workbench.READ_BYTES)) {
      new OutputVerifier(disk, lanes, pacer, PART_BYTES).verify(temp, meant);
    }
  }
}
