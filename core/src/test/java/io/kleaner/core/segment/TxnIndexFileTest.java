// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.record.CorruptBatchException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.storage.internals.log.TransactionIndex;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TxnIndexFileTest {

  private static final long BASE = 1000;

  @TempDir private Path dir;

  private Path file() {
    return dir.resolve("00000000000000001000.txnindex");
  }

  private List<AbortedTxn> read() throws IOException {
    return TxnIndexFile.read(
        new LocalFileSystem(), new Segment(dir, BASE, 0, 0, 0, Files.exists(file()), 0));
  }

  private void kafkaWrites(long... lastOffsets) throws IOException {
    TransactionIndex index = new TransactionIndex(BASE, file().toFile());
    for (long last : lastOffsets) {
      index.append(
          new org.apache.kafka.storage.internals.log.AbortedTxn(7, last - 50, last, last + 1));
    }
    index.close();
  }

  @Test
  void read_kafkasEntries_areTheSame() throws IOException {
    kafkaWrites(1010, 1200);

    assertThat(read())
        .containsExactly(new AbortedTxn(7, 960, 1010, 1011), new AbortedTxn(7, 1150, 1200, 1201));
  }

  @Test
  void read_segmentWithoutFile_isEmpty() throws IOException {
    assertThat(read()).isEmpty();
  }

  @Test
  void readAll_severalSegments_entriesOfAllInTheirOrder() throws IOException {
    kafkaWrites(1010, 1200);
    List<Segment> segments =
        List.of(
            new Segment(dir, 0, 0, 0, 0, false, 0),
            new Segment(dir, BASE, 0, 0, 0, true, 0),
            new Segment(dir, 2000, 0, 0, 0, true, 0));
    TransactionIndex second =
        new TransactionIndex(2000, dir.resolve("00000000000000002000.txnindex").toFile());
    second.append(new org.apache.kafka.storage.internals.log.AbortedTxn(8, 1900, 2100, 2101));
    second.close();

    assertThat(TxnIndexFile.readAll(new LocalFileSystem(), segments))
        .containsExactly(
            new AbortedTxn(7, 960, 1010, 1011),
            new AbortedTxn(7, 1150, 1200, 1201),
            new AbortedTxn(8, 1900, 2100, 2101));
  }

  @Test
  void readAll_oneIndexCut_isRefused() throws IOException {
    kafkaWrites(1010);
    Files.write(file(), Arrays.copyOf(Files.readAllBytes(file()), 20));
    List<Segment> segments =
        List.of(new Segment(dir, 0, 0, 0, 0, false, 0), new Segment(dir, BASE, 0, 0, 0, true, 0));

    assertThatThrownBy(() -> TxnIndexFile.readAll(new LocalFileSystem(), segments))
        .isInstanceOf(CorruptBatchException.class)
        .hasMessageContaining("00000000000000001000.txnindex");
  }

  @Test
  void read_emptyFile_isEmpty() throws IOException {
    Files.createFile(file());

    assertThat(read()).isEmpty();
  }

  @Test
  void read_cutEntry_isRefused() throws IOException {
    kafkaWrites(1010, 1200);
    Files.write(file(), Arrays.copyOf(Files.readAllBytes(file()), 60));

    assertThatThrownBy(this::read)
        .isInstanceOf(CorruptBatchException.class)
        .hasMessageContaining("60 bytes are not a whole number of entries of 34")
        .hasMessageContaining("00000000000000001000.txnindex");
  }

  @Test
  void read_unknownVersion_isRefused() throws IOException {
    kafkaWrites(1010, 1200);
    byte[] bytes = Files.readAllBytes(file());
    bytes[35] = 9;
    Files.write(file(), bytes);

    assertThatThrownBy(this::read)
        .isInstanceOf(CorruptBatchException.class)
        .hasMessageContaining("unknown version 9");
  }

  @Test
  void read_entryThatEndsBeforeTheSegment_isRefusedAsByABroker() throws IOException {
    kafkaWrites(999);

    assertThatThrownBy(this::read)
        .isInstanceOf(CorruptBatchException.class)
        .hasMessageContaining("last offset 999 is below the segment's base offset");
    try (TransactionIndex index = new TransactionIndex(BASE, file().toFile())) {
      assertThatThrownBy(index::sanityCheck).hasMessageContaining("999");
    }
  }

  @Test
  void read_entryThatEndsBeforeItBegins_isRefused() throws IOException {
    ByteBuffer entry = ByteBuffer.allocate(TxnIndexFormat.ENTRY_BYTES);
    entry.putShort((short) 0).putLong(7).putLong(1200).putLong(1100).putLong(1201);
    Files.write(file(), entry.array());

    assertThatThrownBy(this::read).isInstanceOf(CorruptBatchException.class);
  }
}
