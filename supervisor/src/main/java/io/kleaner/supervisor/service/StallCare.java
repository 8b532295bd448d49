// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import io.kleaner.supervisor.cleaner.PartitionId;
import io.kleaner.supervisor.cleaner.PartitionState;
import io.kleaner.supervisor.journal.Incident;
import io.kleaner.supervisor.judge.PartitionWatch;
import io.kleaner.supervisor.judge.Standing;
import io.kleaner.supervisor.judge.Verdict;
import java.nio.file.Path;
import java.util.ArrayList;
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

  /** By the last look. */
  private Judged judged = Judged.NOTHING;

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
    Map<Path, List<Waiting>> waiting = new TreeMap<>();
    Set<PartitionId> told = new HashSet<>();
    Map<PartitionId, PartitionSeen> before = judged.byId();
    List<PartitionSeen> changed = new ArrayList<>();
    int known = 0;
    for (PartitionState state : states) {
      PartitionSeen last = before.get(state.id());
      known += last == null ? 0 : 1;
      if (last != null && last.rests() && last.state().equals(state)) {
        continue;
      }
      PartitionSeen now = see(state, Optional.ofNullable(last), nowMs, nowNanos);
      if (!now.equals(last)) {
        changed.add(now);
      }
      if (now.verdict() instanceof Verdict.Stalled) {
        waiting
            .computeIfAbsent(state.id().logDir(), dir -> new ArrayList<>())
            .add(
                new Waiting(
                    state,
                    now.verdict(),
                    now.watch().isFutile(state),
                    now.watch().isLeftOverdue(state, nowNanos)));
      }
    }
    Set<PartitionId> vanished = known < before.size() ? vanished(states) : Set.of();
    judged = judged.next(changed, vanished, nowNanos);
    tellVanished(vanished);
    waiting.forEach((dir, list) -> tell(dir, list, allBusy, told, signals));
    queues.retainAll(waiting.keySet());
    moving(told);
  }

  private PartitionSeen see(
      PartitionState state, Optional<PartitionSeen> last, long nowMs, long nowNanos) {
    PartitionWatch watch =
        PartitionWatch.next(
            last.map(before -> before.watchAt(judged.atNanos())), state, nowMs, nowNanos);
    Verdict verdict = judge(watch, state, last, nowNanos);
    long sinceNanos =
        last.map(
                before ->
                    Standing.sinceNanos(before.verdict(), before.sinceNanos(), verdict, nowNanos))
            .orElse(nowNanos);
    return new PartitionSeen(state, watch, verdict, sinceNanos);
  }

  /** What was said of a partition that is well is not put together anew while it is the same. */
  private Verdict judge(
      PartitionWatch watch, PartitionState state, Optional<PartitionSeen> last, long nowNanos) {
    return last.filter(before -> before.isWellAndLike(state))
        .filter(before -> watch.isWell(state, nowNanos, stalledAfterMs))
        .map(PartitionSeen::verdict)
        .orElseGet(() -> watch.judge(state, nowNanos, stalledAfterMs));
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
      Optional<Verdict> verdict =
          Optional.ofNullable(judged.byId().get(id)).map(PartitionSeen::verdict);
      boolean isStalled = verdict.filter(Verdict.Stalled.class::isInstance).isPresent();
      if (!told.contains(id) && !isStalled) {
        stalled.remove(id);
        chronicle.add(
            Incident.Kind.PARTITION_MOVING,
            id.toString(),
            id.partition() + " moves again",
            verdict.map(Verdict::evidence).orElse("it has vanished"),
            "");
      }
    }
  }

  /** Those of the last look that are not there now. */
  private Set<PartitionId> vanished(List<PartitionState> states) {
    Set<PartitionId> vanished = new HashSet<>(judged.byId().keySet());
    states.forEach(state -> vanished.remove(state.id()));
    return vanished;
  }

  private void tellVanished(Set<PartitionId> all) {
    Map<Path, List<PartitionId>> vanished = new TreeMap<>();
    for (PartitionId id : all) {
      vanished.computeIfAbsent(id.logDir(), dir -> new ArrayList<>()).add(id);
    }
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

  /** What is thought of each partition, and for how long, by the last look. */
  Judged judged() {
    return judged;
  }
}
