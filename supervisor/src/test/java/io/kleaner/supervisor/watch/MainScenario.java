// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.broker.Incidents;
import java.util.List;

/**
 * One record kills the cleaner of a broker, and again after its revival: it is told, named,
 * isolated on consent, and all other topics compact again. By default settings, wherever the broker
 * runs.
 */
final class MainScenario {

  private final WatchLab lab;
  private final Incidents incidents;
  private final StringBuilder figures = new StringBuilder();

  MainScenario(WatchLab lab, Incidents incidents) {
    this.lab = lab;
    this.incidents = incidents;
  }

  void play() throws Exception {
    incidents.healthy("orders");
    lab.await("well", () -> lab.facade().ready().ok());

    Incidents.Culprit culprit = incidents.killByBomb("poisoned");
    long killedMs = Clock.system().nowMs();
    lab.await("alert", () -> lab.isFiring("CleanerDead"));
    report("alert", killedMs);
    lab.await("isolation asked", () -> lab.remedy("isolate", "asked").isPresent());
    report("isolation asked for", killedMs);
    assertThat(lab.incidents("REMEDY_BEGUN")).contains("revive");
    reportMs("revival begun", first("REMEDY_BEGUN") - killedMs);
    reportMs("death in the journal", first("WORKER_DEAD") - killedMs);

    long answeredMs = Clock.system().nowMs();
    lab.approve(lab.remedy("isolate", "asked").orElseThrow());
    lab.await("isolated", () -> lab.remedy("isolate", "effective").isPresent());
    report("isolated", answeredMs);
    lab.await("revived", () -> lab.remedy("revive", "effective").isPresent());
    report("revived", answeredMs);
    incidents.letItClean("orders");
    report("others compact", answeredMs);
    lab.await("over", () -> lab.facade().ready().ok() && !lab.isFiring("CleanerDead"));

    lab.await("found", () -> !lab.incidents("CULPRIT_FOUND").isEmpty());
    assertThat(lab.incidents("CULPRIT_FOUND"))
        .contains("poisoned-" + culprit.partition())
        .contains("offset " + culprit.offset());
    assertThat(lab.facade().status().get("isolatedTopics")).isEqualTo(List.of("poisoned"));
  }

  /** When what happened, a line each. */
  String figures() {
    return figures.toString();
  }

  private void report(String what, long sinceMs) {
    reportMs(what, Clock.system().nowMs() - sinceMs);
  }

  private void reportMs(String what, long ms) {
    figures.append(what).append(" after ").append(ms).append(" ms\n");
  }

  private long first(String kind) {
    return lab.facade().incidents().stream()
        .filter(each -> each.get("kind").equals(kind))
        .mapToLong(each -> (long) each.get("atMs"))
        .min()
        .orElseThrow();
  }
}
