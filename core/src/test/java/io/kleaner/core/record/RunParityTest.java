// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.record;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is taken in runs is what is taken record by record, from sound batches and damaged ones. */
class RunParityTest {

  private static final int BOUND_BYTES = 64 * 1024;

  private final Decompressors decompressors = new Decompressors(8 * 1024 * 1024);
  private final Compressors compressors = new Compressors();
  private final RecordCursor cursor = new RecordCursor(decompressors, BOUND_BYTES);
  private final BatchBuilder builder = new BatchBuilder(compressors, 16 * 1024 * 1024);

  @AfterEach
  void close() {
    builder.close();
    cursor.close();
    compressors.close();
    decompressors.close();
  }

  @ParameterizedTest
  @EnumSource(Codec.class)
  void next_run_sameKeysAsOneByOne(Codec codec) throws IOException {
    int inRuns = 0;
    for (long seed : TestSeeds.of(300).toArray()) {
      BatchHeader header = random(codec, new SplittableRandom(seed), false);
      List<String> expected = oneByOne(header);
      List<String> actual = new ArrayList<>();
      inRuns += runs(header, actual);
      assertThat(actual).as("seed %d", seed).isEqualTo(expected);
    }
    assertThat(inRuns).isGreaterThan(1_000);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void appendSurvivors_anyBatch_sameBytesAsOneByOne(boolean damaged) throws IOException {
    int refused = 0;
    for (long seed : TestSeeds.of(3_000).toArray()) {
      SplittableRandom random = new SplittableRandom(seed);
      BatchHeader header = random(Codec.NONE, random, damaged);
      long horizon = random.nextInt(4) == 0 ? random.nextLong(1L << 41) : BatchBuilder.NO_HORIZON;
      // Damage in a record that does not survive is not looked for: the checksum is there for it.
      long[] removed = damaged ? new long[2] : random.longs(2).toArray();
      String expected = rewritten(header, horizon, removed, false);
      assertThat(rewritten(header, horizon, removed, true)).as("seed %d", seed).isEqualTo(expected);
      refused += expected.equals("refused") ? 1 : 0;
    }
    assertThat(refused > 100).isEqualTo(damaged);
  }

  private BatchHeader random(Codec codec, SplittableRandom random, boolean damaged)
      throws IOException {
    byte[] plain = RecordCursorParityTest.batch(Codec.NONE, random, 100, 300);
    if (damaged) {
      RecordCursorParityTest.damage(plain, random);
    }
    return RecordCursorParityTest.compressed(compressors, codec, plain);
  }

  private List<String> oneByOne(BatchHeader header) throws IOException {
    List<String> keys = new ArrayList<>();
    cursor.open(header, RecordCursor.Mode.KEYS);
    while (cursor.next()) {
      keys.add(key(cursor.buffer(), cursor.keyPosition(), cursor.keyLength()));
    }
    return keys;
  }

  private int runs(BatchHeader header, List<String> keys) throws IOException {
    KeyRun run = new KeyRun();
    int inRuns = 0;
    cursor.open(header, RecordCursor.Mode.KEYS);
    while (true) {
      if (cursor.next(run)) {
        inRuns += run.size();
        for (int i = 0; i < run.size(); i++) {
          keys.add(key(run.buffer(), run.positions()[i], run.lengths()[i]));
        }
      } else if (cursor.next()) {
        keys.add(key(cursor.buffer(), cursor.keyPosition(), cursor.keyLength()));
      } else {
        return inRuns;
      }
    }
  }

  private String rewritten(BatchHeader header, long horizonMs, long[] removed, boolean inRuns)
      throws IOException {
    try {
      builder.begin(header, horizonMs);
      cursor.open(header, RecordCursor.Mode.WHOLE);
      int count = header.recordCount();
      for (int i = 0; i < count; i += Long.SIZE) {
        int some = Math.min(Long.SIZE, count - i);
        if (inRuns) {
          builder.appendSurvivors(cursor, removed[i / Long.SIZE], some);
        } else {
          for (int j = 0; j < some; j++) {
            assertThat(cursor.next()).isTrue();
            if ((removed[i / Long.SIZE] >>> j & 1) == 0) {
              builder.append(cursor);
            }
          }
        }
      }
      assertThat(cursor.next()).isFalse();
      return hex(builder.finish());
    } catch (CorruptBatchException | ArithmeticException e) {
      return "refused";
    }
  }

  private static String key(ByteBuffer buffer, int position, int length) {
    byte[] bytes = new byte[Math.max(length, 0)];
    buffer.get(position, bytes);
    return length + " " + HexFormat.of().formatHex(bytes);
  }

  private static String hex(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(buffer.position(), bytes);
    return HexFormat.of().formatHex(bytes);
  }
}
