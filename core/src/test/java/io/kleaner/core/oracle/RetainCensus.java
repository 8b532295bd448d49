// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.oracle.PartitionBatches.Located;
import io.kleaner.core.oracle.RetentionModel.Told;
import io.kleaner.core.oracle.RetentionModel.Verdict;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;

/**
 * Counts which rules of compaction a run of cleans has met, in which formats and with which codecs:
 * a run of generated logs that never met one proves nothing about it. The reasons are those of
 * {@link RetentionModel}, and each is counted only if the files that the clean left show what it
 * says.
 */
final class RetainCensus {

  private final Map<RetainCase, Integer> counts = new TreeMap<>();
  private long removedBytes;

  /**
   * Counts one clean.
   *
   * @param highWatermark that it went by
   * @throws AssertionError if the output is not what the reasons lead to
   */
  void count(Path dirBefore, Path dirAfter, Told told, long highWatermark) throws IOException {
    PartitionBatches before = PartitionBatches.of(dirBefore);
    PartitionBatches after = PartitionBatches.of(dirAfter);
    NavigableMap<Long, MutableRecordBatch> found = after.byLastOffset();
    for (Verdict verdict : new RetentionModel(told, before).verdicts()) {
      assertIsSo(verdict, found);
      verdict.branches().forEach((branch, times) -> add(branch, verdict.batch(), times));
    }
    countUntouched(before, found, told, highWatermark);
    removedBytes += before.bytes() - after.bytes();
  }

  /** How often each case was met. */
  Map<RetainCase, Integer> counts() {
    return counts;
  }

  /**
   * What can be and was not met, a sentence each.
   *
   * @param asked which branches are looked at
   */
  List<String> neverMet(Predicate<RetainBranch> asked) {
    return RetainCase.possible()
        .filter(each -> asked.test(each.branch()))
        .filter(each -> !counts.containsKey(each))
        .map(RetainCase::toString)
        .toList();
  }

  /** What was met although it is held for impossible, a sentence each with the reason. */
  List<String> metThoughImpossible() {
    List<String> met = new ArrayList<>();
    counts.forEach(
        (each, times) -> each.whyNot().ifPresent(reason -> met.add(each + ", but: " + reason)));
    return met;
  }

  /** Log bytes that the cleans took away, all together. */
  long removedBytes() {
    return removedBytes;
  }

  private void add(RetainBranch branch, MutableRecordBatch batch, int times) {
    RetainCase.Kind kind =
        batch.isControlBatch()
            ? RetainCase.Kind.CONTROL
            : batch.isTransactional() ? RetainCase.Kind.TRANSACTIONAL : RetainCase.Kind.DATA;
    RetainCase met = new RetainCase(branch, batch.magic(), batch.compressionType(), kind);
    counts.merge(met, times, Integer::sum);
  }

  private static void assertIsSo(Verdict verdict, NavigableMap<Long, MutableRecordBatch> found) {
    MutableRecordBatch batch = verdict.batch();
    boolean legacy = batch.magic() < RecordBatch.MAGIC_VALUE_V2;
    String what = batch.baseOffset() + "-" + batch.lastOffset() + " " + verdict;
    List<Long> survivors = verdict.survivors();
    long last =
        legacy && !survivors.isEmpty() ? survivors.get(survivors.size() - 1) : batch.lastOffset();
    MutableRecordBatch now = found.get(last);
    switch (verdict.form()) {
      case GONE ->
          assertThat(found.subMap(batch.baseOffset(), true, batch.lastOffset(), true))
              .as(what)
              .isEmpty();
      case EMPTY -> assertThat(now).as(what).isNotNull().isEmpty();
      case SAME_BYTES -> assertThat(bytes(now)).as(what).isEqualTo(bytes(batch));
      case WRITTEN_ANEW -> {
        assertThat(now).as(what).isNotNull();
        assertThat(now).extracting(Record::offset).as(what).containsExactlyElementsOf(survivors);
        assertThat(now.baseOffset())
            .as(what)
            .isEqualTo(legacy ? survivors.get(0) : batch.baseOffset());
        assertThat(now.deleteHorizonMs().isPresent()).as(what).isEqualTo(verdict.hasHorizon());
      }
    }
  }

  private void countUntouched(
      PartitionBatches before,
      NavigableMap<Long, MutableRecordBatch> found,
      Told told,
      long highWatermark) {
    long upperBound = told.upperBoundOffset();
    long active = before.segments().lastKey();
    for (Located each : before.batches()) {
      if (each.batch().lastOffset() >= upperBound) {
        assertThat(bytes(found.get(each.batch().lastOffset())))
            .as("batch %d beyond %d", each.batch().baseOffset(), upperBound)
            .isEqualTo(bytes(each.batch()));
        RetainBranch branch =
            each.segment() == active
                ? RetainBranch.LEFT_ACTIVE
                : whySealedIsLeft(before, told, highWatermark);
        add(branch, each.batch(), 1);
      }
    }
  }

  /** What ended the range before the active segment, if something did; the plainest if two. */
  private static RetainBranch whySealedIsLeft(
      PartitionBatches before, Told told, long highWatermark) {
    long upperBound = told.upperBoundOffset();
    if (before.segments().floorKey(highWatermark) == upperBound) {
      return RetainBranch.LEFT_ABOVE_HIGH_WATERMARK;
    }
    OptionalLong open = firstOpenOffset(before, highWatermark);
    if (open.isPresent() && before.segments().floorKey(open.getAsLong()) == upperBound) {
      return RetainBranch.LEFT_AFTER_OPEN_TRANSACTION;
    }
    if (isTooYoung(before, told)) {
      return RetainBranch.LEFT_TOO_YOUNG;
    }
    throw new AssertionError("nothing ends the range at " + upperBound);
  }

  /** Whether the segment at the end of the range is, by its records or else by its file. */
  private static boolean isTooYoung(PartitionBatches before, Told told) {
    long segment = told.upperBoundOffset();
    long largestMs =
        before.batches().stream()
            .filter(each -> each.segment() == segment)
            .mapToLong(each -> each.batch().maxTimestamp())
            .max()
            .orElse(RecordBatch.NO_TIMESTAMP);
    long writtenMs = largestMs < 0 ? before.segments().getOrDefault(segment, 0L) : largestMs;
    return told.minLagMs() > 0 && writtenMs > told.nowMs() - told.minLagMs();
  }

  /** Where the earliest transaction begins that has no marker below the high watermark. */
  private static OptionalLong firstOpenOffset(PartitionBatches before, long highWatermark) {
    Map<Long, Long> open = new HashMap<>();
    for (Located each : before.batches()) {
      MutableRecordBatch batch = each.batch();
      if (batch.lastOffset() < highWatermark) {
        if (batch.isControlBatch()) {
          open.remove(batch.producerId());
        } else if (batch.isTransactional()) {
          open.putIfAbsent(batch.producerId(), batch.baseOffset());
        }
      }
    }
    return open.values().stream().mapToLong(Long::longValue).min();
  }

  private static ByteBuffer bytes(MutableRecordBatch batch) {
    if (batch == null) {
      return ByteBuffer.allocate(0);
    }
    ByteBuffer bytes = ByteBuffer.allocate(batch.sizeInBytes());
    batch.writeTo(bytes);
    return bytes.flip();
  }
}
