// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whether the test brokers are what the tests take them for. */
@Tag("full")
class BrokerVersionsTest {

  @TempDir private Path temp;

  @ParameterizedTest
  @EnumSource(KafkaVersion.class)
  void start_everyVersion_cleanerThreadAndLogFilesAreThere(KafkaVersion version) throws Exception {
    assumeThat(BrokerJvm.unobtainable(version)).isEmpty();
    try (BrokerJvm broker = BrokerJvm.format(temp.resolve("broker"), BrokerSpec.of(version))) {
      broker.start();
      try (BrokerJmx jmx = BrokerJmx.of(broker)) {
        assertThat(jmx.cleanerThreads()).hasSize(1);
      }
      assertThat(broker.logs().resolve("server.log")).isNotEmptyFile();
      assertThat(Files.readString(broker.logs().resolve("log-cleaner.log"))).contains("Starting");
      broker.stop();
    }
  }
}
