// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge.broker;

import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.supervisor.probe.broker.BrokerSample;
import java.util.List;
import java.util.Optional;

/**
 * Judges deaths over the window: a loop is hidden by every restart, since DeadThreadCount begins at
 * 0 with new threads. Pure.
 */
final class CrashRules {

  private CrashRules() {}

  /**
   * @param recent deaths within the window that still count, the oldest first
   */
  static Optional<Diagnosis> judge(BrokerSample sample, List<Death> recent, JudgeOptions options) {
    if (recent.size() < options.crashLoopDeaths()) {
      return Optional.empty();
    }
    Death last = recent.get(recent.size() - 1);
    Optional<TopicPartition> culprit = Deaths.repeated(recent);
    return Optional.of(
        new Diagnosis(
            Ailment.CLEANER_CRASH_LOOP,
            "broker",
            Ailment.CLEANER_CRASH_LOOP.severity(),
            culprit,
            recent.get(0).atMs(),
            "cleaner threads died "
                + recent.size()
                + " times in "
                + Moments.span(sample.atMs() - recent.get(0).atMs())
                + culprit.map(each -> ", again and again at " + each).orElse(""),
            "the last at "
                + Moments.at(last.atMs())
                + ": "
                + last.text()
                + GaugeRules.deadCountSays(sample),
            BrokerText.advice(sample, last.cause(), culprit.or(last::culprit))));
  }
}
