// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import io.kleaner.supervisor.journal.Incident;
import io.kleaner.supervisor.judge.ThrottleRules;
import io.kleaner.supervisor.judge.Verdict;
import io.kleaner.supervisor.probe.Dirt;
import io.kleaner.supervisor.probe.WorkerSample;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Finds workers that the throttle starves. Nothing is done about it: the rate is a person's wish.
 * Not thread-safe; owned by the supervisor's thread.
 */
final class StarvedCare {

  private static final String NEXT_STEP =
      "Raise the rate: 'kleaner throttle', or throttle.bytes.per.second.";

  private final long windowMs;
  private final Supplier<Dirt> dirt;
  private final Chronicle chronicle;
  private final Map<String, ThrottleRules> rules = new HashMap<>();
  private final Set<String> starved = new HashSet<>();

  /**
   * @param windowMs that a worker's sleep is judged over
   * @param dirt what got dirty and what was cleaned, by the last look
   */
  StarvedCare(long windowMs, Supplier<Dirt> dirt, Chronicle chronicle) {
    this.windowMs = windowMs;
    this.dirt = dirt;
    this.chronicle = chronicle;
  }

  /**
   * Looks at a worker.
   *
   * @param otherwise what is thought of it but for its sleep
   * @return what is to be thought of it
   */
  Verdict look(WorkerSample worker, Verdict otherwise, long nowNanos, Signals signals) {
    if (!(otherwise instanceof Verdict.Healthy)) {
      rules.remove(worker.id());
      starved.remove(worker.id());
      return otherwise;
    }
    Optional<Verdict> verdict =
        rules
            .computeIfAbsent(worker.id(), id -> new ThrottleRules(windowMs))
            .judge(worker, dirt.get(), nowNanos);
    if (verdict.isEmpty()) {
      starved.remove(worker.id());
      return otherwise;
    }
    String summary = worker.id() + " sleeps because of the throttle, and does not keep up";
    String evidence = verdict.get().evidence();
    if (starved.add(worker.id())) {
      chronicle.add(Incident.Kind.WORKER_STARVED, worker.id(), summary, evidence, NEXT_STEP);
    }
    signals.warning("WorkerStarved", worker.id(), summary, evidence, NEXT_STEP);
    return verdict.get();
  }
}
