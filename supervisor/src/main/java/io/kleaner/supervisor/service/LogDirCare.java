// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import io.kleaner.supervisor.cleaner.PartitionState;
import io.kleaner.supervisor.cleaner.PartitionStatus;
import io.kleaner.supervisor.cleaner.ScanReport;
import io.kleaner.supervisor.journal.Incident;
import io.kleaner.supervisor.judge.LogDirRules;
import io.kleaner.supervisor.judge.Verdict;
import io.kleaner.supervisor.probe.LogDirSample;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

/**
 * Judges log directories: whether they are seen at all, and whether cleaning keeps up. Not
 * thread-safe; owned by the supervisor's thread.
 */
final class LogDirCare {

  private final List<Path> dirs;
  private final ScanReport report;
  private final PartitionCare partitions;
  private final SupervisionOptions options;
  private final Chronicle chronicle;
  private final long startedMs;
  private final Map<Path, LogDirRules> rules = new HashMap<>();
  private final Set<Path> blind = new HashSet<>();
  private final Set<Path> behind = new HashSet<>();
  private final Map<Path, LogDirSeen> seen = new TreeMap<>();

  /** What a log directory was last seen like, and what is thought of it. */
  record LogDirSeen(LogDirSample sample, Verdict verdict, OptionalLong fullInMs) {}

  LogDirCare(
      List<Path> dirs,
      ScanReport report,
      PartitionCare partitions,
      SupervisionOptions options,
      Chronicle chronicle,
      long startedMs) {
    this.dirs = dirs;
    this.report = report;
    this.partitions = partitions;
    this.options = options;
    this.chronicle = chronicle;
    this.startedMs = startedMs;
  }

  void look(List<PartitionState> states, long nowMs, Signals signals) {
    Map<Path, ScanReport.Entry> scans = report.entries();
    for (Path dir : dirs) {
      LogDirSample sample = sample(dir, Optional.ofNullable(scans.get(dir)), states, nowMs);
      LogDirRules judge =
          rules.computeIfAbsent(
              dir, path -> new LogDirRules(options.blindAfterMs(), options.trendWindowMs()));
      Verdict verdict = judge.judge(sample);
      seen.put(dir, new LogDirSeen(sample, verdict, judge.fullInMs()));
      boolean starting =
          sample.scanAgeMs() == Long.MAX_VALUE
              && sample.problem().isEmpty()
              && nowMs - startedMs < options.blindAfterMs();
      tellBlind(dir, verdict, starting, signals);
      tellBehind(dir, verdict, signals);
      tellUnknown(dir, states, signals);
    }
  }

  private LogDirSample sample(
      Path dir, Optional<ScanReport.Entry> scan, List<PartitionState> states, long nowMs) {
    long dirtyBytes = 0;
    int count = 0;
    int quarantined = 0;
    for (PartitionState state : states) {
      if (state.id().logDir().equals(dir)) {
        count++;
        dirtyBytes += state.finding().dirtyBytes();
        quarantined += state.status() == PartitionStatus.QUARANTINED ? 1 : 0;
      }
    }
    long scannedAtMs = scan.map(ScanReport.Entry::scannedAtMs).orElse(-1L);
    return new LogDirSample(
        dir,
        scan.flatMap(ScanReport.Entry::problem),
        scannedAtMs < 0 ? Long.MAX_VALUE : nowMs - scannedAtMs,
        scan.map(ScanReport.Entry::freeBytes).orElse(-1L),
        dirtyBytes,
        partitions.cleanedBytes(dir),
        count,
        quarantined,
        nowMs);
  }

  private void tellBlind(Path dir, Verdict verdict, boolean starting, Signals signals) {
    boolean unseen = verdict instanceof Verdict.Unknown || verdict instanceof Verdict.Degraded;
    if (unseen && !starting) {
      String nextStep = "Check that the directory is there, readable and not in use.";
      if (blind.add(dir)) {
        chronicle.add(
            Incident.Kind.LOG_DIR_BLIND, dir.toString(), verdict.evidence(), "", nextStep);
      }
      signals.critical(
          "LogDirBlind",
          dir.toString(),
          "nothing is known of " + dir + " now",
          verdict.evidence(),
          nextStep);
    } else if (!unseen && blind.remove(dir)) {
      chronicle.add(
          Incident.Kind.LOG_DIR_SEEN, dir.toString(), dir + " can be looked at again", "", "");
    }
  }

  private void tellBehind(Path dir, Verdict verdict, Signals signals) {
    if (!(verdict instanceof Verdict.FallingBehind)) {
      behind.remove(dir);
      return;
    }
    String nextStep = "Give it more threads or memory, or raise the throttle.";
    if (behind.add(dir)) {
      chronicle.add(Incident.Kind.FALLING_BEHIND, dir.toString(), verdict.evidence(), "", nextStep);
    }
    signals.warning(
        "FallingBehind",
        dir.toString(),
        "more gets dirty than is cleaned",
        verdict.evidence(),
        nextStep);
  }

  /** A service that cleans nothing since it knows of nothing compacted must not look well. */
  private static void tellUnknown(Path dir, List<PartitionState> states, Signals signals) {
    long all = states.stream().filter(state -> state.id().logDir().equals(dir)).count();
    long unknown =
        states.stream()
            .filter(state -> state.id().logDir().equals(dir))
            .filter(state -> state.status() == PartitionStatus.UNKNOWN_POLICY)
            .count();
    if (all > 0 && unknown == all) {
      signals.warning(
          "PolicyUnknown",
          dir.toString(),
          "nothing in " + dir + " is cleaned: of no topic it is known that it is compacted",
          all + " partitions, none with a known cleanup.policy",
          "Name the topics with --topic or 'topics:' in the configuration file, or say where the"
              + " metadata log is with metadata.log.dir.");
    }
  }

  /** What was seen at the last look, by path. */
  List<LogDirSeen> seen() {
    return List.copyOf(seen.values());
  }
}
