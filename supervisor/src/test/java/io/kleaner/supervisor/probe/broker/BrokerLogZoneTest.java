// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.supervisor.cleaner.HandClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whether the times in a broker's log are of the zone that was named. */
class BrokerLogZoneTest {

  private static final long HOUR_MS = 3_600_000;

  /** When the line is logged that tests write. */
  private static final Instant NOON_UTC = Instant.parse("2026-01-31T12:00:00Z");

  @TempDir private Path dir;

  private long off(String zone, String lines, Instant writtenAt) throws IOException {
    Path file = dir.resolve("server.log");
    Files.writeString(file, lines);
    Files.setLastModifiedTime(file, FileTime.from(writtenAt));
    try (BrokerLogProbe probe = probe(zone, file)) {
      return probe.look().files().get(0).timesOffMs();
    }
  }

  private static BrokerLogProbe probe(String zone, Path file) {
    return new BrokerLogProbe(
        new LocalFileSystem(), new HandClock(), List.of(file), ZoneId.of(zone));
  }

  @ParameterizedTest
  @CsvSource({
    "UTC, 0",
    "Europe/Berlin, -60",
    "America/New_York, 300",
    "Asia/Kathmandu, -345",
  })
  void look_lineOfUtc_isOffByWhatTheZoneIs(String zone, long minutes) throws IOException {
    assertThat(off(zone, "[2026-01-31 12:00:00,000] INFO of now\n", NOON_UTC.plusMillis(80)))
        .isEqualTo(minutes * 60_000);
  }

  @Test
  void look_fileThatChangedLaterThanItsNewestLine_isNotTakenForAnotherZone() throws IOException {
    assertThat(off("UTC", "[2026-01-31 12:00:00,000] INFO of then\n", NOON_UTC.plusSeconds(3_000)))
        .isZero();
  }

  @Test
  void look_lineThatNamesItsZoneOrNoTime_saysNothing() throws IOException {
    Instant later = NOON_UTC.plusMillis(HOUR_MS);
    assertThat(off("UTC", "2026-01-31T12:00:00Z INFO of a container\n", later)).isZero();
    assertThat(off("UTC", "[2026-01-31 12:00:00,000] INFO timed\nINFO untimed\n", later)).isZero();
  }

  @Test
  void look_followingLineIsRight_isOver() throws IOException {
    Path file = dir.resolve("server.log");
    Files.writeString(file, "[2026-01-31 12:00:00,000] INFO one\n");
    Files.setLastModifiedTime(file, FileTime.from(NOON_UTC.plusMillis(HOUR_MS)));
    try (BrokerLogProbe probe = probe("UTC", file)) {
      assertThat(probe.look().files().get(0).timesOffMs()).isEqualTo(-HOUR_MS);
      Files.writeString(file, "[2026-01-31 13:10:00,000] INFO two\n", StandardOpenOption.APPEND);
      Files.setLastModifiedTime(file, FileTime.from(NOON_UTC.plusMillis(HOUR_MS).plusSeconds(600)));

      assertThat(probe.look().files().get(0).timesOffMs()).isZero();
    }
  }
}
