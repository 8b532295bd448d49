// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge;

import io.kleaner.supervisor.probe.WorkerSample;

/** Judges a worker by one sample. Pure. */
public final class WorkerRules {

  private final long hungAfterMs;

  /**
   * @param hungAfterMs without progress, neither idle nor throttled
   */
  public WorkerRules(long hungAfterMs) {
    this.hungAfterMs = hungAfterMs;
  }

  /**
   * Judges.
   *
   * <ol>
   *   <li>A thread that has ended is dead, whatever it said last.
   *   <li>One that sleeps because its rate asks for it is well; that it starves is for {@link
   *       ThrottleRules} to say.
   *   <li>One that has not got on for too long hangs, and one that waits for work too: it looks for
   *       some several times a second.
   * </ol>
   */
  public Verdict judge(WorkerSample worker) {
    if (!worker.alive()) {
      return new Verdict.Dead(
          worker.id()
              + " has ended"
              + worker.death().map(death -> " of " + death).orElse(" without being told to")
              + at(worker));
    }
    if (worker.throttled()) {
      return new Verdict.Healthy(worker.id() + " rests because of the throttle" + at(worker));
    }
    if (worker.sinceProgressMs() >= hungAfterMs) {
      return new Verdict.Hung(
          worker.id()
              + " has not got on for "
              + worker.sinceProgressMs()
              + " ms (limit "
              + hungAfterMs
              + " ms)"
              + at(worker));
    }
    return new Verdict.Healthy(
        worker.id() + (worker.idle() ? " waits for work" : " gets on") + at(worker));
  }

  private static String at(WorkerSample worker) {
    return worker
        .partition()
        .map(partition -> " at " + partition + ", phase " + worker.phase())
        .orElse("");
  }
}
