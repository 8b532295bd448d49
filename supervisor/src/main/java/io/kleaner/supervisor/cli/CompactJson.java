// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import io.kleaner.core.compact.CleanStats;
import io.kleaner.core.compact.CompactionOutcome;
import io.kleaner.core.compact.ReshapeStats;
import io.kleaner.core.policy.Bounds;
import java.util.LinkedHashMap;
import java.util.Map;

/** The fields of a cleaned partition in JSON; {@code docs/cli.md} documents them. */
final class CompactJson {

  private static final long NANOS_PER_MS = 1_000_000;
  private static final double NANOS_PER_SECOND = 1e9;

  private CompactJson() {}

  /** How fast a range was cleaned, by its size before; 0 if the clock did not move meanwhile. */
  static long bytesPerSecond(long bytesBefore, long nanos) {
    return nanos == 0 ? 0 : (long) (bytesBefore * NANOS_PER_SECOND / nanos);
  }

  static Map<String, Object> fields(Bounds bounds, CompactionOutcome.Compacted compacted) {
    CleanStats stats = compacted.stats();
    Map<String, Object> removed = new LinkedHashMap<>();
    removed.put("superseded", stats.superseded());
    removed.put("aborted", stats.aborted());
    removed.put("expiredTombstones", stats.expiredTombstones());
    removed.put("unkeyed", stats.unkeyedRemoved());
    removed.put("markers", stats.markersRemoved());
    Map<String, Object> batches = new LinkedHashMap<>();
    batches.put("kept", stats.batchesKept());
    batches.put("rewritten", stats.batchesRewritten());
    batches.put("converted", stats.batchesConverted());
    batches.put("emptied", stats.batchesEmptied());
    batches.put("dropped", stats.batchesDropped());
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("endOffset", compacted.endOffset());
    fields.put("bytesBefore", stats.bytesBefore());
    fields.put("bytesAfter", stats.bytesAfter());
    fields.put("recordsBefore", stats.recordsBefore());
    fields.put("recordsKept", stats.recordsKept());
    fields.put("unkeyedFound", stats.unkeyed());
    fields.put("removed", removed);
    fields.put("batches", batches);
    fields.put("segmentsBefore", stats.segmentsBefore());
    fields.put("segmentsAfter", stats.segmentsAfter());
    fields.put("segmentsUntouched", stats.segmentsUntouched());
    fields.put("keys", stats.keys());
    fields.put("keyMapBytes", stats.keyMapBytes());
    fields.put("recordBitsBytes", stats.recordBitsBytes());
    fields.put("spilledBytes", stats.spilledBytes());
    fields.put("bytesRead", stats.bytesRead());
    fields.put("bytesWritten", stats.bytesWritten());
    long nanos = stats.scanNanos() + stats.copyNanos();
    fields.put("durationMs", nanos / NANOS_PER_MS);
    fields.put("bytesPerSecond", bytesPerSecond(stats.bytesBefore(), nanos));
    fields.put("scanMs", stats.scanNanos() / NANOS_PER_MS);
    fields.put("copyMs", stats.copyNanos() / NANOS_PER_MS);
    fields.put("reshaped", reshaped(stats.reshaped()));
    fields.put("bounds", bounds(bounds));
    return fields;
  }

  private static Map<String, Object> reshaped(ReshapeStats stats) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("batchesMerged", stats.batchesMerged());
    fields.put("batchesMade", stats.batchesMade());
    fields.put("rebatchSavedBytes", stats.rebatchSavedBytes());
    fields.put("batchesRecompressed", stats.batchesRecompressed());
    fields.put("recompressSavedBytes", stats.recompressSavedBytes());
    fields.put("batchesNotSmaller", stats.batchesNotSmaller());
    return fields;
  }

  static Map<String, Object> bounds(Bounds bounds) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("firstDirtyOffset", bounds.firstDirtyOffset());
    fields.put("upperBoundOffset", bounds.upperBoundOffset());
    fields.put("firstUncleanableOffset", bounds.firstUncleanableOffset());
    fields.put("highWatermark", bounds.highWatermark());
    fields.put("highWatermarkSource", bounds.highWatermarkSource());
    fields.put("lastStableOffset", bounds.lastStableOffset());
    fields.put(
        "limitedBy",
        bounds.limitedBy().name().toLowerCase(java.util.Locale.ROOT).replace('_', '-'));
    fields.put("warnings", bounds.warnings());
    return fields;
  }
}
