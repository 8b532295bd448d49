// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import io.kleaner.core.check.DataSurvey;
import io.kleaner.core.compact.CleanStats;
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
      tombstones(survey);
    }
    if (survey.unkeyed() > 0) {
      lines.add(
          "without a key: "
              + survey.unkeyed()
              + " records, first at offsets "
              + survey.firstUnkeyedOffsets());
    }
    for (DataSurvey.KeyCount key : survey.topKeys()) {
      // The first time, nothing was there to be overwritten.
      long times = key.atLeast() - 1;
      lines.add(
          "overwritten "
              + (survey.countsAreExact() ? "" : "at least ")
              + (times == 1 ? "once" : times + " times")
              + ": key "
              + name(key));
    }
  }

  private void tombstones(DataSurvey.Result survey) {
    long timeless = survey.tombstonesWithoutTime();
    String line = "tombstones: " + survey.tombstones();
    if (survey.tombstones() > timeless) {
      double oldest = (nowMs - survey.oldestTombstoneMs()) / MS_PER_DAY;
      double newest = (nowMs - survey.newestTombstoneMs()) / MS_PER_DAY;
      fields.put("oldestTombstoneDays", oldest);
      fields.put("newestTombstoneDays", newest);
      line += String.format(Locale.ROOT, ", %.1f to %.1f days old", newest, oldest);
    }
    if (timeless > 0) {
      fields.put("tombstonesWithoutTime", timeless);
      line += ", " + timeless + " without a time";
    }
    lines.add(line);
  }

  private List<Map<String, Object>> topKeys(DataSurvey.Result survey) {
    List<Map<String, Object>> keys = new ArrayList<>();
    for (DataSurvey.KeyCount key : survey.topKeys()) {
      Map<String, Object> named = new LinkedHashMap<>();
      named.put(showKeys ? "keyHex" : "keySha256", name(key));
      named.put("count", key.atLeast());
      keys.add(named);
    }
    return keys;
  }

  /** A key for a report: its hash, or itself if the user asked for it. */
  private String name(DataSurvey.KeyCount key) {
    if (!showKeys) {
      return key.sha256();
    }
    byte[] bytes = new byte[key.key().remaining()];
    key.key().duplicate().get(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  /** The fields, as {@code docs/cli.md} names them. */
  Map<String, Object> fields() {
    return fields;
  }

  List<String> lines() {
    return lines;
  }
}
