// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import io.kleaner.core.compact.CleanStats;
import io.kleaner.supervisor.cleaner.Cause;
import io.kleaner.supervisor.cleaner.Failure;
import io.kleaner.supervisor.cleaner.Hold;
import io.kleaner.supervisor.cleaner.PartitionBoard;
import io.kleaner.supervisor.cleaner.PartitionId;
import io.kleaner.supervisor.cleaner.PartitionState;
import io.kleaner.supervisor.cleaner.PartitionStatus;
import io.kleaner.supervisor.cleaner.WorkEvent;
import io.kleaner.supervisor.journal.Incident;
import io.kleaner.supervisor.remedy.QuarantinePolicy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Judges failures of partitions, keeps the poisonous apart, and lets them go when they are well.
 * Not thread-safe; owned by the supervisor's thread.
 */
final class PartitionCare {

  /** After which what its log directory has no more is forgotten, if its hold ends by itself. */
  static final long FORGOTTEN_NANOS = TimeUnit.HOURS.toNanos(24);

  private final PartitionBoard board;
  private final QuarantinePolicy policy;
  private final Chronicle chronicle;
  private final QuarantineBook quarantines;
  private final StallCare stalls;
  private final Map<PartitionId, Mark> marks = new HashMap<>();
  private final Map<PartitionId, Asked> asked = new HashMap<>();
  private final Totals totals = new Totals();

  /** A hold that a person asked for, so often, and that is not in force yet. */
  private record Asked(String reason, long atMs, int times) {

    Asked andAgain(Asked later) {
      return new Asked(later.reason(), later.atMs(), times + later.times());
    }
  }

  /** How often a partition had been cleaned and looked into when it was last held. */
  private record Mark(Hold hold, long cleans, long looks) {}

  /** What was done since the service started. */
  static final class Totals {
    private long cleans;
    private long failures;
    private long bytesRead;
    private long bytesWritten;
    private long reclaimedBytes;

    private void cleaned(CleanStats stats) {
      cleans++;
      bytesRead += stats.bytesRead();
      bytesWritten += stats.bytesWritten();
      reclaimedBytes += Math.max(0, stats.bytesBefore() - stats.bytesAfter());
    }

    long[] values() {
      return new long[] {cleans, failures, bytesRead, bytesWritten, reclaimedBytes};
    }
  }

  PartitionCare(
      PartitionBoard board, QuarantinePolicy policy, long stalledAfterMs, Chronicle chronicle) {
    this.board = board;
    this.policy = policy;
    this.chronicle = chronicle;
    this.quarantines = new QuarantineBook(chronicle);
    this.stalls = new StallCare(stalledAfterMs, chronicle);
  }

  /** Puts back what was in quarantine before a restart, before anyone works. */
  void restore(Map<PartitionId, Hold> held) {
    held.forEach(
        (id, hold) -> {
          // Stuck ended with the process that had it.
          if (hold.kind() == Hold.Kind.QUARANTINE || hold.kind() == Hold.Kind.BY_HAND) {
            board.holds().seed(id, hold);
            quarantines.restore(id, hold);
            marks.put(id, new Mark(hold, 0, 0));
          }
        });
  }

  /** Takes note of what a worker tells; nothing is decided by it. */
  void handle(WorkEvent event) {
    if (event instanceof WorkEvent.Cleaned cleaned) {
      totals.cleaned(cleaned.stats());
    } else if (event instanceof WorkEvent.Recovered recovered) {
      chronicle.add(
          Incident.Kind.PARTITION_RECOVERED,
          recovered.partition().toString(),
          recovered.partition().partition() + " was recovered: " + recovered.explanation(),
          "",
          "");
    } else if (event instanceof WorkEvent.NotRecovered failed) {
      chronicle.add(
          Incident.Kind.PARTITION_FAILED,
          failed.partition().toString(),
          failed.partition().partition()
              + " is left alone as before, and may be half-swapped: "
              + failed.reason(),
          "an interrupted clean could not be finished or undone now; its next try begins with that",
          "Check permissions and the disk, then release it.");
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
  void killed(PartitionId id, String worker, String evidence, long nowMs) {
    String nextStep = "Run 'kleaner check --level 3 " + id.dir() + "'.";
    Failure how = new Failure(Cause.KILLED, worker, evidence, nextStep, nowMs);
    board.failed(id, how);
    judge(id, how, nowMs);
  }

  /** Judges every failure that nobody has judged; asked of the board, where none gets lost. */
  void judgeFailures(long nowMs) {
    board.unjudged().forEach((id, how) -> judge(id, how, nowMs));
  }

  private void judge(PartitionId id, Failure how, long nowMs) {
    int failures = failures(id) + 1;
    Optional<Hold> byHand =
        board.holds().hold(id).filter(current -> current.kind() == Hold.Kind.BY_HAND);
    Hold hold =
        byHand
            .map(
                kept ->
                    new Hold(
                        kept.kind(),
                        kept.cause(),
                        kept.reason(),
                        kept.nextStep(),
                        kept.sinceMs(),
                        kept.untilMs(),
                        failures))
            .orElseGet(() -> policy.judge(failures, how, nowMs));
    totals.failures++;
    chronicle.add(Incident.Kind.PARTITION_FAILED, id.toString(), how.reason(), "", how.nextStep());
    board.holds().judged(id, how, hold);
    mark(id, hold, nowMs);
  }

  private void mark(PartitionId id, Hold hold, long nowMs) {
    Optional<PartitionState> state = board.state(id);
    marks.put(
        id,
        new Mark(
            hold,
            state.map(PartitionState::cleans).orElse(0L),
            state.map(PartitionState::looks).orElse(0L)));
    quarantines.held(id, hold, nowMs);
  }

  /**
   * Puts in force what was asked of the board once. Where that fails, it is tried again at each
   * look until it is released; nobody is given the partition meanwhile, as was answered.
   */
  void holdAsAsked(PartitionId id, String reason, long askedMs) {
    asked.merge(id, new Asked(reason, askedMs, 1), Asked::andAgain);
    holdAsAsked(id);
  }

  /** Tries again what was asked for and failed; one that fails again keeps no other from it. */
  void holdAsAsked(Signals signals) {
    for (PartitionId id : List.copyOf(asked.keySet())) {
      signals.stage("hold of " + id, () -> holdAsAsked(id));
    }
  }

  private void holdAsAsked(PartitionId id) {
    Asked wanted = asked.get(id);
    quarantineByHand(id, wanted.reason(), wanted.atMs());
    settled(id);
  }

  /** A person lets a partition go, also where the hold that was asked for before has failed. */
  void releaseAsAsked(PartitionId id, String reason) {
    release(id, reason);
    settled(id);
  }

  /** The board's mark goes after what it stands for is in force, or is no longer wanted. */
  private void settled(PartitionId id) {
    Asked wanted = asked.remove(id);
    for (int i = 0; wanted != null && i < wanted.times(); i++) {
      board.holds().heldAsAsked(id);
    }
  }

  /** Someone wants a partition left alone. */
  void quarantineByHand(PartitionId id, String reason, long nowMs) {
    hold(id, QuarantinePolicy.byHand(reason, failures(id), nowMs), nowMs);
  }

  /** A worker hangs in the middle of a partition's swap. */
  void stuck(PartitionId id, String worker, long nowMs) {
    if (board.holds().hold(id).filter(hold -> hold.kind() == Hold.Kind.BY_HAND).isEmpty()) {
      hold(id, QuarantinePolicy.stuck(worker, failures(id), nowMs), nowMs);
    }
  }

  /** Of one that is gone, what is remembered. */
  private int failures(PartitionId id) {
    return board
        .state(id)
        .map(PartitionState::failures)
        .or(() -> board.holds().hold(id).map(Hold::failures))
        .orElse(0);
  }

  private void hold(PartitionId id, Hold hold, long nowMs) {
    board.holds().hold(id, hold);
    mark(id, hold, nowMs);
  }

  /** The worker that hung in a partition's swap has ended: well if it finished, else a failure. */
  void unstuck(PartitionId id, String worker, String evidence, long nowMs) {
    Optional<Hold> hold = board.holds().hold(id).filter(each -> each.kind() == Hold.Kind.STUCK);
    if (hold.isEmpty()) {
      // Judged already, by what the worker itself said when it woke up.
      return;
    }
    Mark mark = marks.getOrDefault(id, new Mark(hold.get(), 0, 0));
    if (board.state(id).filter(state -> state.cleans() > mark.cleans()).isPresent()) {
      release(id, "its worker woke up and finished the swap");
    } else {
      killed(id, worker, evidence, nowMs);
    }
  }

  /** Lets a partition go. */
  void release(PartitionId id, String reason) {
    board.holds().forgive(id);
    marks.remove(id);
    quarantines.released(id, reason);
  }

  /**
   * Looks at all partitions.
   *
   * @param allBusy whether every cleaner has work in its hands
   */
  void look(
      List<PartitionState> states, boolean allBusy, long nowMs, long nowNanos, Signals signals) {
    if (!marks.isEmpty()) {
      for (PartitionState state : states) {
        Mark mark = marks.get(state.id());
        if (mark != null && mark.hold().endsByItself()) {
          letGoIfWell(state, mark);
        }
      }
    }
    stalls.look(states, allBusy, nowMs, nowNanos, signals);
    quarantines.look(states, nowNanos, signals);
    board.holds().missedFor(FORGOTTEN_NANOS).forEach(this::forgetIfItEndsByItself);
  }

  private void forgetIfItEndsByItself(PartitionId id) {
    if (board.holds().hold(id).filter(hold -> !hold.endsByItself()).isEmpty()) {
      board.holds().forget(id);
      marks.remove(id);
      quarantines.released(
          id,
          id.logDir()
              + " has not had it for "
              + TimeUnit.NANOSECONDS.toHours(FORGOTTEN_NANOS)
              + " hours");
    }
  }

  /** What waits for its next try is not well yet: only a clean, or nothing to clean, shows that. */
  private void letGoIfWell(PartitionState state, Mark mark) {
    if (state.cleans() > mark.cleans()) {
      release(state.id(), "it was cleaned");
      return;
    }
    boolean looked = state.looks() > mark.looks() && state.holder().isEmpty();
    PartitionStatus found = state.finding().status();
    if (looked
        && state.hold().isEmpty()
        && state.status() == found
        && found != PartitionStatus.UNSEEN
        && found != PartitionStatus.DIRTY) {
      release(state.id(), "a look at it found nothing wrong");
    }
  }

  /** The quarantines, if they changed since the last time. */
  Optional<Map<PartitionId, Hold>> changedQuarantines() {
    return quarantines.changed();
  }

  /** What is thought of each partition, and for how long, by the last look. */
  Judged judged() {
    return stalls.judged();
  }

  Totals totals() {
    return totals;
  }
}
