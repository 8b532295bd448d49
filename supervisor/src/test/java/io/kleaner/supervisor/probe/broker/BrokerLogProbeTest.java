// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.time.Clock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What several files have together. */
class BrokerLogProbeTest {

  private static final String BEGINS =
      "[2026-11-25 03:59:15,824] INFO Cleaner 0: Beginning cleaning of log orders-0"
          + " (kafka.log.LogCleaner)\n";
  private static final String DIES =
      "[2026-11-25 03:59:16,001] ERROR [kafka-log-cleaner-thread-0]: Error due to"
          + " (kafka.log.LogCleaner)\n"
          + "java.lang.OutOfMemoryError: Java heap space\n";
  private static final String DIES_AGAIN = DIES.replace("59:16", "59:46");

  @TempDir private Path dir;

  private Path file(String name, String... lines) throws IOException {
    return Files.writeString(dir.resolve(name), String.join("", lines));
  }

  private static BrokerLogProbe probe(Path... files) {
    return new BrokerLogProbe(
        new LocalFileSystem(), Clock.system(), List.of(files), ZoneOffset.UTC);
  }

  /** Read to the end, the last entry too. */
  private static CleanerLog read(BrokerLogProbe probe) throws IOException {
    probe.look();
    return probe.look();
  }

  private static List<LogEvent.DiedOf> deaths(CleanerLog log) {
    return log.events().stream()
        .filter(LogEvent.DiedOf.class::isInstance)
        .map(LogEvent.DiedOf.class::cast)
        .toList();
  }

  /** As with additivity: what the cleaner says is in its own file and in the one for all. */
  @Test
  void look_lineThatBothFilesHave_countsOnce() throws IOException {
    try (BrokerLogProbe probe =
        probe(
            file("log-cleaner.log", BEGINS, DIES, DIES_AGAIN),
            file("server.log", BEGINS, DIES, DIES_AGAIN))) {
      assertThat(deaths(read(probe))).hasSize(2);
    }
  }

  @Test
  void look_secondFileHasTheLineLater_countsOnce() throws IOException {
    Path first = file("log-cleaner.log", BEGINS, DIES);
    Path second = file("server.log", BEGINS);
    try (BrokerLogProbe probe = probe(first, second)) {
      assertThat(deaths(read(probe))).hasSize(1);
      Files.writeString(second, DIES, StandardOpenOption.APPEND);

      assertThat(deaths(read(probe))).hasSize(1);
    }
  }

  @Test
  void look_oneFileAloneHasTheSecondDeath_countsBoth() throws IOException {
    try (BrokerLogProbe probe =
        probe(file("log-cleaner.log", BEGINS, DIES), file("server.log", DIES, DIES_AGAIN))) {
      assertThat(deaths(read(probe))).hasSize(2);
    }
  }

  /** A layout without milliseconds. */
  @Test
  void look_twoDeathsWithinASecondInBothFiles_countsBothOnce() throws IOException {
    String dies = DIES.replace(",001", "");
    try (BrokerLogProbe probe =
        probe(file("log-cleaner.log", dies, dies), file("server.log", dies, dies))) {
      assertThat(deaths(read(probe))).hasSize(2);
    }
  }

  @Test
  void look_fileNamedTwice_isReadOnce() throws IOException {
    Path file = file("server.log", BEGINS, DIES);
    Path link = Files.createSymbolicLink(dir.resolve("link.log"), file);
    Path detour = dir.resolve("..").resolve(dir.getFileName()).resolve("server.log");
    try (BrokerLogProbe probe = probe(file, link, detour)) {
      CleanerLog log = read(probe);

      assertThat(log.files()).extracting(CleanerLog.LogFile::file).containsExactly(file);
      assertThat(deaths(log)).hasSize(1);
    }
  }

  @Test
  void look_linkToAFileThatComesLater_countsEachLineOnce() throws IOException {
    Path file = dir.resolve("server.log");
    Path link = Files.createSymbolicLink(dir.resolve("link.log"), file);
    Path other = file("log-cleaner.log", BEGINS);
    try (BrokerLogProbe probe = probe(file, link, other)) {
      probe.look();
      file("server.log", DIES);

      assertThat(deaths(read(probe))).hasSize(1);
    }
  }
}
