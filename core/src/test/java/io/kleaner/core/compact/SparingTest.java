// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.kleaner.core.oracle.ScriptedLog;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a clean does without, as it would make it slow: payloads opened twice, objects a record. */
class SparingTest {

  private static final String VALUE = "x".repeat(50);
  private static final int KEYS = 100;
  private static final int BATCHES = 40;
  private static final int SEGMENTS = 5;

  @TempDir private Path temp;

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "snappy", "lz4", "zstd"})
  void run_compressedBatches_openedOnceAPassAndNotWhereBitsSettleThem(String codec)
      throws IOException {
    try (ScriptedLog log = ScriptedLog.in(temp, Map.of())) {
      log.codec(codec);
      put(log, "kept1", "kept2", "kept3");
      put(log, "gone1", "gone2", "gone3");
      put(log, "partly1", "partly2");
      log.roll();
      put(log, "gone1", "gone2", "gone3", "partly1");
      log.roll().put("active", VALUE);
    }
    Cleaning cleaning = cleaning();

    CleanStats first = cleaning.run(ScriptedLog.partition(temp)).stats();

    assertThat(first.recordsKept()).isEqualTo(8);
    assertThat(cleaning.payloadsOpened())
        .as("four batches for their keys, and the one again that is kept in part")
        .isEqualTo(4 + 1);

    try (ScriptedLog log = ScriptedLog.in(temp, Map.of())) {
      log.codec(codec);
      put(log, "kept1");
      log.roll().put("active", VALUE);
    }

    CleanStats second = cleaning.run(ScriptedLog.partition(temp)).stats();

    assertThat(second.recordsKept()).isLessThan(second.recordsBefore());
    assertThat(cleaning.payloadsOpened())
        .as("two dirty and three clean batches for their keys, and one again that is kept in part")
        .isEqualTo(2 + 3 + 1);
  }

  @Test
  void run_moreRecords_allocateASlotAndABitAndNoObjectEach() throws IOException {
    long few = allocatedBytes(temp.resolve("few"), 200);
    long many = allocatedBytes(temp.resolve("many"), 1_200);

    double aRecord = (many - few) / (BATCHES * 1_000.0);
    assertThat(aRecord)
        .as(
            "bytes a record: a slot of 15, as if each had a key of its own, and a bit; an object 16")
        .isLessThan(16);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void run_mostOfTheLogSuperseded_readOnceAndTheRestTwice(int threads) throws IOException {
    String[] keys = IntStream.range(0, KEYS).mapToObj(i -> "key" + i).toArray(String[]::new);
    try (ScriptedLog log = ScriptedLog.in(temp, Map.of())) {
      for (int batch = 0; batch < BATCHES; batch++) {
        put(log, keys);
        if (batch == BATCHES / 2) {
          log.roll();
        }
      }
      log.roll().put("active", VALUE);
    }

    CleanStats stats =
        cleaning()
            .verify(CleanOptions.Verify.NONE)
            .threads(threads)
            .readBytes(4096)
            .run(ScriptedLog.partition(temp))
            .stats();

    assertThat(stats.recordsKept()).isEqualTo(KEYS);
    assertThat(stats.batchesDropped()).isEqualTo(BATCHES - 1);
    assertThat(stats.bytesRead())
        .as("all of it for its keys, and the last batch again")
        .isEqualTo(stats.bytesBefore() + stats.bytesBefore() / BATCHES);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void run_segmentsInWhichNothingChanges_readOnceAndCountedAsBefore(int threads)
      throws IOException {
    try (ScriptedLog log = ScriptedLog.in(temp, Map.of("segment.bytes", "4000"))) {
      for (int segment = 0; segment < SEGMENTS; segment++) {
        for (int batch = 0; batch < 4; batch++) {
          String prefix = segment + "-" + batch + "-";
          String[] keys = IntStream.range(0, 8).mapToObj(i -> prefix + i).toArray(String[]::new);
          if (segment == SEGMENTS - 1 && batch == 3) {
            keys[7] = "2-1-3";
          }
          put(log, keys);
        }
        log.roll();
      }
      log.put("active", VALUE);
    }
    Path partition = ScriptedLog.partition(temp);
    long changing = Files.size(partition.resolve("00000000000000000064.log"));

    CleanStats foretold = oneAGroup(threads).dryRun().run(partition).stats();
    CleanStats stats = oneAGroup(threads).run(partition).stats();

    assertThat(stats.segmentsUntouched()).isEqualTo(SEGMENTS - 1);
    assertThat(stats.bytesRead())
        .as("all of it for its keys, and the one segment again that changes")
        .isEqualTo(stats.bytesBefore() + changing);
    assertThat(stats.recordsKept()).isEqualTo(SEGMENTS * 32 - 1);
    assertThat(stats.batchesKept()).isEqualTo(SEGMENTS * 4 - 1);
    assertThat(foretold.bytesRead()).isEqualTo(stats.bytesRead());
    assertThat(foretold.bytesAfter()).isEqualTo(stats.bytesAfter());
    assertThat(foretold.segmentsUntouched()).isEqualTo(stats.segmentsUntouched());
  }

  @Test
  void run_batchLargerThanWhatIsReadAtOnce_changesNothingOfThat() throws IOException {
    String[] keys = IntStream.range(0, KEYS).mapToObj(i -> "key" + i).toArray(String[]::new);
    try (ScriptedLog log = ScriptedLog.in(temp, Map.of())) {
      log.put("large", "x".repeat(100_000));
      for (int batch = 0; batch < BATCHES; batch++) {
        put(log, keys);
      }
      log.roll().put("active", VALUE);
    }

    CleanStats stats =
        cleaning()
            .verify(CleanOptions.Verify.NONE)
            .readBytes(4096)
            .run(ScriptedLog.partition(temp))
            .stats();

    assertThat(stats.recordsKept()).isEqualTo(1 + KEYS);
    long twice = stats.bytesAfter();
    assertThat(stats.bytesRead())
        .as("all of it once, and twice what stays, but for batches read beside the large one")
        .isBetween(stats.bytesBefore() + twice, stats.bytesBefore() + twice + 110_000);
  }

  private static Cleaning oneAGroup(int threads) {
    return cleaning()
        .config("segment.bytes", "4000")
        .verify(CleanOptions.Verify.NONE)
        .threads(threads)
        .readBytes(1024);
  }

  /** Of a clean on this thread, when what is made once has been made. */
  private static long allocatedBytes(Path home, int recordsABatch) throws IOException {
    long least = Long.MAX_VALUE;
    for (int round = 0; round < 3; round++) {
      Path dir = Files.createDirectories(home.resolve("round-" + round));
      try (ScriptedLog log = ScriptedLog.in(dir, Map.of())) {
        String[] keys =
            IntStream.range(0, recordsABatch)
                .mapToObj(i -> "key" + i % KEYS)
                .toArray(String[]::new);
        for (int batch = 0; batch < BATCHES; batch++) {
          put(log, keys);
        }
        log.roll().put("active", VALUE);
      }
      ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      long before = threads.getCurrentThreadAllocatedBytes();
      CleanStats stats = cleaning().run(ScriptedLog.partition(dir)).stats();
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
      assertThat(stats.recordsKept()).isEqualTo(KEYS);
    }
    return least;
  }

  private static Cleaning cleaning() {
    return Cleaning.at(ScriptedLog.TIME_MS).upToLogEnd().verify(CleanOptions.Verify.NORMAL);
  }

  private static void put(ScriptedLog log, String... keys) {
    String[] values = new String[keys.length];
    Arrays.fill(values, VALUE);
    log.batch(keys, values);
  }
}
