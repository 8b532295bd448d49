// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import io.kleaner.supervisor.alert.AlertEnding;
import io.kleaner.supervisor.alert.AlertSignal;
import io.kleaner.supervisor.judge.Severity;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The conditions that hold at one tick, and what became of those that no longer do. Not
 * thread-safe; owned by the supervisor.
 */
public final class Signals {

  private final List<AlertSignal> signals = new ArrayList<>();
  private final Map<String, List<AlertSignal>> lastByStage = new HashMap<>();
  private final List<AlertEnding> endings = new ArrayList<>();
  private int told;

  /** A tick begins: none holds but what was found too late in the last one to be told then. */
  public void begin() {
    signals.subList(0, Math.min(told, signals.size())).clear();
    told = 0;
    endings.clear();
  }

  /** All of them, for telling; what is added from now on is told at the next tick. */
  public List<AlertSignal> toTell() {
    told = signals.size();
    return List.copyOf(signals);
  }

  /**
   * Does one part of a tick, so that a defect in it keeps no other part from being done. If it
   * fails, what it said last time is taken to hold on, since nobody knows better, and that it
   * failed is a condition of its own.
   *
   * @return whether it was done
   */
  public boolean stage(String name, Runnable part) {
    int before = signals.size();
    try {
      part.run();
      lastByStage.put(name, List.copyOf(signals.subList(before, signals.size())));
      return true;
    } catch (Throwable defect) {
      // An OutOfMemoryError of a worker may strike here as well.
      failed(name, before, defect);
      return false;
    }
  }

  /** What a part said last holds on, since that part cannot be done at this tick. */
  public void holdOn(String name) {
    signals.addAll(lastByStage.getOrDefault(name, List.of()));
  }

  private void failed(String name, int before, Throwable defect) {
    try {
      signals.subList(before, signals.size()).clear();
      signals.addAll(lastByStage.getOrDefault(name, List.of()));
      critical(
          "SupervisorDefect",
          name,
          "a part of the supervisor fails: " + name,
          defect.toString(),
          "Give the service more memory if that is what is missing; else report this.");
    } catch (Throwable again) {
      // There is no memory even to say so; the next tick tries again.
    }
  }

  /** Someone must look now. */
  public void critical(
      String rule, String subject, String summary, String evidence, String nextStep) {
    add(Severity.CRITICAL, rule, subject, summary, evidence, nextStep);
  }

  /** Someone should look. */
  public void warning(
      String rule, String subject, String summary, String evidence, String nextStep) {
    add(Severity.WARNING, rule, subject, summary, evidence, nextStep);
  }

  /** What became of a condition that no longer holds. */
  public void over(String rule, String subject, String became) {
    endings.add(new AlertEnding(rule, subject, became));
  }

  /** What became of conditions since this tick began. */
  public List<AlertEnding> endings() {
    return endings;
  }

  private void add(
      Severity severity,
      String rule,
      String subject,
      String summary,
      String evidence,
      String nextStep) {
    signals.add(new AlertSignal(rule, subject, severity, summary, evidence, nextStep));
  }

  /** All of them. */
  public List<AlertSignal> all() {
    return signals;
  }
}
