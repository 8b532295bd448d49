// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.beyond;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.compact.CleanStats;
import io.kleaner.core.compact.Reshaping;
import io.kleaner.core.oracle.ScriptedLog;
import io.kleaner.core.record.Compression;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Batches by another codec, where that makes them smaller, and as they were elsewhere. */
class RecompressTest {

  private static final String TEXT = "a value that says the same again and again. ".repeat(20);

  @TempDir private Path temp;

  private static Reshaping by(String codec) {
    return new Reshaping(Optional.of(Compression.parse(codec)), false);
  }

  private SideBySide log(SideBySide.Script script) throws IOException {
    return new SideBySide(temp, Map.of(), script);
  }

  private static CleanStats clean(SideBySide logs, String codec) throws IOException {
    logs.cleanByKafka();
    CleanStats stats = logs.cleaning().reshaping(by(codec)).run(logs.ours()).stats();
    assertThat(SideBySide.records(logs.ours())).isEqualTo(SideBySide.records(logs.kafkas()));
    return stats;
  }

  private static List<String> codecs(SideBySide logs) throws IOException {
    List<String> codecs =
        SideBySide.batches(logs.ours()).stream()
            .map(batch -> batch.compressionType().name)
            .toList();
    return codecs.subList(0, codecs.size() - 1);
  }

  private static ScriptedLog batch(ScriptedLog log, String key) {
    return log.batch(new String[] {key, key + "2"}, new String[] {TEXT, TEXT});
  }

  @Test
  void run_keptAndRewrittenBatches_allByTheCodec() throws IOException {
    SideBySide logs =
        log(
            log -> {
              batch(log, "a");
              batch(log.codec("lz4"), "b");
              batch(log.codec("gzip"), "c");
              log.codec("snappy").put("a", TEXT);
            });

    CleanStats stats = clean(logs, "zstd:9");

    assertThat(codecs(logs)).containsOnly("zstd").hasSize(4);
    assertThat(stats.reshaped().batchesRecompressed()).isEqualTo(4);
    assertThat(stats.reshaped().recompressSavedBytes()).isPositive();
    assertThat(stats.reshaped().batchesNotSmaller()).isZero();
  }

  @Test
  void run_producersAndTransactions_headersStayAndMarkersAreNotCompressed() throws IOException {
    SideBySide logs =
        log(log -> log.idempotent(7, "a", TEXT).transactional(8, "b", TEXT).commit(8));

    clean(logs, "gzip:9");

    assertThat(codecs(logs)).containsExactly("gzip", "gzip", "none");
    for (int i = 0; i < 3; i++) {
      var ours = SideBySide.batches(logs.ours()).get(i);
      var kafkas = SideBySide.batches(logs.kafkas()).get(i);
      assertThat(ours.producerId()).isEqualTo(kafkas.producerId());
      assertThat(ours.producerEpoch()).isEqualTo(kafkas.producerEpoch());
      assertThat(ours.baseSequence()).isEqualTo(kafkas.baseSequence());
      assertThat(ours.isTransactional()).isEqualTo(kafkas.isTransactional());
      assertThat(ours.maxTimestamp()).isEqualTo(kafkas.maxTimestamp());
    }
  }

  @Test
  void run_stampedTombstone_horizonStays() throws IOException {
    SideBySide logs = log(log -> log.batch(new String[] {"a", "b"}, new String[] {TEXT, null}));

    clean(logs, "zstd");

    assertThat(codecs(logs)).containsExactly("zstd");
    assertThat(SideBySide.batches(logs.ours()).get(0).deleteHorizonMs())
        .isEqualTo(SideBySide.batches(logs.kafkas()).get(0).deleteHorizonMs())
        .isPresent();
  }

  @Test
  void run_batchThatWouldGrow_keepsItsForm() throws IOException {
    SideBySide logs = log(log -> batch(log.put("a", "1"), "b"));

    CleanStats stats = clean(logs, "gzip");

    assertThat(codecs(logs)).containsExactly("none", "gzip");
    assertThat(stats.reshaped().batchesNotSmaller()).isEqualTo(1);
  }

  @Test
  void run_recordAboveTheBound_keepsItsFormAndIsNotRefused() throws IOException {
    SideBySide logs = log(log -> log.codec("gzip").put("a", "x".repeat(2_000_000)).put("b", TEXT));

    CleanStats stats =
        logs.cleaning()
            .maxRecordBytes(1_000_000)
            .verify(io.kleaner.core.compact.CleanOptions.Verify.NORMAL)
            .reshaping(by("zstd"))
            .run(logs.ours())
            .stats();

    assertThat(codecs(logs)).containsExactly("gzip", "zstd");
    assertThat(stats.reshaped().batchesNotSmaller()).isEqualTo(1);
  }

  @Test
  void run_rewrittenBatchOfThatCodec_writtenAtTheLevel() throws IOException {
    SideBySide logs =
        log(
            log -> {
              StringBuilder text = new StringBuilder();
              for (int i = 0; i < 3_000; i++) {
                text.append(Integer.toHexString(i * i));
              }
              log.codec("zstd")
                  .batch(new String[] {"a", "b"}, new String[] {text.toString(), text.toString()})
                  .put("b", "2");
            });

    CleanStats stats = clean(logs, "zstd:19");

    assertThat(stats.reshaped().batchesRecompressed()).isPositive();
    assertThat(Files.size(log(logs.ours()))).isLessThan(Files.size(log(logs.kafkas())));
  }

  @Test
  void run_segmentOfThatCodecWithoutGarbage_sameFile() throws IOException {
    SideBySide logs = log(log -> batch(batch(log.codec("zstd"), "a"), "b"));
    Object before = fileKey(log(logs.ours()));

    CleanStats stats = clean(logs, "zstd:9");

    assertThat(fileKey(log(logs.ours()))).isEqualTo(before);
    assertThat(stats.segmentsUntouched()).isEqualTo(1);
    assertThat(stats.bytesWritten()).isZero();
  }

  @Test
  void run_secondTime_nothingIsWritten() throws IOException {
    SideBySide logs = log(log -> batch(batch(log, "a").put("b", "1"), "b"));
    clean(logs, "zstd:9");

    CleanStats again = logs.cleaning().fromStart().reshaping(by("zstd:9")).run(logs.ours()).stats();

    assertThat(again.bytesWritten()).isZero();
  }

  @Test
  void run_oldFormat_convertedByTheCodec() throws IOException {
    SideBySide logs = log(log -> log.magic(1).put("a", TEXT).magic(0).put("b", TEXT).magic(2));

    CleanStats stats = clean(logs, "zstd");

    assertThat(codecs(logs)).containsExactly("zstd", "zstd");
    assertThat(stats.batchesConverted()).isEqualTo(2);
  }

  private static Path log(Path partition) {
    return partition.resolve("00000000000000000000.log");
  }

  private static Object fileKey(Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
  }
}
