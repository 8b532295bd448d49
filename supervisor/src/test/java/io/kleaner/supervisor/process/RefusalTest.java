// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A directory that cannot be served beside one that can. */
class RefusalTest {

  @TempDir private Path temp;

  @Test
  void start_oneDirectoryIsABrokers_isLoggedOnceInTheServicesWords() throws Exception {
    Path brokers = Files.createDirectories(temp.resolve("brokers"));
    Files.writeString(brokers.resolve("meta.properties"), "version=1\n");
    ServiceHome home =
        new ServiceHome(temp.resolve("home"))
            .partitions("orders", 1)
            .flags("--log-dir", "" + brokers);
    try (ServiceProcess service = home.start()) {
      service.await("told", () -> !service.incidents("LOG_DIR_BLIND").isEmpty());
      service.await("clean", () -> service.count("clean") == 1);
      service.terminate();
      assertThat(service.awaitExit(Duration.ofSeconds(60))).hasValue(0);
    }

    List<String> lines =
        Files.readAllLines(home.dir().resolve("stderr.log")).stream()
            .filter(line -> line.contains("meta.properties is there"))
            .filter(line -> !line.contains("kleaner.alerts"))
            .toList();
    assertThat(lines).singleElement().asString().contains("exclusive: true");
  }
}
