// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import io.kleaner.supervisor.cleaner.AgentState;
import io.kleaner.supervisor.cleaner.Lease;
import io.kleaner.supervisor.cleaner.PartitionBoard;
import io.kleaner.supervisor.cleaner.Worker;
import io.kleaner.supervisor.cleaner.Workers;
import io.kleaner.supervisor.journal.Incident;
import io.kleaner.supervisor.judge.Standing;
import io.kleaner.supervisor.judge.Verdict;
import io.kleaner.supervisor.judge.WorkerRules;
import io.kleaner.supervisor.probe.WorkerSample;
import io.kleaner.supervisor.remedy.Remedy;
import io.kleaner.supervisor.remedy.RestartPolicy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/**
 * Finds workers that are dead or hang, gives them up, and puts new ones in their places. Not
 * thread-safe; owned by the supervisor's thread.
 */
final class WorkerCare {

  private static final int STACK_FRAMES = 40;

  private final Workers crew;
  private final PartitionBoard board;
  private final WorkerRules rules;
  private final StarvedCare starved;
  private final RestartPolicy restarts;
  private final PartitionCare partitions;
  private final ZombieWard zombies;
  private final Chronicle chronicle;
  private final BooleanSupplier mayRemedy;
  private final Set<String> leftAlone = new HashSet<>();
  private boolean remedies;
  private final Map<String, Worker> gone = new HashMap<>();
  private final Map<String, Ailment> ailing = new LinkedHashMap<>();
  private final Map<String, Integer> restartCounts = new HashMap<>();
  private final Map<String, WorkerSeen> seen = new LinkedHashMap<>();
  private boolean budgetSpent;
  private boolean escalated;
  private boolean lookedAt;

  /** What a worker was last seen at, and what is thought of it. */
  record WorkerSeen(WorkerSample sample, Standing standing, int restarts) {

    Verdict verdict() {
      return standing.verdict();
    }

    /** Whether it works, be it slower than it should. */
    boolean works() {
      return verdict() instanceof Verdict.Healthy || verdict() instanceof Verdict.Degraded;
    }
  }

  /** What was wrong with a worker, told until its replacement has lived for a while. */
  private record Ailment(String rule, String summary, String evidence) {}

  /**
   * @param mayRemedy whether anything may be done to workers now, or only told: asked at each look;
   *     partitions are held back in any case, since a failing one would be tried again and again
   *     otherwise
   */
  WorkerCare(
      Workers crew,
      PartitionBoard board,
      WorkerRules rules,
      StarvedCare starved,
      RestartPolicy restarts,
      PartitionCare partitions,
      ZombieWard zombies,
      Chronicle chronicle,
      BooleanSupplier mayRemedy) {
    this.crew = crew;
    this.board = board;
    this.rules = rules;
    this.starved = starved;
    this.restarts = restarts;
    this.partitions = partitions;
    this.zombies = zombies;
    this.chronicle = chronicle;
    this.mayRemedy = mayRemedy;
    this.remedies = mayRemedy.getAsBoolean();
  }

  void look(long nowMs, long nowNanos, Signals signals) {
    lookedAt = false;
    boolean before = remedies;
    remedies = mayRemedy.getAsBoolean();
    if (before && !remedies) {
      chronicle.add(
          Incident.Kind.REMEDIES_OFF,
          "service",
          "no remedy runs: what is done could not be kept",
          "the state directory cannot be written to any more",
          "Free space or correct permissions of --state-dir.");
    } else if (remedies && !before) {
      // Those were only told of: now they are found anew, and something is done.
      gone.keySet().removeAll(leftAlone);
      leftAlone.clear();
    }
    escalated = false;
    List<? extends Worker> agents = crew.agents();
    lookedAt = agents.isEmpty();
    for (Worker worker : agents) {
      // Each on its own: one that cannot be replaced must not keep the others from being judged.
      lookedAt |=
          signals.stage(
              "worker " + worker.state().id(), () -> look(worker, nowMs, nowNanos, signals));
    }
    if (escalated && !budgetSpent) {
      chronicle.add(
          Incident.Kind.BUDGET_SPENT,
          "service",
          "workers die faster than they may be replaced",
          "see the alerts for which",
          "Find out what kills them: the incidents name phase and partition.");
    }
    budgetSpent = escalated;
    tellAiling(nowNanos, signals);
    zombies.look(nowMs, signals);
  }

  private void look(Worker worker, long nowMs, long nowNanos, Signals signals) {
    WorkerSample sample = WorkerSample.of(worker);
    if (sample.throttled()) {
      // It wakes with an old sign of life, and must not be taken for one that hangs then.
      worker.state().excuse();
    }
    Verdict verdict = starved.look(sample, rules.judge(sample), nowNanos, signals);
    note(sample, verdict, nowNanos);
    boolean known = gone.get(sample.id()) == worker;
    if (verdict instanceof Verdict.Dead && !known) {
      died(worker, sample, verdict, nowMs);
    } else if (verdict instanceof Verdict.Hung && !known) {
      hung(worker, sample, verdict, nowMs);
    } else if (verdict instanceof Verdict.Healthy && known && !remedies) {
      // Nobody was given up: it was slow, and gets on.
      gone.remove(sample.id());
    }
    if (gone.get(sample.id()) == worker) {
      escalated |= replace(sample.id(), nowNanos, signals);
    }
  }

  private void note(WorkerSample sample, Verdict verdict, long nowNanos) {
    Optional<Standing> before =
        Optional.ofNullable(seen.get(sample.id())).map(WorkerSeen::standing);
    seen.put(
        sample.id(),
        new WorkerSeen(
            sample,
            Standing.next(before, verdict, nowNanos),
            restartCounts.getOrDefault(sample.id(), 0)));
  }

  private void died(Worker worker, WorkerSample sample, Verdict verdict, long nowMs) {
    gone.put(sample.id(), worker);
    ailing.put(sample.id(), new Ailment("WorkerDead", verdict.evidence(), lastSign(sample)));
    String evidence =
        verdict.evidence()
            + worker.state().death().map(death -> "\n" + frames(death.getStackTrace())).orElse("");
    chronicle.add(
        Incident.Kind.WORKER_DEAD,
        sample.id(),
        verdict.evidence(),
        evidence,
        remedies
            ? "It is replaced by itself, within the restart budget."
            : "Restart the service: without a writable state directory no remedy runs.");
    // By the board, not by what it said last: it may have died between the two.
    for (Lease lease : board.leasesOf(worker.state())) {
      blame(lease, sample, verdict, nowMs);
      board.free(lease);
    }
  }

  private static String lastSign(WorkerSample sample) {
    return "its last sign of life was "
        + sample.sinceProgressMs()
        + " ms old; it had read "
        + sample.bytesRead()
        + " bytes and written "
        + sample.bytesWritten();
  }

  private void blame(Lease lease, WorkerSample sample, Verdict verdict, long nowMs) {
    if (!sample.phase().equals(AgentState.CHECKPOINT)) {
      partitions.killed(lease.partition(), sample.id(), verdict.evidence(), nowMs);
    }
  }

  private void hung(Worker worker, WorkerSample sample, Verdict verdict, long nowMs) {
    gone.put(sample.id(), worker);
    ailing.put(sample.id(), new Ailment("WorkerHung", verdict.evidence(), lastSign(sample)));
    chronicle.add(
        Incident.Kind.WORKER_HUNG,
        sample.id(),
        verdict.evidence(),
        verdict.evidence() + "\n" + frames(worker.stack()),
        remedies
            ? "It is given up and replaced; a disk that does not answer is the usual cause."
            : "Nothing is done about it without a writable state directory.");
    if (!remedies) {
      leftAlone.add(sample.id());
      return;
    }
    worker.stop();
    List<Lease> stuck = new ArrayList<>();
    Optional<Path> logDir = crew.boundTo(sample.id());
    for (Lease lease : board.leasesOf(worker.state())) {
      logDir = Optional.of(lease.partition().logDir());
      if (lease.revoke()) {
        blame(lease, sample, verdict, nowMs);
        board.free(lease);
      } else {
        partitions.stuck(lease.partition(), sample.id(), nowMs);
        stuck.add(lease);
      }
    }
    zombies.admit(worker, logDir, stuck);
  }

  /** Returns whether the budget forbids it. */
  private boolean replace(String id, long nowNanos, Signals signals) {
    if (!remedies) {
      return false;
    }
    if (!zombies.hasRoomFor(crew.boundTo(id))) {
      signals.critical(
          "WorkerNotReplaced",
          id,
          id + " is not replaced: too many hang that cannot be ended",
          zombies.size() + " threads hang",
          "Find out why the disk does not answer, then restart the service.");
      return false;
    }
    Remedy remedy = restarts.forDead(id, nowNanos);
    if (remedy instanceof Remedy.Restart restart) {
      start(id, nowNanos);
      gone.remove(id);
      restartCounts.merge(id, 1, Integer::sum);
      chronicle.add(
          Incident.Kind.WORKER_RESTARTED,
          id,
          id + " has a new thread (attempt " + restart.attempt() + " in a row)",
          "",
          "");
    } else if (remedy instanceof Remedy.Escalate escalate) {
      signals.critical(
          "RestartBudgetSpent",
          "service",
          "workers die faster than they may be replaced",
          escalate.reason(),
          "Find out what kills them: the incidents name phase and partition.");
      return true;
    }
    return false;
  }

  private void start(String id, long nowNanos) {
    try {
      crew.start(id);
    } catch (Throwable noThread) {
      restarts.notStarted(id, nowNanos);
      throw noThread;
    }
    restarts.started(id, nowNanos);
  }

  /** One alert for a crash loop: it goes on until a replacement has proved itself. */
  private void tellAiling(long nowNanos, Signals signals) {
    ailing
        .keySet()
        .removeIf(id -> !gone.containsKey(id) && (!remedies || restarts.isStable(id, nowNanos)));
    ailing.forEach(
        (id, ailment) ->
            signals.critical(
                ailment.rule(),
                id,
                ailment.summary(),
                ailment.evidence(),
                remedies
                    ? "It is replaced by itself; look at the incidents for what it met."
                    : "Restart the service: without a writable state directory no remedy runs."));
  }

  private static String frames(StackTraceElement[] stack) {
    return Arrays.stream(stack)
        .limit(STACK_FRAMES)
        .map(frame -> "  at " + frame)
        .collect(Collectors.joining("\n"));
  }

  /** Whether at least one worker was looked at last, if there are any. */
  boolean wereLookedAt() {
    return lookedAt;
  }

  /** What was seen at the last look, by worker. */
  List<WorkerSeen> seen() {
    return List.copyOf(seen.values());
  }

  /** Whether every cleaner that is well has work in its hands: what waits then is a queue. */
  boolean areAllBusy() {
    List<WorkerSeen> well =
        seen.values().stream()
            .filter(each -> each.sample().isCleaner())
            .filter(WorkerSeen::works)
            .toList();
    return !well.isEmpty() && well.stream().allMatch(each -> each.sample().partition().isPresent());
  }
}
