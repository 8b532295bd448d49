// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench.report;

import io.kleaner.bench.engine.Figures;
import io.kleaner.bench.workload.Values;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/** Writes results as tables for people. */
public final class Markdown {

  private static final double MIB = 1024.0 * 1024;
  private static final int CORE = 9;

  private Markdown() {}

  /** All tables. */
  public static String of(Results results) {
    StringBuilder out = new StringBuilder();
    out.append(head(results));
    ratios(out, results);
    times(out, results);
    costs(out, results);
    return out.toString();
  }

  /** Where, what and when, and how to repeat it. */
  public static String head(Results results) {
    StringBuilder out = new StringBuilder();
    line(
        out,
        "%s, commit %s, %s, values: %s.",
        results.machine(),
        results.commit(),
        results.date(),
        values(results.values()));
    line(out, "");
    for (String command : results.command().split("; ")) {
      line(out, "    %s", command);
    }
    line(out, "");
    return out.toString();
  }

  /** Whichever was asked for, values too short for a document are letters, as all of W13 are. */
  private static String values(Values asked) {
    return switch (asked) {
      case DOCUMENTS -> "documents, and letters where too short for one";
      case LETTERS -> "letters";
    };
  }

  private static void ratios(StringBuilder out, Results results) {
    line(out, "Times as fast as Kafka's cleaner; `cold` is the first clean of a process:");
    line(out, "");
    StringBuilder head = new StringBuilder("| Workload | Log | Records |");
    StringBuilder rule = new StringBuilder("|---|---:|---:|");
    for (int threads : results.threads()) {
      head.append(' ').append(threads(threads)).append(" | cold |");
      rule.append("---:|---:|");
    }
    line(out, "%s What is left |", head);
    line(out, "%s---|", rule);
    for (Measured each : results.workloads()) {
      StringBuilder row = new StringBuilder();
      for (int threads : results.threads()) {
        row.append(" **").append(ratio(each.ratio(threads))).append("** | ");
        row.append(ratio(each.coldRatio(threads))).append(" |");
      }
      line(
          out,
          "| %s %s | %.0f MiB | %.2f M |%s %s |",
          each.workload(),
          each.title(),
          each.logBytes() / MIB,
          each.records() / 1e6,
          row,
          each.sameness().text());
    }
    for (int threads : results.threads()) {
      double[] ratios = results.coreRatios(threads);
      if (ratios.length > 1) {
        line(out, "");
        line(
            out,
            "Geometric mean of %s with %s: %.2f.",
            ratios.length == CORE ? "W1 to W9" : "the " + ratios.length + " of W1 to W9",
            threads(threads),
            Measured.geometricMean(ratios));
      }
    }
    line(out, "");
  }

  private static void times(StringBuilder out, Results results) {
    line(out, "Seconds; phases of several partitions are added up. `cat`, `cp` and `cp` with sync");
    line(out, "of the same bytes show what reading and writing them costs here:");
    line(out, "");
    line(
        out,
        "| Workload | Engine | Threads | Map | Copy | Total | MiB/s | M records/s | CPU | `cat` |"
            + " `cp` | synced |");
    line(out, "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
    for (Measured each : results.workloads()) {
      for (Measured.Run run : each.runs()) {
        Figures median = run.median();
        line(
            out,
            "| %s | %s | %d | %.2f | %.2f | %.2f | %.0f | %.2f | %.2f | %.2f | %.2f | %.2f |",
            each.workload(),
            run.name(),
            run.threads(),
            median.mapS(),
            median.copyS(),
            median.totalS(),
            each.logBytes() / MIB / median.totalS(),
            each.records() / 1e6 / median.totalS(),
            median.cpuS(),
            each.floor().catS(),
            each.floor().cpS(),
            each.floor().cpSyncS());
      }
    }
    line(out, "");
  }

  private static void costs(StringBuilder out, Results results) {
    line(out, "Memory and I/O; `cold` is the peak after the first clean of a process, which is");
    line(out, "all that one `compact` is; a round is one rewrite of the log:");
    line(out, "");
    line(
        out,
        "| Workload | Engine | Threads | Peak RSS | cold | Allocated | Map bytes a key | Read |"
            + " Written | Rounds | Spilled |");
    line(out, "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
    for (Measured each : results.workloads()) {
      for (Measured.Run run : each.runs()) {
        Figures median = run.median();
        line(
            out,
            "| %s | %s | %d | %.0f MiB | %.0f MiB | %.0f MiB | %.1f | %.0f MiB | %.0f MiB | %d |"
                + " %.0f MiB |",
            each.workload(),
            run.name(),
            run.threads(),
            median.rssBytes() / MIB,
            run.cold().rssBytes() / MIB,
            median.allocatedBytes() / MIB,
            median.bytesPerKey(),
            median.bytesRead() / MIB,
            median.bytesWritten() / MIB,
            median.rounds(),
            median.spilledBytes() / MIB);
      }
    }
  }

  /** Points of growth charts. */
  public static String growth(List<GrowthPoint> points) {
    StringBuilder out = new StringBuilder();
    line(
        out,
        "| Size | Engine | Log | Keys | Seconds | Seconds a GiB | `cat`, a GiB | Peak RSS | Rounds |"
            + " Spilled |");
    line(out, "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|");
    for (GrowthPoint point : points) {
      line(
          out,
          "| %s | %s | %.0f MiB | %.2f M | %.2f | %.2f | %.2f | %.0f MiB | %d | %.0f MiB |",
          point.label(),
          point.engine().text(),
          point.logBytes() / MIB,
          point.keys() / 1e6,
          point.seconds(),
          point.secondsPerGib(),
          point.catSecondsPerGib(),
          point.rssBytes() / MIB,
          point.rounds(),
          point.spilledBytes() / MIB);
    }
    return out.toString();
  }

  private static String threads(int threads) {
    return threads + (threads == 1 ? " thread" : " threads");
  }

  private static String ratio(OptionalDouble ratio) {
    return ratio.isPresent() ? String.format(Locale.ROOT, "%.1f", ratio.getAsDouble()) : "-";
  }

  private static void line(StringBuilder out, String format, Object... values) {
    out.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
