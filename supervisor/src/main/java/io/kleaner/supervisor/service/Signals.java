// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import io.kleaner.supervisor.alert.AlertSignal;
import io.kleaner.supervisor.alert.Severity;
import java.util.ArrayList;
import java.util.List;

/** The conditions that hold at one tick. Not thread-safe; owned by the supervisor. */
public final class Signals {

  private final List<AlertSignal> signals = new ArrayList<>();

  /** None holds. */
  public void clear() {
    signals.clear();
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
