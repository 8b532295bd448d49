// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages of magic 0 and 1 are read as Kafka's own classes read them. */
class LegacyRecordCursorTest {

  private static final int BOUND_BYTES = 1024 * 1024;
  private static final int SMALL_BOUND_BYTES = 64 * 1024;
  private static final Optional<byte[]> NONE = Optional.empty();

  private final Decompressors decompressors = new Decompressors(8 * 1024 * 1024);
  private final LegacyRecordCursor cursor = new LegacyRecordCursor(decompressors, BOUND_BYTES);

  @AfterEach
  void close() {
    cursor.close();
    decompressors.close();
  }

  // What Kafka reads

  @ParameterizedTest
  @EnumSource(value = Codec.class, mode = EnumSource.Mode.EXCLUDE, names = "ZSTD")
  void next_randomMessages_sameRecordsAsKafka(Codec codec) throws IOException {
    for (long seed : TestSeeds.of(150).toArray()) {
      byte[] batch = randomBatch(codec, new SplittableRandom(seed), 40, 2000);
      assertThat(records(cursor, batch))
          .as("codec %s, seed %d", codec, seed)
          .isEqualTo(kafkasRecords(batch));
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Codec.class,
      mode = EnumSource.Mode.EXCLUDE,
      names = {"NONE", "ZSTD"})
  void next_wrapperLargerThanBound_streamsToSameRecordsAsKafka(Codec codec) throws IOException {
    try (LegacyRecordCursor small = new LegacyRecordCursor(decompressors, SMALL_BOUND_BYTES)) {
      for (long seed : TestSeeds.of(12).toArray()) {
        byte[] batch = randomBatch(codec, new SplittableRandom(seed), 400, 60_000);
        List<String> expected = kafkasRecords(batch);
        assertThat(records(small, batch)).as("codec %s, seed %d", codec, seed).isEqualTo(expected);
        small.rewind();
        assertThat(rest(small)).as("again: codec %s, seed %d", codec, seed).isEqualTo(expected);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(value = Codec.class, mode = EnumSource.Mode.EXCLUDE, names = "ZSTD")
  void rewind_afterSomeRecords_allRecordsAgain(Codec codec) throws IOException {
    byte[] batch = randomBatch(codec, new SplittableRandom(5), 40, 2000);
    open(cursor, batch);
    assertThat(cursor.next()).isTrue();
    cursor.rewind();
    assertThat(rest(cursor)).isEqualTo(kafkasRecords(batch));
  }

  @Test
  void next_magic1WrapperOfOffset0_countsFrom0() throws IOException {
    byte[] batch =
        LegacyMessages.wrapper(1, 0, Codec.GZIP, 0, 9, plain(1, 0), plain(1, 1), plain(1, 2));
    assertThat(records(cursor, batch)).hasSize(3).isEqualTo(kafkasRecords(batch));
  }

  @Test
  void next_magic1WrapperCleanedBefore_offsetsRelativeToItsLastMessage() throws IOException {
    byte[] batch = LegacyMessages.wrapper(1, 107, Codec.SNAPPY, 0, 9, plain(1, 2), plain(1, 5));
    open(cursor, batch);
    cursor.next();
    assertThat(cursor.offset()).isEqualTo(104);
    cursor.next();
    assertThat(cursor.offset()).isEqualTo(107);
  }

  @Test
  void next_magic0_noTimestamp() throws IOException {
    open(cursor, LegacyMessages.wrapper(0, 4, Codec.LZ4, 0, 77, plain(0, 4)));
    cursor.next();
    assertThat(cursor.timestamp()).isEqualTo(-1);
  }

  @Test
  void next_magic1LogAppendTime_timestampOfWrapper() throws IOException {
    int flags = LegacyMessages.LOG_APPEND_TIME;
    open(cursor, LegacyMessages.wrapper(1, 4, Codec.GZIP, flags, 77, plain(1, 0)));
    cursor.next();
    assertThat(cursor.timestamp()).isEqualTo(77);
  }

  @Test
  void next_magic0Lz4WithRightHeaderChecksum_read() throws IOException {
    byte[] compressed = KafkaStreams.compress(Codec.LZ4, plain(0, 4));
    int codec = Codec.LZ4.id();
    byte[] batch = LegacyMessages.message(0, 4, codec, 0, NONE, Optional.of(compressed));
    assertThat(records(cursor, batch)).hasSize(1).isEqualTo(kafkasRecords(batch));
  }

  // What is refused

  @Test
  void open_zstd_refused() throws IOException {
    byte[] batch = LegacyMessages.wrapper(1, 0, Codec.ZSTD, 0, 9, plain(1, 0));
    assertThatThrownBy(() -> records(cursor, batch))
        .isInstanceOf(CorruptBatchException.class)
        .hasMessageContaining("zstd in a message of magic 1");
  }

  @Test
  void next_wrapperWithinWrapper_refused() throws IOException {
    byte[] inner = LegacyMessages.wrapper(1, 0, Codec.GZIP, 0, 9, plain(1, 0));
    byte[] batch = LegacyMessages.wrapper(1, 5, Codec.GZIP, 0, 9, inner);
    assertRefused(batch, "a compressed message within a compressed message");
  }

  @Test
  void next_wrappedMessageWithFlippedBit_refused() throws IOException {
    byte[] message = plain(1, 0);
    message[message.length - 1] ^= 1;
    assertRefused(LegacyMessages.wrapper(1, 5, Codec.GZIP, 0, 9, message), "CRC mismatch");
  }

  @Test
  void next_otherMagicInWrapper_refused() throws IOException {
    assertRefused(
        LegacyMessages.wrapper(1, 5, Codec.GZIP, 0, 9, plain(1, 0), plain(0, 1)),
        "message of magic 0 in a wrapper of magic 1");
  }

  @Test
  void next_offsetsGoingBack_refused() throws IOException {
    assertRefused(
        LegacyMessages.wrapper(0, 5, Codec.GZIP, 0, 9, plain(0, 4), plain(0, 3)),
        "message offset 3 is not within 5..5");
  }

  @Test
  void next_magic0OffsetAboveWrappers_refused() throws IOException {
    assertRefused(
        LegacyMessages.wrapper(0, 5, Codec.GZIP, 0, 9, plain(0, 6)),
        "message offset 6 is not within 0..5");
  }

  @Test
  void open_magic1WrapperBelowLastRelativeOffset_refused() throws IOException {
    assertRefused(
        LegacyMessages.wrapper(1, 5, Codec.GZIP, 0, 9, plain(1, 7), plain(1, 8)),
        "the last wrapped message has the relative offset 8, not within 0..5");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void next_wrapperWithoutMessages_refused(int magic) throws IOException {
    byte[] batch = LegacyMessages.wrapper(magic, 0, Codec.GZIP, 0, 9);
    assertRefused(batch, "compressed message without messages in it");
  }

  @Test
  void open_wrapperWithoutValue_refused() {
    byte[] batch = LegacyMessages.message(1, 5, Codec.GZIP.id(), 9, NONE, NONE);
    assertRefused(batch, "compressed message without a value");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void next_wrapperCutAnywhere_refused(int magic) throws IOException {
    byte[] second = plain(magic, 1);
    for (int length = 1; length < second.length; length++) {
      byte[] cut = Arrays.copyOf(second, length);
      byte[] batch = LegacyMessages.wrapper(magic, 9, Codec.GZIP, 0, 9, plain(magic, 0), cut);
      assertRefused(batch, "wrapped messages end");
    }
  }

  @Test
  void next_wrappedMessageOfLittleSize_refused() throws IOException {
    byte[] message = plain(1, 0);
    ByteBuffer.wrap(message).putInt(BatchHeader.LENGTH, 21);
    assertRefused(
        LegacyMessages.wrapper(1, 5, Codec.GZIP, 0, 9, message),
        "wrapped message of 33 bytes, the least is 34");
  }

  @ParameterizedTest
  @ValueSource(ints = {-2, 100, Integer.MIN_VALUE, Integer.MAX_VALUE})
  void next_keyLengthThatDoesNotFit_refused(int length) {
    byte[] message = plain(1, 0);
    ByteBuffer.wrap(message).putInt(BatchHeader.LEGACY_TIMESTAMP + Long.BYTES, length);
    assertRefused(LegacyMessages.withCrc(message), "key length " + length + " does not fit");
  }

  @Test
  void next_wrappedMessageOverBound_refusedWithSizes() throws IOException {
    Optional<byte[]> value = Optional.of(new byte[SMALL_BOUND_BYTES]);
    byte[] large = LegacyMessages.message(1, 0, 0, 1, NONE, value);
    byte[] batch = LegacyMessages.wrapper(1, 5, Codec.GZIP, 0, 9, large);
    try (LegacyRecordCursor small = new LegacyRecordCursor(decompressors, SMALL_BOUND_BYTES)) {
      assertThatThrownBy(() -> records(small, batch))
          .isInstanceOf(BoundExceededException.class)
          .hasMessageContaining("a wrapped message needs " + large.length + " bytes");
    }
  }

  @Test
  void next_wrappedMessageOfBoundsSize_read() throws IOException {
    int overhead = BatchHeader.V1_OVERHEAD;
    Optional<byte[]> value = Optional.of(new byte[SMALL_BOUND_BYTES - overhead]);
    byte[] large = LegacyMessages.message(1, 1, 0, 1, NONE, value);
    byte[] batch = LegacyMessages.wrapper(1, 5, Codec.GZIP, 0, 9, plain(1, 0), large);
    try (LegacyRecordCursor small = new LegacyRecordCursor(decompressors, SMALL_BOUND_BYTES)) {
      assertThat(records(small, batch)).hasSize(2);
    }
  }

  @Test
  void open_afterRefusedBatch_readsTheNextOne() throws IOException {
    byte[] message = plain(1, 0);
    message[message.length - 1] ^= 1;
    assertRefused(LegacyMessages.wrapper(1, 5, Codec.GZIP, 0, 9, message), "CRC mismatch");
    byte[] batch = LegacyMessages.wrapper(1, 5, Codec.GZIP, 0, 9, plain(1, 0));
    assertThat(records(cursor, batch)).isEqualTo(kafkasRecords(batch));
  }

  @Test
  void next_damagedMessages_refusedOrRead() throws IOException {
    int refused = 0;
    for (long seed : TestSeeds.of(10_000).toArray()) {
      SplittableRandom random = new SplittableRandom(seed);
      byte[] batch = damagedBatch(random);
      try {
        assertThat(records(cursor, batch)).as("seed %d", seed).hasSizeLessThan(100);
      } catch (CorruptBatchException | BoundExceededException e) {
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(2000);
  }

  /** Messages with flipped bits and fresh checksums, in a wrapper or not. */
  private static byte[] damagedBatch(SplittableRandom random) throws IOException {
    int magic = random.nextInt(2);
    byte[][] messages = new byte[1 + random.nextInt(4)][];
    for (int i = 0; i < messages.length; i++) {
      messages[i] = random(random, magic, i, 0, 60);
      if (random.nextInt(3) > 0) {
        int sparesTheMagic = BatchHeader.MAGIC + 1;
        int from = random.nextBoolean() ? sparesTheMagic : 0;
        int at = from + random.nextInt(messages[i].length - from);
        messages[i][at] ^= (byte) (1 << random.nextInt(8));
        LegacyMessages.withCrc(messages[i]);
      }
    }
    if (random.nextInt(4) == 0) {
      byte[] one = random(random, magic, 3, 0, 60);
      int at = BatchHeader.MAGIC + 1 + random.nextInt(one.length - BatchHeader.MAGIC - 1);
      one[at] ^= (byte) (1 << random.nextInt(8));
      return one;
    }
    return LegacyMessages.wrapper(
        magic, messages.length - 1, Codec.forId(1 + random.nextInt(3)), 0, 5, messages);
  }

  private void assertRefused(byte[] batch, String message) {
    assertThatThrownBy(() -> records(cursor, batch))
        .isInstanceOf(CorruptBatchException.class)
        .hasMessageContaining(message);
  }

  private static byte[] plain(int magic, long offset) {
    byte[] key = ("key-" + offset).getBytes(StandardCharsets.UTF_8);
    byte[] value = ("value-" + offset).getBytes(StandardCharsets.UTF_8);
    return LegacyMessages.message(
        magic, offset, 0, 1000 + offset, Optional.of(key), Optional.of(value));
  }

  private static byte[] randomBatch(
      Codec codec, SplittableRandom random, int maxMessages, int maxValueBytes) throws IOException {
    int magic = random.nextInt(2);
    int flags = magic == 1 && random.nextBoolean() ? LegacyMessages.LOG_APPEND_TIME : 0;
    long base = random.nextInt(3) == 0 ? 0 : random.nextLong(1L << 40);
    if (codec == Codec.NONE) {
      return random(random, magic, base, flags, maxValueBytes);
    }
    int gaps = random.nextBoolean() ? 1 : 5;
    byte[][] messages = new byte[1 + random.nextInt(maxMessages)][];
    long relative = random.nextInt(gaps);
    long last = relative;
    for (int i = 0; i < messages.length; i++) {
      long offset = magic == 0 ? base + relative : relative;
      messages[i] = random(random, magic, offset, 0, maxValueBytes);
      last = relative;
      relative += 1 + random.nextInt(gaps);
    }
    long timestamp = random.nextLong(1L << 41);
    return LegacyMessages.wrapper(magic, base + last, codec, flags, timestamp, messages);
  }

  private static byte[] random(
      SplittableRandom random, int magic, long offset, int attributes, int maxValueBytes) {
    Optional<byte[]> key = random.nextInt(9) == 0 ? NONE : Optional.of(bytes(random, 40));
    Optional<byte[]> value =
        random.nextInt(9) == 0 ? NONE : Optional.of(bytes(random, maxValueBytes));
    long timestamp = random.nextInt(9) == 0 ? -1 : random.nextLong(1L << 41);
    return LegacyMessages.message(magic, offset, attributes, timestamp, key, value);
  }

  private static byte[] bytes(SplittableRandom random, int maxBytes) {
    byte[] bytes = new byte[random.nextInt(maxBytes)];
    random.nextBytes(bytes);
    return bytes;
  }

  private static void open(LegacyRecordCursor cursor, byte[] batch) throws IOException {
    int before = 5;
    ByteBuffer buffer = ByteBuffer.allocateDirect(before + batch.length + 3).put(before, batch);
    cursor.open(new BatchHeader().wrap(buffer, before));
  }

  private static List<String> records(LegacyRecordCursor cursor, byte[] batch) throws IOException {
    open(cursor, batch);
    return rest(cursor);
  }

  private static List<String> rest(LegacyRecordCursor cursor) throws IOException {
    List<String> all = new ArrayList<>();
    while (cursor.next()) {
      ByteBuffer buffer = cursor.buffer();
      String key = hex(buffer, cursor.keyPosition(), cursor.keyLength());
      String value = hex(buffer, cursor.valuePosition(), cursor.valueLength());
      assertThat(cursor.hasKey()).isEqualTo(!key.equals("null"));
      assertThat(cursor.hasValue()).isEqualTo(!value.equals("null"));
      all.add(cursor.offset() + " " + cursor.timestamp() + " " + key + " " + value);
    }
    return all;
  }

  private static List<String> kafkasRecords(byte[] batch) {
    List<String> all = new ArrayList<>();
    for (MutableRecordBatch read :
        MemoryRecords.readableRecords(ByteBuffer.wrap(batch)).batches()) {
      for (Record record : read) {
        String key = record.hasKey() ? hex(record.key(), 0, record.keySize()) : "null";
        String value = record.hasValue() ? hex(record.value(), 0, record.valueSize()) : "null";
        all.add(record.offset() + " " + record.timestamp() + " " + key + " " + value);
      }
    }
    return all;
  }

  private static String hex(ByteBuffer buffer, int position, int length) {
    if (length < 0) {
      return "null";
    }
    byte[] bytes = new byte[length];
    buffer.get(position, bytes);
    return HexFormat.of().formatHex(bytes);
  }
}
