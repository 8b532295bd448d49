// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import io.kleaner.supervisor.cleaner.Finding;
import io.kleaner.supervisor.cleaner.PartitionId;
import io.kleaner.supervisor.cleaner.PartitionState;
import io.kleaner.supervisor.cleaner.PartitionStatus;
import io.kleaner.supervisor.journal.Incident;
import io.kleaner.supervisor.judge.PartitionWatch;
import io.kleaner.supervisor.judge.Standing;
import io.kleaner.supervisor.judge.Verdict;
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
 * Finds partitions that stand still, and those that have vanished. What waits because every worker
 * is busy is a queue, and told as one. Not thread-safe; owned by the supervisor's thread.
 */
final class StallCare {

  /** More than this many of one log directory are told as a number. */
  private static final int TOLD_ONE_BY_ONE = 20;

  private final long stalledAfterMs;
  private final Chronicle chronicle;
  private final Map<PartitionId, PartitionWatch> watches = new HashMap<>();
  private final Map<PartitionId, Standing> standings = new HashMap<>();

  /** By what finding a partition is well whatever the time is. */
  private final Map<PartitionId, Finding> calm = new HashMap<>();

  private final Set<PartitionId> stalled = new HashSet<>();
  private final Set<Path> queues = new HashSet<>();

  private record Waiting(PartitionState state, Verdict verdict, boolean futile, boolean overdue) {

    String summary() {
      return state.id().partition()
          + (overdue && !futile
              ? " is past max.compaction.lag.ms and no worker is at it"
              : " is eligible and does not get clean");
    }
  }

  /**
   * @param stalledAfterMs eligible and waiting
   */
  StallCare(long stalledAfterMs, Chronicle chronicle) {
    this.stalledAfterMs = stalledAfterMs;
    this.chronicle = chronicle;
  }

  void look(
      List<PartitionState> states, boolean allBusy, long nowMs, long nowNanos, Signals signals) {
    tellVanished(states);
    Map<Path, List<Waiting>> waiting = new TreeMap<>();
    Set<PartitionId> told = new HashSet<>();
    for (PartitionState state : states) {
      PartitionWatch watch =
          PartitionWatch.next(Optional.ofNullable(watches.get(state.id())), state, nowMs, nowNanos);
      watches.put(state.id(), watch);
      Optional<Standing> before = Optional.ofNullable(standings.get(state.id()));
      Verdict verdict = judge(watch, state, before, nowNanos);
      standings.put(state.id(), Standing.next(before, verdict, nowNanos));
      if (verdict instanceof Verdict.Stalled) {
        waiting
            .computeIfAbsent(state.id().logDir(), dir -> new ArrayList<>())
            .add(
                new Waiting(
                    state, verdict, watch.isFutile(state), watch.isLeftOverdue(state, nowNanos)));
      }
    }
    waiting.forEach((dir, list) -> tell(dir, list, allBusy, told, signals));
    queues.retainAll(waiting.keySet());
    moving(told);
  }

  /**
   * Of thousands most are clean look after look: what was said of those is not put together anew.
   */
  private Verdict judge(
      PartitionWatch watch, PartitionState state, Optional<Standing> before, long nowNanos) {
    PartitionStatus found = state.finding().status();
    boolean timeless =
        state.status() == found
            && found != PartitionStatus.DIRTY
            && found != PartitionStatus.UNSEEN
            && state.hold().isEmpty();
    Finding last = calm.get(state.id());
    if (timeless && before.isPresent() && last != null && last.equals(state.finding())) {
      return before.get().verdict();
    }
    Verdict verdict = watch.judge(state, nowNanos, stalledAfterMs);
    if (timeless && verdict instanceof Verdict.Healthy) {
      calm.put(state.id(), state.finding());
    } else {
      calm.remove(state.id());
    }
    return verdict;
  }

  private void tell(
      Path dir, List<Waiting> all, boolean allBusy, Set<PartitionId> told, Signals signals) {
    List<Waiting> queue = all.stream().filter(each -> !each.futile()).toList();
    boolean asOne = allBusy || queue.size() > TOLD_ONE_BY_ONE;
    for (Waiting each : all) {
      if (each.futile() || !asOne) {
        told.add(each.state().id());
        stalledAt(each, signals);
      }
    }
    if (!asOne || queue.isEmpty()) {
      queues.remove(dir);
      return;
    }
    long overdue = queue.stream().filter(Waiting::overdue).count();
    String summary =
        queue.size()
            + " partitions of "
            + dir
            + " wait"
            + (overdue == queue.size() ? ", past max.compaction.lag.ms" : " and have for long")
            + (allBusy ? "; every worker is busy" : " and no worker takes them");
    String evidence =
        overdue
            + " of them are past max.compaction.lag.ms; the first: "
            + queue.get(0).verdict().evidence();
    String nextStep = "Give the service more threads or memory, or less throttle.";
    if (queues.add(dir)) {
      chronicle.add(Incident.Kind.PARTITION_STALLED, dir.toString(), summary, evidence, nextStep);
    }
    signals.warning("BacklogWaits", dir.toString(), summary, evidence, nextStep);
  }

  private void stalledAt(Waiting each, Signals signals) {
    PartitionId id = each.state().id();
    String evidence = each.verdict().evidence();
    String nextStep =
        each.futile()
            ? "Run 'kleaner check --level 3 " + id.dir() + "', and report what was found."
            : "See what the workers are at; more of them, or less throttle, may be needed.";
    if (stalled.add(id)) {
      chronicle.add(Incident.Kind.PARTITION_STALLED, id.toString(), evidence, evidence, nextStep);
    }
    signals.warning("PartitionStalled", id.toString(), each.summary(), evidence, nextStep);
  }

  private void moving(Set<PartitionId> told) {
    for (PartitionId id : List.copyOf(stalled)) {
      Standing standing = standings.get(id);
      boolean stillThere = standing != null && standing.verdict() instanceof Verdict.Stalled;
      if (!told.contains(id) && !stillThere) {
        stalled.remove(id);
        chronicle.add(
            Incident.Kind.PARTITION_MOVING,
            id.toString(),
            id.partition() + " moves again",
            standing == null ? "it has vanished" : standing.verdict().evidence(),
            "");
      }
    }
  }

  private void tellVanished(List<PartitionState> states) {
    if (watches.isEmpty()) {
      return;
    }
    Set<PartitionId> present = new HashSet<>();
    states.forEach(state -> present.add(state.id()));
    if (present.containsAll(watches.keySet())) {
      return;
    }
    Map<Path, List<PartitionId>> vanished = new TreeMap<>();
    for (PartitionId id : watches.keySet()) {
      if (!present.contains(id)) {
        vanished.computeIfAbsent(id.logDir(), dir -> new ArrayList<>()).add(id);
      }
    }
    watches.keySet().retainAll(present);
    standings.keySet().retainAll(present);
    calm.keySet().retainAll(present);
    vanished.forEach(this::tellVanished);
  }

  private void tellVanished(Path dir, List<PartitionId> gone) {
    boolean one = gone.size() == 1;
    chronicle.add(
        Incident.Kind.PARTITION_VANISHED,
        one ? gone.get(0).toString() : dir.toString(),
        one
            ? gone.get(0).partition() + " is no longer in " + dir
            : gone.size() + " partitions are no longer in " + dir,
        "the first: " + gone.get(0).partition(),
        "Nothing, if they were deleted; else check that the disk is mounted.");
  }

  /** What is thought of each partition, and for how long. */
  Map<PartitionId, Standing> standings() {
    return Map.copyOf(standings);
  }
}
