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
import io.kleaner.core.segment.SegmentFileName;
import io.kleaner.core.segment.SegmentFileName.Kind;
import io.kleaner.core.segment.SegmentFileName.Stage;
import io.kleaner.core.segment.SegmentWriter;
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
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What was written is compared with what was decided, and with what is on disk, by every lane. */
class OutputVerifierTest {

  private static final int BATCHES = 200;
  private static final int RECORDS = 3;
  private static final int PART_BYTES = 1000;
  private static final int RECORD_BYTES = 1024 * 1024;

  @TempDir private Path temp;
  private final LocalFileSystem fileSystem = new LocalFileSystem();
  private final ExecutorService helpers = Executors.newCachedThreadPool();

  private static final Path DIR = Path.of("orders-0");
  private static final FateCounts BEFORE = counts(10, 100);
  private static final List<WrittenSegment> WRITTEN =
      List.of(
          new WrittenSegment(0, 1000, 3, 20, 40, false),
          new WrittenSegment(41, 1000, 2, 9, 70, false));

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
    long last = written.lastOffset();
    long size = written.sizeBytes();
    long records = written.records();

    assertThatThrownBy(
            () -> verify(new WrittenSegment(0, size, BATCHES + 1, records, last, false), lanes))
        .hasMessageContaining("batches");
    assertThatThrownBy(
            () -> verify(new WrittenSegment(0, size, BATCHES, records - 1, last, false), lanes))
        .hasMessageContaining("records");
    assertThatThrownBy(
            () -> verify(new WrittenSegment(0, size, BATCHES, records, last + 1, false), lanes))
        .hasMessageContaining("last offset");
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
    ByteBuffer out = ByteBuffer.allocateDirect(4096);
    try (SegmentWriter writer =
        new SegmentWriter(fileSystem, temp, 0, Stage.CLEANED, indexIntervalBytes, out)) {
      long offset = 0;
      for (int i = 0; i < BATCHES; i++) {
        SimpleRecord[] records = new SimpleRecord[RECORDS];
        Arrays.fill(records, new SimpleRecord(i, new byte[] {(byte) i}, new byte[20]));
        ByteBuffer batch = MemoryRecords.withRecords(offset, Compression.NONE, records).buffer();
        offset += RECORDS;
        writer.append(batch, 0, batch.limit(), offset - 1, i);
      }
      writer.finish();
      return new WrittenSegment(
          0, writer.sizeInBytes(), BATCHES, (long) BATCHES * RECORDS, offset - 1, false);
    }
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
