// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.record;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.utils.ByteBufferOutputStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Records of magic 2 are read as Kafka's own classes read them, whole and by their keys only. */
class RecordCursorParityTest {

  private static final int BOUND_BYTES = 2 * 1024 * 1024;

  @ParameterizedTest
  @EnumSource(Codec.class)
  void next_randomBatches_sameRecordsAsKafka(Codec codec) throws IOException {
    assertParity(codec, TestSeeds.of(100), 60, 3_000, BOUND_BYTES);
  }

  @ParameterizedTest
  @EnumSource(Codec.class)
  void next_batchesThatSlideThroughTheWindow_sameRecordsAsKafka(Codec codec) throws IOException {
    assertParity(codec, TestSeeds.of(5), 120, 60_000, 128 * 1024);
  }

  @ParameterizedTest
  @EnumSource(Codec.class)
  void next_recordsLargerThanTheWindow_sameRecordsAsKafka(Codec codec) throws IOException {
    assertParity(codec, TestSeeds.of(6), 6, 900_000, BOUND_BYTES);
  }

  @ParameterizedTest
  @EnumSource(Codec.class)
  void next_damagedRecords_refusedOrAsManyAsPromised(Codec codec) throws IOException {
    int refused = 0;
    try (Decompressors decompressors = new Decompressors(8 * 1024 * 1024);
        Compressors compressors = new Compressors();
        RecordCursor cursor = new RecordCursor(decompressors, 4096)) {
      for (long seed : TestSeeds.of(4_000).toArray()) {
        SplittableRandom random = new SplittableRandom(seed);
        int maxValueBytes = random.nextInt(3) == 0 ? 6_000 : 50;
        byte[] plain = batch(Codec.NONE, random, 6, maxValueBytes);
        damage(plain, random);
        BatchHeader header = compressed(compressors, codec, plain);
        try {
          cursor.open(header, RecordCursor.Mode.KEYS);
          int count = keys(cursor, Integer.MAX_VALUE).size();
          assertThat(count).as("seed %d", seed).isEqualTo(header.recordCount());
          cursor.rewind(RecordCursor.Mode.WHOLE);
          assertThat(whole(cursor)).as("seed %d", seed).hasSize(count);
        } catch (CorruptBatchException | BoundExceededException e) {
          refused++;
        } catch (RuntimeException e) {
          throw new AssertionError("codec " + codec + ", seed " + seed, e);
        }
      }
    }
    assertThat(refused).isGreaterThan(400);
  }

  /** Flips bits and cuts among the records, which is what a checksum would have caught. */
  static void damage(byte[] plain, SplittableRandom random) {
    int records = plain.length - BatchHeader.V2_OVERHEAD;
    for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
      int within = random.nextBoolean() ? records : Math.min(records, 30);
      int at = BatchHeader.V2_OVERHEAD + random.nextInt(within);
      plain[at] ^= (byte) (1 << random.nextInt(8));
    }
  }

  static BatchHeader compressed(Compressors compressors, Codec codec, byte[] plain)
      throws IOException {
    byte[] records = Arrays.copyOfRange(plain, BatchHeader.V2_OVERHEAD, plain.length);
    byte[] body = OurStreams.compress(compressors, codec, records, new int[] {records.length});
    byte[] batch = Arrays.copyOf(plain, BatchHeader.V2_OVERHEAD + body.length);
    System.arraycopy(body, 0, batch, BatchHeader.V2_OVERHEAD, body.length);
    ByteBuffer buffer = OurStreams.direct(batch);
    buffer.putInt(BatchHeader.LENGTH, batch.length - BatchHeader.LOG_OVERHEAD);
    int attributes = buffer.getShort(BatchHeader.ATTRIBUTES) | codec.id();
    buffer.putShort(BatchHeader.ATTRIBUTES, (short) attributes);
    return new BatchHeader().wrap(buffer, 0);
  }

  private static void assertParity(
      Codec codec, LongStream seeds, int maxRecords, int maxValueBytes, int boundBytes)
      throws IOException {
    try (Decompressors decompressors = new Decompressors(8 * 1024 * 1024);
        RecordCursor cursor = new RecordCursor(decompressors, boundBytes)) {
      for (long seed : seeds.toArray()) {
        SplittableRandom random = new SplittableRandom(seed);
        byte[] bytes = batch(codec, random, maxRecords, maxValueBytes);
        int before = random.nextInt(20);
        ByteBuffer buffer = ByteBuffer.allocateDirect(before + bytes.length + 8).put(before, bytes);
        BatchHeader header = new BatchHeader().wrap(buffer, before);
        String as = "codec " + codec + ", seed " + seed;
        cursor.open(header, RecordCursor.Mode.KEYS);
        assertThat(keys(cursor, Integer.MAX_VALUE)).as(as).isEqualTo(kafkas(bytes, false));
        cursor.rewind(RecordCursor.Mode.WHOLE);
        assertThat(whole(cursor)).as(as).isEqualTo(kafkas(bytes, true));
        cursor.open(header, RecordCursor.Mode.WHOLE);
        assertThat(whole(cursor)).as(as).isEqualTo(kafkas(bytes, true));
        cursor.rewind(RecordCursor.Mode.KEYS);
        keys(cursor, random.nextInt(5));
        cursor.rewind(RecordCursor.Mode.KEYS);
        assertThat(keys(cursor, Integer.MAX_VALUE)).as(as).isEqualTo(kafkas(bytes, false));
      }
    }
  }

  static byte[] batch(Codec codec, SplittableRandom random, int maxRecords, int maxValueBytes) {
    boolean appendTime = random.nextBoolean();
    long baseOffset = random.nextLong(1L << 45);
    ByteBufferOutputStream out = new ByteBufferOutputStream(1024);
    MemoryRecordsBuilder builder =
        new MemoryRecordsBuilder(
            out,
            (byte) 2,
            Compression.of(CompressionType.forId(codec.id())).build(),
            appendTime ? TimestampType.LOG_APPEND_TIME : TimestampType.CREATE_TIME,
            baseOffset,
            random.nextLong(1L << 41),
            -1L,
            (short) -1,
            -1,
            false,
            false,
            7,
            Integer.MAX_VALUE);
    int count = 1 + random.nextInt(maxRecords);
    long spreadMs = 1L << random.nextInt(41);
    long offset = baseOffset;
    for (int i = 0; i < count; i++) {
      Header[] headers = new Header[random.nextInt(4) == 0 ? random.nextInt(4) : 0];
      for (int h = 0; h < headers.length; h++) {
        byte[] value = random.nextInt(3) == 0 ? null : bytes(random, 200);
        headers[h] = new RecordHeader("h" + random.nextInt(1000), value);
      }
      ByteBuffer key = random.nextInt(9) == 0 ? null : ByteBuffer.wrap(bytes(random, 100));
      ByteBuffer value =
          random.nextInt(9) == 0 ? null : ByteBuffer.wrap(bytes(random, maxValueBytes));
      builder.appendWithOffset(offset, 1 + random.nextLong(spreadMs), key, value, headers);
      offset += 1 + (random.nextInt(5) == 0 ? random.nextInt(200) : 0);
    }
    ByteBuffer built = builder.build().buffer();
    byte[] bytes = new byte[built.remaining()];
    built.get(bytes);
    return bytes;
  }

  private static byte[] bytes(SplittableRandom random, int maxBytes) {
    byte[] bytes = new byte[random.nextInt(maxBytes)];
    if (random.nextBoolean()) {
      random.nextBytes(bytes);
    }
    return bytes;
  }

  private static List<String> keys(RecordCursor cursor, int most) throws IOException {
    List<String> all = new ArrayList<>();
    while (all.size() < most && cursor.next()) {
      String key = hex(cursor.buffer(), cursor.keyPosition(), cursor.keyLength());
      assertThat(cursor.hasKey()).isEqualTo(!key.equals("null"));
      assertThat(cursor.hasValue()).isEqualTo(cursor.valueLength() >= 0);
      all.add(cursor.offset() + " " + cursor.timestamp() + " " + key + " " + cursor.valueLength());
    }
    return all;
  }

  private static List<String> whole(RecordCursor cursor) throws IOException {
    List<String> all = new ArrayList<>();
    while (cursor.next()) {
      ByteBuffer buffer = cursor.buffer();
      StringBuilder record = new StringBuilder();
      record.append(cursor.offset()).append(' ').append(cursor.timestamp());
      record.append(' ').append(hex(buffer, cursor.keyPosition(), cursor.keyLength()));
      record.append(' ').append(cursor.valueLength());
      record.append(' ').append(hex(buffer, cursor.valuePosition(), cursor.valueLength()));
      int p = cursor.headersPosition();
      int count = Varint.read(buffer, p);
      p += Varint.length(buffer, p);
      for (int i = 0; i < 2 * count; i++) {
        int length = Varint.read(buffer, p);
        p += Varint.length(buffer, p);
        record.append(' ').append(hex(buffer, p, length));
        p += Math.max(length, 0);
      }
      assertThat(p).isEqualTo(cursor.endPosition());
      all.add(record.toString());
    }
    return all;
  }

  private static List<String> kafkas(byte[] batch, boolean whole) {
    List<String> all = new ArrayList<>();
    for (MutableRecordBatch read :
        MemoryRecords.readableRecords(ByteBuffer.wrap(batch)).batches()) {
      for (Record record : read) {
        StringBuilder text = new StringBuilder();
        text.append(record.offset()).append(' ').append(record.timestamp());
        text.append(' ').append(hex(record.key(), 0, record.hasKey() ? record.keySize() : -1));
        int valueBytes = record.hasValue() ? record.valueSize() : -1;
        text.append(' ').append(valueBytes);
        if (whole) {
          text.append(' ').append(hex(record.value(), 0, valueBytes));
          for (Header header : record.headers()) {
            byte[] key = header.key().getBytes(StandardCharsets.UTF_8);
            text.append(' ').append(HexFormat.of().formatHex(key));
            byte[] value = header.value();
            text.append(' ').append(value == null ? "null" : HexFormat.of().formatHex(value));
          }
        }
        all.add(text.toString());
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
