// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import io.kleaner.core.settings.SettingsSource;
import io.kleaner.supervisor.cleaner.Checkpoints;
import io.kleaner.supervisor.cleaner.PartitionBoard;
import io.kleaner.supervisor.cleaner.PartitionState;
import io.kleaner.supervisor.cleaner.PartitionStatus;
import io.kleaner.supervisor.cleaner.ScanReport;
import io.kleaner.supervisor.cleaner.ServedDir;
import io.kleaner.supervisor.cleaner.ServedDirs;
import io.kleaner.supervisor.journal.Incident;
import io.kleaner.supervisor.judge.LogDirRules;
import io.kleaner.supervisor.judge.Standing;
import io.kleaner.supervisor.judge.Verdict;
import io.kleaner.supervisor.probe.Dirt;
import io.kleaner.supervisor.probe.LogDirSample;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Judges log directories: whether they are seen at all, whether cleaning keeps up, whether anything
 * is cleaned there. Not thread-safe; owned by the supervisor's thread.
 */
final class LogDirCare {

  /** Looks that fail in a row before one is told that still counts as seen. */
  private static final int FLAKY_LOOKS = 3;

  private final List<Path> named;
  private final ServedDirs served;
  private final PartitionBoard board;
  private final ScanReport report;
  private final SupervisionOptions options;
  private final Chronicle chronicle;
  private final DirtBook dirt = new DirtBook();
  private final OptionalLong startedNanos;
  private final Map<Path, LogDirRules> rules = new HashMap<>();
  private final Set<Path> blind = new HashSet<>();
  private final Set<Path> behind = new HashSet<>();
  private final Map<Path, LogDirSeen> seen = new TreeMap<>();

  /**
   * What a log directory was last seen like, and what is thought of it.
   *
   * @param scanAgeMs since the last look that succeeded, or since the start if none did
   */
  record LogDirSeen(LogDirSample sample, Standing standing, OptionalLong fullInMs, long scanAgeMs) {

    /** Whether anything of it is known now. */
    boolean isKnown() {
      return sample.scanAgeMs() != Long.MAX_VALUE;
    }

    Verdict verdict() {
      return standing.verdict();
    }
  }

  /**
   * @param named log directories as the user named them
   * @param startedNanos when the service started
   */
  LogDirCare(
      List<Path> named,
      ServedDirs served,
      PartitionBoard board,
      ScanReport report,
      SupervisionOptions options,
      Chronicle chronicle,
      long startedNanos) {
    this.named = named;
    this.served = served;
    this.board = board;
    this.report = report;
    this.options = options;
    this.chronicle = chronicle;
    this.startedNanos = OptionalLong.of(startedNanos);
  }

  void look(List<PartitionState> states, long nowMs, long nowNanos, Signals signals) {
    dirt.note(states);
    Map<Path, List<PartitionState>> byDir = new HashMap<>();
    for (PartitionState state : states) {
      byDir.computeIfAbsent(state.id().logDir(), dir -> new ArrayList<>()).add(state);
    }
    Set<Path> dirs = new HashSet<>();
    for (Path each : named) {
      Path dir = served.realOf(each);
      dirs.add(dir);
      ScanReport.Entry scan = report.of(dir);
      LogDirSample sample = sample(dir, scan, byDir.getOrDefault(dir, List.of()), nowMs, nowNanos);
      LogDirRules judge =
          rules.computeIfAbsent(
              dir, path -> new LogDirRules(options.blindAfterMs(), options.trendWindowMs()));
      Verdict verdict =
          board.isIsolated(dir)
              ? new Verdict.Unknown(dir + " is isolated: workers hang in it")
              : judge.judge(sample);
      Optional<Standing> before = Optional.ofNullable(seen.get(dir)).map(LogDirSeen::standing);
      seen.put(
          dir,
          new LogDirSeen(
              sample,
              Standing.next(before, verdict, nowNanos),
              judge.fullInMs(),
              TimeUnit.NANOSECONDS.toMillis(
                  nowNanos - scan.scannedAtNanos().orElse(startedNanos.getAsLong()))));
      tellBlind(dir, verdict, isStarting(sample, nowNanos), signals);
      tellFlaky(dir, verdict, scan, signals);
      tellBehind(dir, verdict, signals);
      served.named(each).ifPresent(known -> tellCheckpoints(known, signals));
    }
    seen.keySet().retainAll(dirs);
    dirs.forEach(dir -> tellIdle(dir, byDir.getOrDefault(dir, List.of()), signals));
  }

  private boolean isStarting(LogDirSample sample, long nowNanos) {
    return sample.scanAgeMs() == Long.MAX_VALUE
        && sample.problem().isEmpty()
        && nowNanos - startedNanos.getAsLong()
            < TimeUnit.MILLISECONDS.toNanos(options.blindAfterMs());
  }

  private LogDirSample sample(
      Path dir, ScanReport.Entry scan, List<PartitionState> states, long nowMs, long nowNanos) {
    long dirtyBytes = 0;
    long waitingBytes = 0;
    int quarantined = 0;
    long lagLimitAtMs = Long.MAX_VALUE;
    for (PartitionState state : states) {
      dirtyBytes += state.finding().dirtyBytes();
      quarantined += state.status() == PartitionStatus.QUARANTINED ? 1 : 0;
      if (state.finding().status() == PartitionStatus.DIRTY) {
        waitingBytes += state.hold().isPresent() ? 0 : state.finding().dirtyBytes();
        lagLimitAtMs =
            Math.min(lagLimitAtMs, state.finding().eligibleAtMs().orElse(Long.MAX_VALUE));
      }
    }
    return new LogDirSample(
        dir,
        scan.problem(),
        scan.scannedAtNanos().isPresent() && !scan.lost()
            ? TimeUnit.NANOSECONDS.toMillis(nowNanos - scan.scannedAtNanos().getAsLong())
            : Long.MAX_VALUE,
        scan.freeBytes(),
        dirtyBytes,
        waitingBytes,
        dirt.of(dir),
        lagLimitAtMs == Long.MAX_VALUE
            ? OptionalLong.empty()
            : OptionalLong.of(Math.max(0, lagLimitAtMs - nowMs)),
        states.size(),
        quarantined,
        nowNanos);
  }

  private void tellBlind(Path dir, Verdict verdict, boolean starting, Signals signals) {
    boolean unseen = verdict instanceof Verdict.Unknown;
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
    } else if (!unseen && !(verdict instanceof Verdict.Degraded) && blind.remove(dir)) {
      chronicle.add(
          Incident.Kind.LOG_DIR_SEEN, dir.toString(), dir + " can be looked at again", "", "");
    }
  }

  /** A look that fails once is nothing; what fails again and again is told before it is blind. */
  private static void tellFlaky(Path dir, Verdict verdict, ScanReport.Entry scan, Signals signals) {
    if (verdict instanceof Verdict.Degraded && scan.failures() >= FLAKY_LOOKS) {
      signals.warning(
          "LogDirUnwell",
          dir.toString(),
          "the last " + scan.failures() + " looks at " + dir + " failed",
          verdict.evidence(),
          "Check that the directory is there, readable and not in use.");
    }
  }

  private void tellBehind(Path dir, Verdict verdict, Signals signals) {
    if (verdict instanceof Verdict.Healthy) {
      behind.remove(dir);
    }
    if (!(verdict instanceof Verdict.FallingBehind)) {
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

  /** Who hangs at the checkpoint file keeps all others from it; their work is done all the same. */
  private void tellCheckpoints(ServedDir dir, Signals signals) {
    Checkpoints checkpoints = dir.checkpoints();
    if (checkpoints.waitedMs() >= options.hungAfterMs()) {
      String path = dir.logDir().dir().toString();
      signals.critical(
          "CheckpointStuck",
          path,
          "the cleaner checkpoint of " + path + " is not written",
          checkpoints.waiting()
              + " partitions are clean and have waited for their entries for up to "
              + checkpoints.waitedMs() / 1000
              + " s"
              + checkpoints.problem().map(problem -> ": " + problem).orElse(""),
          "Check the disk. After a restart these partitions are cleaned again, no more.");
    }
  }

  /**
   * A directory in which nothing is cleaned since nobody says what may be is no healthy idle. The
   * topics that Kafka itself compacts don't count: they are known everywhere.
   */
  private static void tellIdle(Path dir, List<PartitionState> states, Signals signals) {
    List<PartitionState> unknown = new ArrayList<>();
    for (PartitionState state : states) {
      if (SettingsSource.INTERNAL_TOPICS.contains(state.id().partition().topic())) {
        continue;
      }
      PartitionStatus found = state.finding().status();
      if (found == PartitionStatus.UNKNOWN_POLICY) {
        unknown.add(state);
      } else if (found != PartitionStatus.NOT_COMPACTED) {
        return;
      }
    }
    if (!unknown.isEmpty()) {
      signals.warning(
          "PolicyUnknown",
          dir.toString(),
          "nothing is cleaned in "
              + dir
              + ": of none of its topics is it known that it is compacted",
          unknown.size()
              + " partitions are left out, the first: "
              + unknown.get(0).id().partition()
              + ": "
              + unknown.get(0).finding().reason(),
          "Say it with --topic, with --config cleanup.policy=compact, with 'topics' in the"
              + " configuration file, or with metadata.log.dir.");
    }
  }

  /** What got dirty and what was cleaned since the start, by the last look. */
  Dirt dirt() {
    return dirt.total();
  }

  /** What was seen at the last look, by path. */
  List<LogDirSeen> seen() {
    return List.copyOf(seen.values());
  }
}
