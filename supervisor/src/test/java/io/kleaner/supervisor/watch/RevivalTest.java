// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import io.kleaner.supervisor.broker.BrokerJvm;
import io.kleaner.supervisor.broker.BrokerSpec;
import io.kleaner.supervisor.broker.Incidents;
import io.kleaner.supervisor.broker.KafkaVersion;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The main scenario with a broker's JVM, by all sources. */
@Tag("full")
class RevivalTest {

  @TempDir private Path temp;

  @Test
  void bomb_killsTheCleanerTwice_isToldNamedIsolatedOnConsentAndOthersCompactAgain()
      throws Exception {
    BrokerJvm broker =
        BrokerJvm.format(temp.resolve("broker"), BrokerSpec.of(KafkaVersion.V4_3_1).heapMib(400));
    try (broker) {
      broker.start();
      try (Incidents incidents = new Incidents(broker);
          WatchLab lab = WatchLab.start(broker, temp.resolve("state"))) {
        MainScenario scenario = new MainScenario(lab, incidents);

        scenario.play();

        Files.writeString(Path.of("target", "watch-figures.txt"), scenario.figures());
      }
    }
  }
}
