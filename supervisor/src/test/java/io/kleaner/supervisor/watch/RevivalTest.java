// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.broker.BrokerJvm;
import io.kleaner.supervisor.broker.BrokerSpec;
import io.kleaner.supervisor.broker.Incidents;
import io.kleaner.supervisor.broker.KafkaVersion;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One record kills the cleaner of a real broker; all that follows, by default settings. */
@Tag("full")
class RevivalTest {

  @TempDir private Path temp;

  private final StringBuilder figures = new StringBuilder();

  @Test
  void bomb_killsTheCleanerTwice_isToldNamedIsolatedOnConsentAndOthersCompactAgain()
      throws Exception {
    BrokerJvm broker =
        BrokerJvm.format(temp.resolve("broker"), BrokerSpec.of(KafkaVersion.V4_3_1).heapMib(400));
    try (broker) {
      broker.start();
      try (Incidents incidents = new Incidents(broker);
          WatchLab lab = WatchLab.start(broker, temp.resolve("state"))) {
        incidents.healthy("orders");
        lab.await("well", () -> lab.facade().ready().ok());

        Incidents.Culprit culprit = incidents.killByBomb("poisoned");
        long killedMs = Clock.system().nowMs();
        lab.await("alert", () -> lab.isFiring("CleanerDead"));
        report("alert", killedMs);
        lab.await("isolation asked", () -> lab.remedy("isolate", "asked").isPresent());
        report("isolation asked for", killedMs);
        assertThat(lab.incidents("REMEDY_BEGUN")).contains("revive");
        reportMs("revival begun", first(lab, "REMEDY_BEGUN") - killedMs);
        reportMs("death in the journal", first(lab, "WORKER_DEAD") - killedMs);

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
        Files.writeString(Path.of("target", "watch-figures.txt"), figures);
      }
    }
  }

  /** Figures, for whoever wants them: target/watch-figures.txt. */
  private void report(String what, long sinceMs) {
    reportMs(what, Clock.system().nowMs() - sinceMs);
  }

  private void reportMs(String what, long ms) {
    figures.append(what).append(" after ").append(ms).append(" ms\n");
  }

  private static long first(WatchLab lab, String kind) {
    return lab.facade().incidents().stream()
        .filter(each -> each.get("kind").equals(kind))
        .mapToLong(each -> (long) each.get("atMs"))
        .min()
        .orElseThrow();
  }
}
