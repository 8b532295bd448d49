// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.broker.Incidents;
import io.kleaner.supervisor.http.ServiceApi;
import java.util.List;
import java.util.Map;

/**
 * One record kills the cleaner of a broker, and again after its revival: it is told, named,
 * isolated on consent, and all other topics compact again; cured and released, its own does too. By
 * default settings, wherever the broker runs.
 */
final class MainScenario {

  private static final String POISONED = "poisoned";

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

    Incidents.Culprit culprit = incidents.killByBomb(POISONED);
    long killedMs = Clock.system().nowMs();
    lab.await("alert", () -> lab.isFiring("CleanerDead"));
    report("alert", killedMs);
    lab.await("isolation asked", () -> lab.remedy("isolate", "asked").isPresent());
    report("isolation asked for", killedMs);
    assertThat(lab.incidents("REMEDY_BEGUN")).contains("revive");
    reportMs("revival begun", first("REMEDY_BEGUN") - killedMs);
    reportMs("death in the journal", first("WORKER_DEAD") - killedMs);

    Map<String, String> own = incidents.topics().own(POISONED);
    assertThat(own)
        .as("nothing is done unasked")
        .containsEntry("min.cleanable.dirty.ratio", "0.01")
        .doesNotContainKey("max.compaction.lag.ms");
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
        .contains(POISONED + "-" + culprit.partition())
        .contains("offset " + culprit.offset());
    assertThat(lab.facade().status().get("isolatedTopics")).isEqualTo(List.of(POISONED));
    assertThat(incidents.topics().ownOfBroker(1)).as("of the lever nothing stays").isEmpty();
    releaseCured(own);
  }

  /**
   * @param own the settings that the topic had before
   */
  private void releaseCured(Map<String, String> own) throws Exception {
    incidents.deleteAll(POISONED);
    long deaths = lab.count("WORKER_DEAD");

    lab.act(ServiceApi.Action.RELEASE, POISONED);
    lab.await("released", () -> lab.remedy("release", "effective").isPresent());

    assertThat(incidents.topics().own(POISONED)).isEqualTo(own);
    assertThat(lab.facade().status().get("isolatedTopics")).isEqualTo(List.of());
    assertThat(lab.incidents("REMEDY_EFFECTIVE")).contains("release", POISONED + " is released");
    incidents.letItClean(POISONED);
    lab.awaitLooks(3);
    assertThat(lab.count("WORKER_DEAD")).isEqualTo(deaths);
    assertThat(lab.facade().ready().ok()).isTrue();
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
