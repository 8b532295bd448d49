// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.beyond;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.check.BombScan;
import io.kleaner.core.io.FaultyFileSystem;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.logdir.PartitionLog;
import io.kleaner.core.logdir.PartitionLogReader;
import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.core.oracle.ScriptedLog;
import io.kleaner.core.pace.CancelToken;
import io.kleaner.core.record.Codec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BombScanTest {

  private static final int VALUE_BYTES = 100 * 1024 * 1024;

  @TempDir Path dir;

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "lz4", "zstd"})
  void scan_bombAmongOrdinaryBatches_isNamedByPlaceAndLength(String codec) throws IOException {
    PartitionLog log = logWithBomb(codec);
    BombScan.Result result = scan(log, BombScan.Limits.usual(), 0);

    assertThat(result.complete()).isTrue();
    assertThat(result.unread()).isEmpty();
    assertThat(result.bombs()).hasSize(1);
    BombScan.Bomb bomb = result.bombs().get(0);
    assertThat(bomb.segment().getFileName()).hasToString("00000000000000000100.log");
    assertThat(bomb.baseOffset()).isEqualTo(150);
    assertThat(bomb.lastOffset()).isEqualTo(151);
    assertThat(bomb.codec()).isEqualTo(Codec.valueOf(codec.toUpperCase(Locale.ROOT)));
    assertThat(bomb.decompressedBytes()).isBetween(VALUE_BYTES + 20L, VALUE_BYTES + 100L);
    assertThat(bomb.atLeast()).isFalse();
    assertThat(bomb.batchBytes()).isLessThan(1_000_000);
    assertThat(bomb.position()).isPositive();
  }

  @Test
  void scan_bombBeyondTheMeasure_isMeasuredNoFurther() throws IOException {
    BombScan.Result result =
        scan(
            logWithBomb("zstd"),
            new BombScan.Limits(1 << 20, 10 << 20, 1 << 20, Long.MAX_VALUE),
            0);

    assertThat(result.bombs()).hasSize(1);
    assertThat(result.bombs().get(0).atLeast()).isTrue();
    assertThat(result.bombs().get(0).decompressedBytes()).isBetween(10L << 20, 11L << 20);
  }

  @Test
  void scan_batchesBelowTheOffset_arePassedOver() throws IOException {
    assertThat(scan(logWithBomb("zstd"), BombScan.Limits.usual(), 152).bombs()).isEmpty();
  }

  @Test
  void scan_boundOnBytes_saysThatItIsNotComplete() throws IOException {
    BombScan.Result result =
        scan(logWithBomb("zstd"), new BombScan.Limits(32 << 20, 64 << 20, 1 << 20, 500), 0);

    assertThat(result.complete()).isFalse();
    assertThat(result.bombs()).isEmpty();
  }

  @Test
  void scan_batchTooLargeToRead_isSaid() throws IOException {
    BombScan.Result result =
        scan(logWithBomb("gzip"), new BombScan.Limits(32 << 20, 64 << 20, 1000, Long.MAX_VALUE), 0);

    assertThat(result.bombs()).isEmpty();
    assertThat(result.unread()).singleElement().asString().contains("00000000000000000100.log");
    assertThat(result.complete()).isFalse();
  }

  @Test
  void scan_fileCutWhileABatchIsRead_saysThatItIsNotComplete() throws IOException {
    PartitionLog log = logWithBomb("gzip");
    Path file = log.segments().get(1).logFile();
    int[] reads = new int[1];
    FaultyFileSystem cut =
        new FaultyFileSystem(
            new LocalFileSystem(),
            (op, number, path) -> {
              if (op == FaultyFileSystem.Op.READ && path.equals(file) && ++reads[0] == 2) {
                byte[] bytes = Files.readAllBytes(file);
                Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
              }
            });

    BombScan.Result result = scan(cut, log, BombScan.Limits.usual(), 0);

    assertThat(reads[0]).isGreaterThanOrEqualTo(2);
    assertThat(result.complete()).isFalse();
    assertThat(result.bombs()).isEmpty();
    assertThat(result.unread()).singleElement().asString().contains("were cut off");
  }

  private PartitionLog logWithBomb(String codec) throws IOException {
    try (ScriptedLog log = ScriptedLog.in(dir, Map.of("cleanup.policy", "compact"))) {
      log.codec(codec);
      for (int i = 0; i < 150; i++) {
        log.put("key-" + i, "value " + i);
        if (i == 99) {
          log.roll();
        }
      }
      log.raw(Bomb.batch(codec, 150, "small", "large", VALUE_BYTES));
      log.put("after", "it");
      log.roll();
      log.put("key-1", "x");
    }
    return new PartitionLogReader(new LocalFileSystem())
        .read(ScriptedLog.partition(dir), new TopicPartition("scripted", 0), OptionalLong.empty());
  }

  private static BombScan.Result scan(PartitionLog log, BombScan.Limits limits, long from)
      throws IOException {
    return scan(new LocalFileSystem(), log, limits, from);
  }

  private static BombScan.Result scan(
      FileSystem fileSystem, PartitionLog log, BombScan.Limits limits, long from)
      throws IOException {
    return new BombScan(fileSystem, limits, new CancelToken())
        .scan(List.copyOf(log.segments()), from);
  }
}
