// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import io.kleaner.supervisor.cleaner.Agent;
import io.kleaner.supervisor.cleaner.Crew;
import io.kleaner.supervisor.cleaner.Lease;
import io.kleaner.supervisor.cleaner.PartitionBoard;
import io.kleaner.supervisor.journal.Incident;
import io.kleaner.supervisor.judge.Verdict;
import io.kleaner.supervisor.judge.WorkerRules;
import io.kleaner.supervisor.probe.WorkerSample;
import io.kleaner.supervisor.remedy.QuarantinePolicy;
import io.kleaner.supervisor.remedy.Remedy;
import io.kleaner.supervisor.remedy.RestartPolicy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Finds workers that are dead or hang, gives them up, and puts new ones in their places. Not
 * thread-safe; owned by the supervisor's thread.
 */
final class WorkerCare {

  private static final int STACK_FRAMES = 40;

  private final Crew crew;
  private final PartitionBoard board;
  private final WorkerRules rules;
  private final RestartPolicy restarts;
  private final PartitionCare partitions;
  private final Chronicle chronicle;
  private final boolean remedies;
  private final Map<String, Agent> gone = new HashMap<>();
  private final List<Zombie> zombies = new ArrayList<>();
  private final Map<String, Integer> restartCounts = new HashMap<>();
  private final Map<String, WorkerSeen> seen = new LinkedHashMap<>();
  private boolean budgetSpent;

  /** A worker that was given up while it hung. */
  private record Zombie(Agent agent, Optional<Lease> stuck) {}

  /** What a worker was last seen at, and what is thought of it. */
  record WorkerSeen(WorkerSample sample, Verdict verdict, int restarts) {}

  /**
   * @param remedies whether anything may be done, or only told
   */
  WorkerCare(
      Crew crew,
      PartitionBoard board,
      WorkerRules rules,
      RestartPolicy restarts,
      PartitionCare partitions,
      Chronicle chronicle,
      boolean remedies) {
    this.crew = crew;
    this.board = board;
    this.rules = rules;
    this.restarts = restarts;
    this.partitions = partitions;
    this.chronicle = chronicle;
    this.remedies = remedies;
  }

  void look(long nowMs, Signals signals) {
    boolean escalated = false;
    for (Agent agent : crew.agents()) {
      WorkerSample sample = WorkerSample.of(agent);
      Verdict verdict = rules.judge(sample);
      seen.put(
          sample.id(), new WorkerSeen(sample, verdict, restartCounts.getOrDefault(sample.id(), 0)));
      if (verdict instanceof Verdict.Dead && gone.get(sample.id()) != agent) {
        died(agent, sample, verdict, nowMs);
      } else if (verdict instanceof Verdict.Hung && gone.get(sample.id()) != agent) {
        hung(agent, sample, verdict, nowMs);
      }
      if (gone.get(sample.id()) == agent) {
        escalated |= replace(sample.id(), nowMs, signals);
        signals.critical(
            verdict instanceof Verdict.Hung ? "WorkerHung" : "WorkerDead",
            sample.id(),
            verdict.evidence(),
            verdict.evidence(),
            remedies
                ? "It is replaced by itself; look at the incidents for what it met."
                : "Restart the service: without a writable state directory no remedy runs.");
      }
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
    buryZombies(nowMs, signals);
  }

  private void died(Agent agent, WorkerSample sample, Verdict verdict, long nowMs) {
    gone.put(sample.id(), agent);
    String evidence =
        verdict.evidence()
            + agent.state().death().map(death -> "\n" + frames(death.getStackTrace())).orElse("");
    chronicle.add(
        Incident.Kind.WORKER_DEAD,
        sample.id(),
        verdict.evidence(),
        evidence,
        "It is replaced by itself, within the restart budget.");
    agent
        .state()
        .lease()
        .ifPresent(
            lease -> {
              partitions.killed(lease.partition(), verdict.evidence(), nowMs);
              board.free(lease);
            });
  }

  private void hung(Agent agent, WorkerSample sample, Verdict verdict, long nowMs) {
    gone.put(sample.id(), agent);
    chronicle.add(
        Incident.Kind.WORKER_HUNG,
        sample.id(),
        verdict.evidence(),
        verdict.evidence() + "\n" + frames(agent.stack()),
        "It is given up and replaced; a disk that does not answer is the usual cause.");
    agent.stop();
    Optional<Lease> lease = agent.state().lease();
    Optional<Lease> stuck = lease.filter(each -> !board.revoke(each));
    lease
        .filter(each -> stuck.isEmpty())
        .ifPresent(each -> partitions.killed(each.partition(), verdict.evidence(), nowMs));
    stuck.ifPresent(
        each ->
            partitions.hold(each.partition(), QuarantinePolicy.stuck(sample.id(), nowMs), nowMs));
    zombies.add(new Zombie(agent, stuck));
  }

  /** Returns whether the budget forbids it. */
  private boolean replace(String id, long nowMs, Signals signals) {
    if (!remedies) {
      return false;
    }
    Remedy remedy = restarts.forDead(id, nowMs);
    if (remedy instanceof Remedy.Restart restart) {
      crew.start(id);
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

  private void buryZombies(long nowMs, Signals signals) {
    Iterator<Zombie> all = zombies.iterator();
    while (all.hasNext()) {
      Zombie zombie = all.next();
      if (zombie.agent().isAlive()) {
        zombie
            .stuck()
            .ifPresent(
                lease ->
                    signals.critical(
                        "PartitionStuck",
                        lease.partition().toString(),
                        lease.holder() + " hangs in the middle of its swap",
                        "only its own thread may finish it",
                        "Find out why the disk does not answer, then restart the service."));
      } else {
        all.remove();
        zombie
            .stuck()
            .ifPresent(
                lease -> {
                  board.free(lease);
                  partitions.killed(
                      lease.partition(), lease.holder() + " hung in its swap, and ended", nowMs);
                });
        chronicle.add(
            Incident.Kind.ZOMBIE_ENDED,
            zombie.agent().state().id(),
            "a worker that was given up has ended",
            "",
            "");
      }
    }
  }

  private static String frames(StackTraceElement[] stack) {
    return Arrays.stream(stack)
        .limit(STACK_FRAMES)
        .map(frame -> "  at " + frame)
        .collect(Collectors.joining("\n"));
  }

  /** What was seen at the last look, by worker. */
  List<WorkerSeen> seen() {
    return List.copyOf(seen.values());
  }

  /** Workers that have no thread now. */
  int dead() {
    return gone.size();
  }
}
