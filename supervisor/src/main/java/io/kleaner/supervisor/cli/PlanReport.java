// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import io.kleaner.core.check.DataSurvey;
import io.kleaner.core.compact.CleanOptions;
import io.kleaner.core.compact.CleanStats;
import io.kleaner.core.compact.Committer;
import io.kleaner.core.compact.CompactionListener;
import io.kleaner.core.compact.CompactionOutcome;
import io.kleaner.core.compact.Compactor;
import io.kleaner.core.compact.OutputBound;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.keymap.SpillPlace;
import io.kleaner.core.logdir.UnusableDirectoryException;
import io.kleaner.core.pace.CancelToken;
import io.kleaner.core.pace.Throttle;
import io.kleaner.core.policy.CleanPlan;
import io.kleaner.core.policy.Decision;
import io.kleaner.core.segment.Segment;
import io.kleaner.core.time.Clock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Tells what {@code plan} found, for a person or as JSON. Not thread-safe. */
final class PlanReport {

  private static final int TOP_KEYS = 10;
  private static final int HASH_CHARS = 16;
  private static final double MS_PER_DAY = 86_400_000.0;

  private final FileSystem fileSystem;
  private final Terminal terminal;
  private final boolean json;
  private final boolean showKeys;
  private final int maxRecordBytes;
  private final CancelToken token;
  private final List<Map<String, Object>> partitions = new ArrayList<>();
  private Map<String, Object> entry = new LinkedHashMap<>();
  private final List<Map<String, Object>> refusals = new ArrayList<>();
  private long peakBytes;
  private int planned;
  private int others;

  PlanReport(
      FileSystem fileSystem,
      Terminal terminal,
      boolean json,
      boolean showKeys,
      int maxRecordBytes,
      CancelToken token) {
    this.maxRecordBytes = maxRecordBytes;
    this.fileSystem = fileSystem;
    this.terminal = terminal;
    this.json = json;
    this.showKeys = showKeys;
    this.token = token;
  }

  void skipped(String name, String reason) {
    others++;
    entry(name, "skipped").put("reason", reason);
    line(name + ": skipped: " + reason);
  }

  /** A clean would be refused as long as a broker may run; what follows is planned all the same. */
  void wouldRefuse(Path dir, UnusableDirectoryException why) {
    Map<String, Object> refusal = new LinkedHashMap<>();
    refusal.put("directory", dir.toString());
    refusal.put("reason", why.getMessage());
    refusal.put("nextStep", why.nextStep());
    refusals.add(refusal);
    Failures.tell(terminal, why);
  }

  void unfit(String name, String reason, String nextStep) {
    others++;
    Map<String, Object> entry = entry(name, "refused");
    entry.put("reason", reason);
    entry.put("nextStep", nextStep);
    line(name + ": would be refused: " + reason);
    line("  " + nextStep);
  }

  void notNow(String name, Decision.NotNow decision) {
    others++;
    Map<String, Object> entry = entry(name, "not-now");
    entry.put("reasonCode", decision.reason().name().toLowerCase(Locale.ROOT).replace('_', '-'));
    entry.put("reason", decision.sentence());
    entry.put("dirtyRatio", decision.dirtyRatio());
    decision.bounds().ifPresent(bounds -> entry.put("bounds", CompactJson.bounds(bounds)));
    line(name + ": not now: " + decision.sentence());
    eligibleAt(decision, entry);
  }

  private void eligibleAt(Decision.NotNow decision, Map<String, Object> entry) {
    decision
        .eligibleAtMs()
        .ifPresent(
            at -> {
              entry.put("eligibleAtMs", at);
              line("   by time alone it would from " + Instant.ofEpochMilli(at) + " on");
            });
  }

  void planned(Decision.Clean clean, Decision asBroker) throws IOException {
    planned++;
    CleanPlan plan = clean.plan();
    entry = entry(plan.partition().toString(), "would-be-cleaned");
    peakBytes = OutputBound.of(fileSystem, plan).largestBytes();
    long peak = peakBytes;
    long usable = fileSystem.usableBytes(plan.dir());
    entry.put("order", planned);
    entry.put("dirtyRatio", clean.dirtyRatio());
    entry.put("dirtyBytes", clean.dirtyBytes());
    entry.put("overdue", clean.overdue());
    entry.put("segments", plan.cleanedSegments().size());
    entry.put("groups", plan.groups().size());
    entry.put("peakExtraDiskBytes", peak);
    entry.put("usableDiskBytes", usable);
    entry.put("fits", peak <= usable);
    entry.put("bounds", CompactJson.bounds(clean.bounds()));
    line(
        String.format(
            Locale.ROOT,
            "%d. %s: %.1f %% dirty (%s)%s, %d segments into %d, offsets %d..%d",
            planned,
            plan.partition(),
            clean.dirtyRatio() * 100,
            Sizes.text(clean.dirtyBytes()),
            clean.overdue() ? ", overdue" : "",
            plan.cleanedSegments().size(),
            plan.groups().size(),
            clean.bounds().firstDirtyOffset(),
            plan.upperBoundOffset()));
    line(
        "   needs up to "
            + Sizes.text(peak)
            + " beside what is there, "
            + Sizes.text(usable)
            + " are free"
            + (peak <= usable ? "" : ": DOES NOT FIT"));
    clean.bounds().warnings().forEach(warning -> line("   warning: " + warning));
    entry.put("brokerWouldCleanNow", asBroker instanceof Decision.Clean);
    if (asBroker instanceof Decision.NotNow notNow) {
      entry.put("brokerReason", notNow.sentence());
      line("   a broker's own cleaner would wait: " + notNow.sentence());
      eligibleAt(notNow, entry);
    }
  }

  /**
   * Adds what only the data tells to the partition that was planned last.
   *
   * @return what it means that the data could not be read, if so
   */
  ExitCode exact(CleanPlan plan, long memory, Optional<SpillPlace> spill, long nowMs) {
    CompactionOutcome outcome = dryRun(plan, memory, spill);
    if (!(outcome instanceof CompactionOutcome.Compacted compacted)) {
      return inexact(outcome.message(), ExitCode.of(outcome));
    }
    try {
      DataSurvey.Result survey =
          new DataSurvey(fileSystem, maxRecordBytes, token)
              .read(plan.cleanedSegments(), plan.segments(), TOP_KEYS);
      exact(plan, compacted.stats(), survey, nowMs);
      return ExitCode.DONE;
    } catch (IOException e) {
      return inexact(plan.partition() + ": " + e, ExitCode.FINDINGS);
    }
  }

  private ExitCode inexact(String problem, ExitCode exit) {
    entry.put("exactProblem", problem);
    line("   " + problem);
    return exit;
  }

  private void exact(CleanPlan plan, CleanStats stats, DataSurvey.Result survey, long nowMs)
      throws IOException {
    Map<String, Object> exact = new LinkedHashMap<>();
    exact.put("reclaimableBytes", stats.bytesBefore() - stats.bytesAfter());
    exact.put("reclaimableRecords", stats.recordsBefore() - stats.recordsKept());
    exact.put("keys", stats.keys());
    exact.put("spillBytes", stats.spilledBytes());
    long peak = peakBytes + stats.spilledBytes();
    exact.put("peakExtraDiskBytes", peak);
    entry.put("fits", peak <= fileSystem.usableBytes(plan.dir()));
    if (stats.spilledBytes() > 0) {
      line("   spilled keys take " + Sizes.text(stats.spilledBytes()) + " of disk besides");
    }
    exact.put("tombstones", survey.tombstones());
    exact.put("unkeyed", survey.unkeyed());
    exact.put("firstUnkeyedOffsets", survey.firstUnkeyedOffsets());
    exact.put("keyCountsAreExact", survey.countsAreExact());
    exact.put("mostOverwrittenKeys", topKeys(survey));
    line(
        String.format(
            Locale.ROOT,
            "   reclaimable: %s of %s, %d of %d records; %d keys",
            Sizes.text(stats.bytesBefore() - stats.bytesAfter()),
            Sizes.text(stats.bytesBefore()),
            stats.recordsBefore() - stats.recordsKept(),
            stats.recordsBefore(),
            stats.keys()));
    if (survey.tombstones() > 0) {
      double oldest = (nowMs - survey.oldestTombstoneMs()) / MS_PER_DAY;
      double newest = (nowMs - survey.newestTombstoneMs()) / MS_PER_DAY;
      exact.put("oldestTombstoneDays", oldest);
      exact.put("newestTombstoneDays", newest);
      line(
          String.format(
              Locale.ROOT,
              "   tombstones: %d, %.1f to %.1f days old",
              survey.tombstones(),
              newest,
              oldest));
    }
    if (survey.unkeyed() > 0) {
      line(
          "   without a key: "
              + survey.unkeyed()
              + " records, first at offsets "
              + survey.firstUnkeyedOffsets()
              + "; 'compact' refuses unless --keep-unkeyed or --drop-unkeyed");
    }
    for (DataSurvey.KeyCount key : survey.topKeys()) {
      line(
          "   overwritten "
              + (survey.countsAreExact() ? "" : "at least ")
              + key.atLeast()
              + " times: key "
              + name(key.key()));
    }
    entry.put("exact", exact);
  }

  private List<Map<String, Object>> topKeys(DataSurvey.Result survey) {
    List<Map<String, Object>> keys = new ArrayList<>();
    for (DataSurvey.KeyCount key : survey.topKeys()) {
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put(showKeys ? "keyHex" : "keySha256", name(key.key()));
      fields.put("count", key.atLeast());
      keys.add(fields);
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

  private CompactionOutcome dryRun(CleanPlan plan, long memory, Optional<SpillPlace> spill) {
    CleanOptions options = new CleanOptions(memory, spill, CleanOptions.Verify.NONE, true);
    Committer none =
        new Committer() {
          @Override
          public void swap(
              CleanPlan of, List<Segment> old, List<Long> newBaseOffsets, long nextOffset) {
            throw new IllegalStateException("a dry run commits nothing");
          }

          @Override
          public void checkpoint(CleanPlan of, long endOffset) {
            throw new IllegalStateException("a dry run commits nothing");
          }
        };
    try (Compactor compactor =
        new Compactor(
            fileSystem, Clock.system(), options, Throttle.unlimited(), maxRecordBytes, none)) {
      return compactor.run(plan, token, CompactionListener.NONE);
    }
  }

  void finish(List<Map<String, Object>> unusable) {
    if (json) {
      Map<String, Object> document = new LinkedHashMap<>();
      document.put("partitions", partitions);
      document.put("wouldRefuse", refusals);
      document.put("unusable", unusable);
      document.put("wouldBeCleaned", planned);
      document.put("others", others);
      terminal.println(Json.text(document));
    } else if (planned + others > 1) {
      line(planned + " would be cleaned, " + others + " not");
    }
  }

  private Map<String, Object> entry(String name, String status) {
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("partition", name);
    entry.put("status", status);
    partitions.add(entry);
    return entry;
  }

  private void line(String text) {
    if (!json) {
      terminal.println(text);
    }
  }
}
