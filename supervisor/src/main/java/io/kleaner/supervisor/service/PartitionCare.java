// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import io.kleaner.core.compact.CleanStats;
import io.kleaner.supervisor.cleaner.Hold;
import io.kleaner.supervisor.cleaner.PartitionBoard;
import io.kleaner.supervisor.cleaner.PartitionId;
import io.kleaner.supervisor.cleaner.PartitionState;
import io.kleaner.supervisor.cleaner.PartitionStatus;
import io.kleaner.supervisor.cleaner.WorkEvent;
import io.kleaner.supervisor.journal.Incident;
import io.kleaner.supervisor.judge.PartitionWatch;
import io.kleaner.supervisor.judge.Verdict;
import io.kleaner.supervisor.remedy.QuarantinePolicy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Judges failures of partitions, keeps the poisonous apart, and finds those that stand still. Not
 * thread-safe; owned by the supervisor's thread.
 */
final class PartitionCare {

  /** Of one log directory, partitions in quarantine beyond this many are told as a number. */
  private static final int TOLD_ONE_BY_ONE = 20;

  private final PartitionBoard board;
  private final QuarantinePolicy quarantine;
  private final long stalledAfterMs;
  private final Chronicle chronicle;
  private final Map<PartitionId, PartitionWatch> watches = new HashMap<>();
  private final Set<PartitionId> stalled = new HashSet<>();
  private final Map<PartitionId, Hold> quarantined = new TreeMap<>();
  private final Map<Path, Long> cleanedBytes = new HashMap<>();
  private final Totals totals = new Totals();
  private boolean changed;

  /** What was done since the service started. */
  static final class Totals {
    private long cleans;
    private long failures;
    private long bytesRead;
    private long bytesWritten;
    private long reclaimedBytes;

    synchronized void cleaned(CleanStats stats) {
      cleans++;
      bytesRead += stats.bytesRead();
      bytesWritten += stats.bytesWritten();
      reclaimedBytes += Math.max(0, stats.bytesBefore() - stats.bytesAfter());
    }

    synchronized void failed() {
      failures++;
    }

    synchronized long[] values() {
      return new long[] {cleans, failures, bytesRead, bytesWritten, reclaimedBytes};
    }
  }

  PartitionCare(
      PartitionBoard board, QuarantinePolicy quarantine, long stalledAfterMs, Chronicle chronicle) {
    this.board = board;
    this.quarantine = quarantine;
    this.stalledAfterMs = stalledAfterMs;
    this.chronicle = chronicle;
  }

  /** Puts back what was in quarantine before a restart; partitions get it when they appear. */
  void restore(Map<PartitionId, Hold> held) {
    // Stuck ended with the process that had it.
    held.forEach(
        (id, hold) -> {
          if (hold.kind() == Hold.Kind.QUARANTINE) {
            quarantined.put(id, hold);
          }
        });
  }

  void handle(WorkEvent event, long nowMs) {
    if (event instanceof WorkEvent.Appeared appeared) {
      Hold kept = quarantined.get(appeared.partition());
      if (kept != null) {
        board.hold(appeared.partition(), Optional.of(kept));
      }
    } else if (event instanceof WorkEvent.Cleaned cleaned) {
      totals.cleaned(cleaned.stats());
      cleanedBytes.merge(cleaned.partition().logDir(), cleaned.stats().bytesBefore(), Long::sum);
      released(cleaned.partition(), "it was cleaned");
    } else if (event instanceof WorkEvent.Failed failed) {
      totals.failed();
      judge(failed.partition(), failed.refused(), failed.reason(), failed.nextStep(), nowMs);
    } else if (event instanceof WorkEvent.Recovered recovered) {
      chronicle.add(
          Incident.Kind.PARTITION_RECOVERED,
          recovered.partition().toString(),
          "an interrupted swap was recovered: " + recovered.explanation(),
          "",
          "");
    } else if (event instanceof WorkEvent.Interrupted interrupted) {
      chronicle.add(
          Incident.Kind.WORKER_INTERRUPTED,
          interrupted.worker(),
          interrupted.worker() + " was interrupted at " + interrupted.partition(),
          "the partition is as it was, and is tried again",
          "");
    }
  }

  /** A partition's worker died or was given up while it was at it. */
  void killed(PartitionId id, String evidence, long nowMs) {
    board.failed(
        id,
        new Hold(
            Hold.Kind.UNJUDGED,
            evidence,
            "",
            nowMs,
            Long.MAX_VALUE,
            board.state(id, nowMs).map(PartitionState::failures).orElse(0) + 1));
    judge(id, false, evidence, "Run 'kleaner check --level 3 " + id.dir() + "'.", nowMs);
  }

  private void judge(PartitionId id, boolean refused, String reason, String nextStep, long nowMs) {
    int failures = board.state(id, nowMs).map(PartitionState::failures).orElse(1);
    Hold hold = quarantine.judge(Math.max(1, failures), refused, reason, nextStep, nowMs);
    chronicle.add(Incident.Kind.PARTITION_FAILED, id.toString(), reason, "", nextStep);
    hold(id, hold, nowMs);
  }

  /** Keeps a partition from being worked on. */
  void hold(PartitionId id, Hold hold, long nowMs) {
    board.hold(id, Optional.of(hold));
    if (hold.isQuarantine()) {
      boolean fresh = quarantined.put(id, hold) == null;
      changed = true;
      if (fresh) {
        chronicle.add(
            Incident.Kind.PARTITION_QUARANTINED,
            id.toString(),
            id.partition() + " is left alone, all others go on: " + hold.reason(),
            hold.untilMs() == Long.MAX_VALUE
                ? "until it is released"
                : "tried again in " + (hold.untilMs() - nowMs) / 1000 + " s, then ever later",
            hold.nextStep());
      }
    }
  }

  /** Lets a partition go. */
  void release(PartitionId id, String reason) {
    board.forgive(id);
    released(id, reason);
  }

  private void released(PartitionId id, String reason) {
    if (quarantined.remove(id) != null) {
      changed = true;
      chronicle.add(
          Incident.Kind.PARTITION_RELEASED,
          id.toString(),
          id.partition() + " is no longer in quarantine: " + reason,
          "",
          "");
    }
  }

  /** Looks at all partitions. */
  void look(List<PartitionState> states, long nowMs, Signals signals) {
    watches.keySet().retainAll(states.stream().map(PartitionState::id).toList());
    Map<Path, List<PartitionState>> left = new TreeMap<>();
    for (PartitionState state : states) {
      PartitionWatch watch =
          PartitionWatch.next(Optional.ofNullable(watches.get(state.id())), state, nowMs);
      watches.put(state.id(), watch);
      Verdict verdict = watch.judge(state, nowMs, stalledAfterMs);
      if (verdict instanceof Verdict.Stalled) {
        stalledAt(state.id(), verdict, signals);
      } else if (stalled.remove(state.id())) {
        chronicle.add(
            Incident.Kind.PARTITION_MOVING,
            state.id().toString(),
            state.id().partition() + " moves again",
            verdict.evidence(),
            "");
      }
      if (state.status() == PartitionStatus.QUARANTINED) {
        left.computeIfAbsent(state.id().logDir(), dir -> new ArrayList<>()).add(state);
      } else if (isWellAgain(state)) {
        release(state.id(), "a look at it found nothing wrong");
      }
    }
    left.forEach((dir, list) -> tell(dir, list, signals));
  }

  /** What waits for its next try is not well yet: only a clean, or nothing to clean, shows that. */
  private boolean isWellAgain(PartitionState state) {
    Hold hold = quarantined.get(state.id());
    return hold != null
        && state.hold().isEmpty()
        && state.holder().isEmpty()
        && state.finding().status() != PartitionStatus.UNSEEN
        && state.finding().status() != PartitionStatus.DIRTY
        && state.finding().atMs() > hold.sinceMs();
  }

  private void stalledAt(PartitionId id, Verdict verdict, Signals signals) {
    if (stalled.add(id)) {
      chronicle.add(
          Incident.Kind.PARTITION_STALLED,
          id.toString(),
          verdict.evidence(),
          verdict.evidence(),
          "See what the workers are at; more of them, or less throttle, may be needed.");
    }
    signals.warning(
        "PartitionStalled",
        id.toString(),
        id.partition() + " is eligible and does not get clean",
        verdict.evidence(),
        "See what the workers are at; more of them, or less throttle, may be needed.");
  }

  private static void tell(Path dir, List<PartitionState> left, Signals signals) {
    if (left.size() > TOLD_ONE_BY_ONE) {
      signals.critical(
          "PartitionsQuarantined",
          dir.toString(),
          left.size() + " partitions of " + dir + " are left alone",
          "the first: " + left.get(0).id().partition() + ": " + left.get(0).reason(),
          left.get(0).hold().map(Hold::nextStep).orElse(""));
      return;
    }
    for (PartitionState state : left) {
      signals.critical(
          "PartitionQuarantined",
          state.id().toString(),
          state.id().partition() + " is left alone",
          state.reason(),
          state.hold().map(Hold::nextStep).orElse(""));
    }
  }

  /** The quarantines, if they changed since the last time. */
  Optional<Map<PartitionId, Hold>> changedQuarantines() {
    if (!changed) {
      return Optional.empty();
    }
    changed = false;
    return Optional.of(new TreeMap<>(quarantined));
  }

  /** Dirty bytes that were cleaned away in a log directory since the service started. */
  long cleanedBytes(Path logDir) {
    return cleanedBytes.getOrDefault(logDir, 0L);
  }

  Totals totals() {
    return totals;
  }
}
