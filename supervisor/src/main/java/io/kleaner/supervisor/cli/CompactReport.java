// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import io.kleaner.core.compact.CleanStats;
import io.kleaner.core.compact.CompactionListener;
import io.kleaner.core.compact.CompactionOutcome;
import io.kleaner.core.compact.ReshapeStats;
import io.kleaner.core.logdir.PartitionLog;
import io.kleaner.core.policy.Bounds;
import io.kleaner.core.policy.CleanPlan;
import io.kleaner.core.policy.Decision;
import io.kleaner.core.swap.RecoveryPlan;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Tells what {@code compact} did, for a person or as JSON. Thread-safe. */
final class CompactReport {

  private static final double NANOS = 1e9;

  /** Between two lines of progress: some ten a second. */
  private static final long PROGRESS_BYTES = 32L * 1024 * 1024;

  private final Terminal terminal;
  private final boolean json;
  private final boolean dryRun;
  private final List<Map<String, Object>> partitions = new ArrayList<>();
  private int cleaned;
  private int notCleaned;
  private int refused;
  private int failed;
  private long bytesBefore;
  private long bytesAfter;

  CompactReport(Terminal terminal, boolean json, boolean dryRun) {
    this.terminal = terminal;
    this.json = json;
    this.dryRun = dryRun;
  }

  synchronized void skipped(String name, String reason) {
    entry(name, "skipped").put("reason", reason);
    line(name + ": skipped: " + reason);
  }

  synchronized void recovered(String name, RecoveryPlan recovery) {
    Map<String, Object> entry = entry(name, "recovered");
    entry.put("result", recovery.result().name().toLowerCase(Locale.ROOT));
    entry.put("reason", recovery.explanation());
    line(name + ": recovered first: " + recovery.explanation());
  }

  synchronized void truncated(String name, PartitionLog.TornTail tail) {
    Map<String, Object> entry = entry(name, "truncated");
    entry.put("segment", tail.baseOffset());
    entry.put("position", tail.position());
    entry.put("bytes", tail.bytes());
    line(
        String.format(
            Locale.ROOT,
            "%s: cut %d bytes that were no whole batch off segment %020d, from byte %d on; its"
                + " indexes are made anew by the broker",
            name,
            tail.bytes(),
            tail.baseOffset(),
            tail.position()));
  }

  synchronized void notice(String text) {
    problem("note: " + text);
  }

  /** Whether any partition was refused so far. */
  synchronized boolean hasRefused() {
    return refused > 0;
  }

  synchronized void refused(String name, String reason, String nextStep) {
    refused++;
    Map<String, Object> entry = entry(name, "refused");
    entry.put("reason", reason);
    entry.put("nextStep", nextStep);
    problem(name + ": refused: " + unnamed(name, reason));
    problem("  " + nextStep);
  }

  synchronized void notNow(String name, Decision.NotNow decision) {
    notCleaned++;
    Map<String, Object> entry = entry(name, "not-cleaned");
    entry.put("reasonCode", decision.reason().name().toLowerCase(Locale.ROOT).replace('_', '-'));
    entry.put("reason", decision.sentence());
    line(name + ": not cleaned: " + decision.sentence());
  }

  synchronized void outcome(Decision.Clean clean, CompactionOutcome outcome) {
    String name = clean.plan().partition().toString();
    clearProgress();
    if (outcome instanceof CompactionOutcome.Compacted compacted) {
      compacted(name, clean.bounds(), compacted);
    } else if (outcome instanceof CompactionOutcome.NothingToDo) {
      notCleaned++;
      entry(name, "not-cleaned").put("reason", outcome.message());
      line(name + ": not cleaned: " + outcome.message());
    } else if (outcome instanceof CompactionOutcome.Cancelled) {
      entry(name, "interrupted").put("reason", outcome.message());
      problem(name + ": " + outcome.message());
    } else if (outcome instanceof CompactionOutcome.Refused no) {
      refused(name, no.reason(), no.nextStep());
    } else if (outcome instanceof CompactionOutcome.Failed no) {
      failed++;
      Map<String, Object> entry = entry(name, "failed");
      entry.put("reason", no.reason());
      entry.put("nextStep", no.nextStep());
      problem(name + ": FAILED: " + unnamed(name, no.reason()));
      problem("  " + no.nextStep());
      if (System.getenv("KLEANER_DEBUG") != null) {
        no.cause().printStackTrace(terminal.err());
      }
    }
  }

  private void compacted(String name, Bounds bounds, CompactionOutcome.Compacted compacted) {
    CleanStats stats = compacted.stats();
    cleaned++;
    bytesBefore += stats.bytesBefore();
    bytesAfter += stats.bytesAfter();
    entry(name, dryRun ? "would-be-cleaned" : "cleaned")
        .putAll(CompactJson.fields(bounds, compacted));
    long nanos = stats.scanNanos() + stats.copyNanos();
    line(
        name
            + (dryRun ? ": would be cleaned" : ": cleaned")
            + " up to offset "
            + compacted.endOffset()
            + (compacted.endOffset() < bounds.upperBoundOffset()
                ? " of "
                    + bounds.upperBoundOffset()
                    + ": one clean numbers at most 2^32 - 1 records; run again for the rest"
                : ""));
    line(
        String.format(
            Locale.ROOT,
            "  bytes    %s -> %s (%.1f %% less), segments %d -> %d, %d untouched",
            Sizes.text(stats.bytesBefore()),
            Sizes.text(stats.bytesAfter()),
            percentLess(stats.bytesBefore(), stats.bytesAfter()),
            stats.segmentsBefore(),
            stats.segmentsAfter(),
            stats.segmentsUntouched()));
    line(
        String.format(
            Locale.ROOT,
            "  records  %d -> %d; removed: %d superseded, %d aborted, %d expired tombstones,"
                + " %d unkeyed; %d markers removed",
            stats.recordsBefore(),
            stats.recordsKept(),
            stats.superseded(),
            stats.aborted(),
            stats.expiredTombstones(),
            stats.unkeyedRemoved(),
            stats.markersRemoved()));
    reshaped(stats.reshaped());
    line(
        "  bounds   from "
            + bounds.firstDirtyOffset()
            + ", high watermark "
            + bounds.highWatermark()
            + " ("
            + bounds.highWatermarkSource()
            + "), last stable offset "
            + bounds.lastStableOffset()
            + "; limited by "
            + bounds.limitedBy().text());
    line(
        String.format(
            Locale.ROOT,
            "  time     %.3f s (%.3f s finding, %.3f s writing), %.0f MB/s, %d keys in %s%s",
            nanos / NANOS,
            stats.scanNanos() / NANOS,
            stats.copyNanos() / NANOS,
            CompactJson.bytesPerSecond(stats.bytesBefore(), nanos) / 1e6,
            stats.keys(),
            Sizes.text(stats.keyMapBytes()),
            stats.spilledBytes() > 0 ? ", " + Sizes.text(stats.spilledBytes()) + " spilled" : ""));
    bounds.warnings().forEach(warning -> line("  warning  " + warning));
  }

  private void reshaped(ReshapeStats stats) {
    if (!stats.equals(ReshapeStats.NONE)) {
      line(
          String.format(
              Locale.ROOT,
              "  reshaped %d batches merged into %d, %s won; %d recompressed, %s won; %d would not"
                  + " be smaller and stay",
              stats.batchesMerged(),
              stats.batchesMade(),
              Sizes.text(stats.rebatchSavedBytes()),
              stats.batchesRecompressed(),
              Sizes.text(stats.recompressSavedBytes()),
              stats.batchesNotSmaller()));
    }
  }

  /** A reason that begins with the partition's name need not repeat it. */
  private static String unnamed(String name, String reason) {
    return reason.startsWith(name + ": ") ? reason.substring(name.length() + 2) : reason;
  }

  private static double percentLess(long before, long after) {
    return before == 0 ? 0 : 100.0 * (before - after) / before;
  }

  synchronized void finish(List<Map<String, Object>> unusable) {
    if (json) {
      Map<String, Object> document = new LinkedHashMap<>();
      document.put("dryRun", dryRun);
      document.put("partitions", partitions);
      document.put("unusable", unusable);
      document.put("cleaned", cleaned);
      document.put("notCleaned", notCleaned);
      document.put("refused", refused);
      document.put("failed", failed);
      document.put("bytesBefore", bytesBefore);
      document.put("bytesAfter", bytesAfter);
      terminal.println(Json.text(document));
    } else if (cleaned + notCleaned + refused + failed > 1) {
      line(
          String.format(
              Locale.ROOT,
              "%d %s, %d not now, %d refused, %d failed; %s -> %s",
              cleaned,
              dryRun ? "would be cleaned" : "cleaned",
              notCleaned,
              refused,
              failed,
              Sizes.text(bytesBefore),
              Sizes.text(bytesAfter)));
    }
  }

  /** Shows on a terminal how far a clean is. */
  CompactionListener progress() {
    if (!terminal.interactive()) {
      return CompactionListener.NONE;
    }
    return new CompactionListener() {
      private Phase phase = Phase.SCAN;
      private long shown = -PROGRESS_BYTES;

      @Override
      public void phase(CleanPlan plan, Phase now) {
        phase = now;
      }

      @Override
      public void progress(CleanPlan plan, long bytesRead, long bytesWritten) {
        long moved = bytesRead + bytesWritten;
        if (moved >= shown && moved - shown < PROGRESS_BYTES) {
          return;
        }
        shown = moved;
        terminal.progress(
            plan.partition()
                + ": "
                + phase.name().toLowerCase(Locale.ROOT)
                + ", "
                + Sizes.text(bytesRead)
                + " read, "
                + Sizes.text(bytesWritten)
                + " written");
      }
    };
  }

  /** Shows on a terminal how far the look at what a broker did not close is. */
  Progress assessing() {
    return new Progress(terminal);
  }

  private void clearProgress() {
    terminal.clearProgress();
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

  private void problem(String text) {
    if (!json) {
      terminal.problem(text);
    }
  }
}
