// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import io.kleaner.core.io.FileSystem;
import io.kleaner.core.logdir.UnusableDirectoryException;
import io.kleaner.core.policy.CleanPlan;
import io.kleaner.core.policy.Decision;
import io.kleaner.supervisor.cli.ExactReading.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Tells what {@code plan} found, for a person or as JSON. Not thread-safe. */
final class PlanReport {

  private final FileSystem fileSystem;
  private final Terminal terminal;
  private final boolean json;
  private final boolean showKeys;
  private final long nowMs;
  private final Optional<Path> spillDir;
  private final List<Map<String, Object>> partitions = new ArrayList<>();
  private final List<Map<String, Object>> refusals = new ArrayList<>();
  private int planned;
  private int others;

  /**
   * @param showKeys whether keys are shown themselves, not their hashes
   * @param nowMs from which tombstones' ages count
   * @param spillDir where the clean would spill; empty for the partition directory
   */
  PlanReport(
      FileSystem fileSystem,
      Terminal terminal,
      boolean json,
      boolean showKeys,
      long nowMs,
      Optional<Path> spillDir) {
    this.fileSystem = fileSystem;
    this.terminal = terminal;
    this.json = json;
    this.showKeys = showKeys;
    this.nowMs = nowMs;
    this.spillDir = spillDir;
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

  Map<String, Object> unfit(String name, String reason, String nextStep) {
    others++;
    Map<String, Object> entry = entry(name, "refused");
    entry.put("reason", reason);
    entry.put("nextStep", nextStep);
    String prefix = name + ": ";
    line(
        prefix
            + "would be refused: "
            + (reason.startsWith(prefix) ? reason.substring(prefix.length()) : reason));
    line("  " + nextStep);
    return entry;
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

  /**
   * A partition that would be cleaned.
   *
   * @param asBroker what a broker's cleaner, which looks at ratio and lags, would decide
   * @param read what came of reading its data, if that was asked for
   */
  void planned(Decision.Clean clean, Decision asBroker, Optional<Outcome> read) throws IOException {
    if (read.isPresent() && read.get() instanceof Outcome.Refused refused) {
      refusedByData(clean, refused);
      return;
    }
    Optional<Outcome.Figures> figures =
        read.filter(Outcome.Figures.class::isInstance).map(Outcome.Figures.class::cast);
    CleanPlan plan = clean.plan();
    RoomNeeded room =
        RoomNeeded.of(
            fileSystem,
            plan,
            figures.map(each -> each.stats().spilledBytes()).orElse(0L),
            spillDir);
    planned++;
    Map<String, Object> entry = entry(plan.partition().toString(), "would-be-cleaned");
    entry.put("order", planned);
    entry.put("dirtyRatio", clean.dirtyRatio());
    entry.put("dirtyBytes", clean.dirtyBytes());
    entry.put("overdue", clean.overdue());
    entry.put("segments", plan.cleanedSegments().size());
    entry.put("groups", plan.groups().size());
    entry.put("peakExtraDiskBytes", room.groupBytes());
    entry.put("usableDiskBytes", room.usableBytes());
    entry.put("fits", room.fits());
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
    line("   " + text(room, figures.isPresent()));
    clean.bounds().warnings().forEach(warning -> line("   warning: " + warning));
    entry.put("brokerWouldCleanNow", asBroker instanceof Decision.Clean);
    if (asBroker instanceof Decision.NotNow notNow) {
      entry.put("brokerReason", notNow.sentence());
      line("   a broker's own cleaner would wait: " + notNow.sentence());
      eligibleAt(notNow, entry);
    }
    if (figures.isPresent()) {
      ExactFigures exact = new ExactFigures(showKeys, nowMs);
      exact.clean(figures.get().stats(), room);
      exact.survey(figures.get().survey());
      add(exact, entry);
    } else if (read.isPresent() && read.get() instanceof Outcome.Unread unread) {
      entry.put("exactProblem", unread.problem());
      line("   " + unread.problem());
    }
  }

  /** What is spilled lies beside the segments unless it was said where else. */
  private String text(RoomNeeded room, boolean spillIsKnown) {
    String need = "needs up to " + Sizes.text(room.groupBytes()) + " beside what is there";
    if (!spillIsKnown) {
      need += ", not counting what --memory has no room for";
    } else if (room.spillBytes() > 0) {
      need += " and " + Sizes.text(room.spillBytes()) + " for what --memory has no room for";
    }
    return need
        + "; "
        + Sizes.text(room.usableBytes())
        + " are free"
        + room.elsewhere()
            .filter(bytes -> room.spillBytes() > 0)
            .map(bytes -> ", and " + Sizes.text(bytes) + " in --spill-dir")
            .orElse("")
        + (room.fits() ? "" : ": DOES NOT FIT");
  }

  private void refusedByData(Decision.Clean clean, Outcome.Refused refused) {
    String name = clean.plan().partition().toString();
    String reason = refused.why().reason();
    Map<String, Object> entry = unfit(name, reason, refused.why().nextStep());
    entry.put("exactProblem", refused.why().message());
    entry.put("bounds", CompactJson.bounds(clean.bounds()));
    refused
        .survey()
        .ifPresent(
            survey -> {
              ExactFigures exact = new ExactFigures(showKeys, nowMs);
              exact.survey(survey);
              add(exact, entry);
            });
  }

  private void add(ExactFigures exact, Map<String, Object> entry) {
    entry.put("exact", exact.fields());
    exact.lines().forEach(text -> line("   " + text));
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
