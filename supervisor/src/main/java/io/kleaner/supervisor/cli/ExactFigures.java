// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import io.kleaner.core.check.DataSurvey;
import io.kleaner.core.compact.CleanStats;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What {@code plan --exact} read of one partition, as fields for JSON and lines for a person.
 *
 * <p>Not thread-safe.
 */
final class ExactFigures {

  private static final int HASH_CHARS = 16;
  private static final double MS_PER_DAY = 86_400_000.0;

  private final boolean showKeys;
  private final long nowMs;
  private final Map<String, Object> fields = new LinkedHashMap<>();
  private final List<String> lines = new ArrayList<>();

  /**
   * @param showKeys whether keys are shown themselves, not their hashes
   * @param nowMs from which tombstones' ages count
   */
  ExactFigures(boolean showKeys, long nowMs) {
    this.showKeys = showKeys;
    this.nowMs = nowMs;
  }

  /** What the clean would do. */
  void clean(CleanStats stats, RoomNeeded room) {
    fields.put("reclaimableBytes", stats.bytesBefore() - stats.bytesAfter());
    fields.put("reclaimableRecords", stats.recordsBefore() - stats.recordsKept());
    fields.put("keys", stats.keys());
    fields.put("spillBytes", stats.spilledBytes());
    fields.put("peakExtraDiskBytes", room.peakBytes());
    lines.add(
        String.format(
            Locale.ROOT,
            "reclaimable: %s of %s, %d of %d records; %d keys",
            Sizes.text(stats.bytesBefore() - stats.bytesAfter()),
            Sizes.text(stats.bytesBefore()),
            stats.recordsBefore() - stats.recordsKept(),
            stats.recordsBefore(),
            stats.keys()));
  }

  /** What the data is like, whether or not it can be cleaned. */
  void survey(DataSurvey.Result survey) {
    fields.put("tombstones", survey.tombstones());
    fields.put("unkeyed", survey.unkeyed());
    fields.put("firstUnkeyedOffsets", survey.firstUnkeyedOffsets());
    fields.put("keyCountsAreExact", survey.countsAreExact());
    fields.put("mostOverwrittenKeys", topKeys(survey));
    if (survey.tombstones() > 0) {
      double oldest = (nowMs - survey.oldestTombstoneMs()) / MS_PER_DAY;
      double newest = (nowMs - survey.newestTombstoneMs()) / MS_PER_DAY;
      fields.put("oldestTombstoneDays", oldest);
      fields.put("newestTombstoneDays", newest);
      lines.add(
          String.format(
              Locale.ROOT,
              "tombstones: %d, %.1f to %.1f days old",
              survey.tombstones(),
              newest,
              oldest));
    }
    if (survey.unkeyed() > 0) {
      lines.add(
          "without a key: "
              + survey.unkeyed()
              + " records, first at offsets "
              + survey.firstUnkeyedOffsets());
    }
    for (DataSurvey.KeyCount key : survey.topKeys()) {
      lines.add(
          "overwritten "
              + (survey.countsAreExact() ? "" : "at least ")
              + key.atLeast()
              + " times: key "
              + name(key.key()));
    }
  }

  private List<Map<String, Object>> topKeys(DataSurvey.Result survey) {
    List<Map<String, Object>> keys = new ArrayList<>();
    for (DataSurvey.KeyCount key : survey.topKeys()) {
      Map<String, Object> named = new LinkedHashMap<>();
      named.put(showKeys ? "keyHex" : "keySha256", name(key.key()));
      named.put("count", key.atLeast());
      keys.add(named);
    }
    return keys;
  }

  /** A key for a report: its hash, or itself if the user asked for it. */
  private String name(ByteBuffer bytes) {
    byte[] key = new byte[bytes.remaining()];
    bytes.duplicate().get(key);
    if (showKeys) {
      return HexFormat.of().formatHex(key);
    }
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(key);
      return HexFormat.of().formatHex(hash).substring(0, HASH_CHARS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** The fields, as {@code docs/cli.md} names them. */
  Map<String, Object> fields() {
    return fields;
  }

  List<String> lines() {
    return lines;
  }
}
