// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import static org.assertj.core.api.Assumptions.assumeThat;

import io.kleaner.supervisor.broker.BrokerJvm;
import io.kleaner.supervisor.broker.BrokerSpec;
import io.kleaner.supervisor.broker.Incidents;
import io.kleaner.supervisor.broker.KafkaVersion;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The main scenario with a broker's JVM of each release whose settings can be changed, by all
 * sources.
 */
@Tag("full")
class RevivalTest {

  @TempDir private Path temp;

  @ParameterizedTest
  @EnumSource(names = {"V4_3_1", "V3_9_1", "V2_8_2"})
  void bomb_killsTheCleanerTwice_isToldNamedIsolatedOnConsentOthersCompactAndCuredItIsReleased(
      KafkaVersion version) throws Exception {
    assumeThat(BrokerJvm.unobtainable(version)).isEmpty();
    BrokerJvm broker =
        BrokerJvm.format(temp.resolve("broker"), BrokerSpec.of(version).heapMib(400));
    try (broker) {
      broker.start();
      try (Incidents incidents = new Incidents(broker);
          WatchLab lab = WatchLab.start(broker, temp.resolve("state"))) {
        MainScenario scenario = new MainScenario(lab, incidents);

        scenario.play();

        Files.writeString(
            Path.of("target", "watch-figures-" + version.number() + ".txt"), scenario.figures());
      }
    }
  }
}
