// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.supervisor.broker.BrokerJmx;
import io.kleaner.supervisor.broker.BrokerJvm;
import io.kleaner.supervisor.broker.BrokerSpec;
import io.kleaner.supervisor.broker.Incidents;
import io.kleaner.supervisor.broker.JmxAgent;
import io.kleaner.supervisor.broker.KafkaVersion;
import io.kleaner.supervisor.broker.Relay;
import io.kleaner.supervisor.http.ServiceApi;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cleaner dies just when what the hands need of its broker is gone. */
@Tag("full")
class BlindHandsTest {

  @TempDir private Path temp;

  private BrokerJvm format(BrokerSpec spec) throws Exception {
    return BrokerJvm.format(temp.resolve("broker"), spec.heapMib(400));
  }

  @Test
  void jmxGone_deadByTheLog_nothingIsDoneWithoutProofAndWhyIsShown() throws Exception {
    try (BrokerJvm broker = format(BrokerSpec.of(KafkaVersion.V4_3_1))) {
      broker.start();
      try (WatchLab lab = WatchLab.start(broker, temp.resolve("state"));
          Incidents incidents = new Incidents(broker)) {
        lab.await("well", () -> lab.facade().ready().ok());
        JmxAgent.stop(broker);
        lab.await("jmx unknown", () -> !lab.knows("jmx"));
        incidents.killByBomb("poisoned");
        incidents.topics().cleanable("poisoned", false);

        lab.await("dead by the log", () -> lab.isFiring("CleanerDead"));
        lab.await("told", () -> lab.isFiring("CleanerNotRevived"));
        assertThat(lab.alert("CleanerNotRevived").orElseThrow())
            .contains("whether another cleaner thread lives and is blocked is unknown");
        assertThat(lab.facade().ready().ok()).as("unknown is not healthy").isFalse();
        lab.awaitLooks(20);
        assertThat(lab.incidents("REMEDY_BEGUN")).as("the lever was not pulled").isEmpty();

        lab.act(ServiceApi.Action.REVIVE, "");
        lab.await("refused", () -> lab.remedy("revive", "refused").isPresent());
        assertThat(lab.incidents("REMEDY_REFUSED")).contains("JMX");
        assertThat(lab.isFiring("RemedyFailed")).isTrue();

        JmxAgent.start(broker);
        lab.await("revived", () -> lab.remedy("revive", "effective").isPresent());
        lab.await("over", () -> lab.facade().ready().ok() && !lab.isFiring("CleanerDead"));
        try (BrokerJmx jmx = BrokerJmx.of(broker)) {
          assertThat(jmx.cleanerThreads()).hasSize(1);
        }
      }
    }
  }

  @Test
  void adminGone_deadByJmx_revivalBreaksOffChangesNothingAndIsDoneWhenItIsBack() throws Exception {
    try (Relay relay = Relay.open();
        BrokerJvm broker =
            format(
                BrokerSpec.of(KafkaVersion.V4_3_1)
                    .with("advertised.listeners", "PLAINTEXT://" + relay.address()))) {
      relay.to(broker.bootstrap());
      broker.start();
      try (WatchLab lab =
              WatchLab.start(
                  broker,
                  temp.resolve("state"),
                  targets -> WatchLab.through(relay, targets),
                  WatchLab.asking());
          BrokerJmx jmx = BrokerJmx.of(broker)) {
        lab.await("well", () -> lab.facade().ready().ok() && lab.knows("admin"));
        try (Incidents incidents = new Incidents(broker)) {
          incidents.killByBomb("poisoned");
          incidents.topics().cleanable("poisoned", false);
        }
        lab.await("revive asked", () -> lab.remedy("revive", "asked").isPresent());
        relay.cut();
        lab.await("admin unknown", () -> !lab.knows("admin"));
        assertThat(lab.isFiring("CleanerDead")).as("JMX still shows it").isTrue();

        lab.approve(lab.remedy("revive", "asked").orElseThrow());
        lab.await("it broke off", () -> lab.remedy("revive", "failed").isPresent());
        lab.await("told", () -> lab.isFiring("RemedyFailed"));
        assertThat(jmx.cleanerThreads()).isEqualTo(Map.of());

        relay.mend();
        lab.await("admin known", () -> lab.knows("admin"));
        lab.await("asked again", () -> lab.remedy("revive", "asked").isPresent());
        lab.approve(lab.remedy("revive", "asked").orElseThrow());
        lab.await("revived", () -> lab.remedy("revive", "effective").isPresent());
        lab.await("over", () -> lab.facade().ready().ok() && !lab.isFiring("CleanerDead"));
        assertThat(jmx.cleanerThreads()).hasSize(1);
      }
    }
  }
}
