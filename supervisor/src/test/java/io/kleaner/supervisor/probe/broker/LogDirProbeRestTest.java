// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.io.FaultyFileSystem;
import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.core.oracle.ScriptedLog;
import io.kleaner.core.settings.Origin;
import io.kleaner.core.settings.SettingsResolver;
import io.kleaner.core.settings.SettingsSource;
import io.kleaner.supervisor.cleaner.HandClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a directory that rests saves, and that whatever becomes of it is seen. */
class LogDirProbeRestTest {

  private static final TopicPartition PARTITION = new TopicPartition("scripted", 0);
  private static final String ACTIVE = "00000000000000001000.log";
  private static final String SEALED = "00000000000000000500.log";
  private static final int MANY = 1_100;

  @TempDir private Path dir;
  private final HandClock clock = new HandClock(System.currentTimeMillis());
  private final Map<Path, Integer> listings = new HashMap<>();
  private Path partition;
  private LogDirProbe probe;

  @BeforeEach
  void write() throws IOException {
    try (ScriptedLog log = ScriptedLog.in(dir, Map.of("cleanup.policy", "compact"))) {
      for (int i = 0; i < 1000; i++) {
        log.put("key-" + i % 10, "value " + i);
        if (i % 250 == 249) {
          log.roll();
        }
      }
      log.put("key-1", "in the active segment");
    }
    partition = ScriptedLog.partition(dir);
    rested(partition, 600_000);
    probe =
        new LogDirProbe(
            new FaultyFileSystem(
                new LocalFileSystem(),
                (op, number, path) -> {
                  if (op == FaultyFileSystem.Op.LIST) {
                    listings.merge(path, 1, Integer::sum);
                  }
                }),
            clock,
            dir,
            new SettingsResolver(
                List.of(
                    SettingsSource.forAllTopics(Map.of("cleanup.policy", "compact"), Origin.FLAG))),
            Map::of);
  }

  @Test
  void look_directoryRests_isLookedAtWithoutAnotherListing() throws IOException {
    look();
    listings.clear();
    PartitionFiles after = lookIn(31_000);

    assertThat(listings).doesNotContainKey(partition);
    assertThat(after.segments()).isEqualTo(5);
    assertThat(probe.look().partitions().get(PARTITION).files())
        .isEqualTo(Seen.known(after, clock.nowMs()));
  }

  @Test
  void look_nothingChanged_isTheSameView() throws IOException {
    look();
    Map<TopicPartition, PartitionView> before = probe.look().partitions();
    clock.passMs(2_000);

    assertThat(probe.look().partitions()).isSameAs(before);

    Files.createFile(partition.resolve("00000000000000000998.log"));
    clock.passMs(2_000);

    assertThat(probe.look().partitions()).isNotEqualTo(before).containsOnlyKeys(PARTITION);
  }

  @Test
  void look_activeSegmentGrew_isSeen() throws IOException {
    long before = look().activeBytes();
    Files.write(partition.resolve(ACTIVE), new byte[7], StandardOpenOption.APPEND);

    assertThat(lookIn(31_000).activeBytes()).isEqualTo(before + 7);
  }

  @Test
  void look_activeSegmentWasReplacedByOneAsLong_isListedAgain() throws IOException {
    look();
    listings.clear();
    Files.setLastModifiedTime(partition.resolve(ACTIVE), FileTime.fromMillis(clock.nowMs() - 1));
    lookIn(31_000);

    assertThat(listings).containsEntry(partition, 1);
  }

  @Test
  void look_nameCameToTheDirectory_isSeenAtTheNextLook() throws IOException {
    look();
    Files.createFile(partition.resolve("00000000000000000998.log"));

    assertThat(lookIn(2_000).segments()).isEqualTo(6);
  }

  @Test
  void look_logStartMovedInItsCheckpoint_isSeen() throws IOException {
    look();
    Files.writeString(dir.resolve("log-start-offset-checkpoint"), "0\n1\nscripted 0 300\n");

    assertThat(lookIn(31_000).logStartOffset()).isEqualTo(300);
  }

  @Test
  void look_sealedSegmentChangedInPlace_isSeenWithinTwoMinutes() throws IOException {
    look();
    Files.write(partition.resolve(SEALED), new byte[0]);
    for (int i = 0; i < 4; i++) {
      lookIn(31_000);
    }

    assertThat(look().emptySegments()).isEqualTo(1);
  }

  @Test
  void look_namesChangedAMomentAgo_isListedAgainSinceIndexesMayBeCut() throws IOException {
    rested(partition, 20_000);
    look();
    listings.clear();
    lookIn(31_000);
    assertThat(listings).containsEntry(partition, 1);
    lookIn(31_000);
    lookIn(31_000);

    assertThat(listings).as("rested by then").containsEntry(partition, 2);
  }

  @Test
  void look_clockWentBack_isListedAgain() throws IOException {
    look();
    listings.clear();
    clock.setBackMs(1_000);
    checkpoint("cleaner-offset-checkpoint", "scripted 0 250");
    look();

    assertThat(listings).containsEntry(partition, 1);
  }

  @Test
  void look_manyPartitions_whatChangedInAnyIsSeenWithinFiveLooks() throws IOException {
    many();
    for (int i : new int[] {0, MANY / 2, MANY - 1}) {
      fill(i);
    }
    for (int look = 0; look < 5; look++) {
      clock.passMs(2_000);
      probe.look();
    }

    Map<TopicPartition, PartitionView> seen = probe.look().partitions();
    assertThat(seen.values()).filteredOn(each -> each.files() instanceof Seen.Known).hasSize(4);
  }

  @Test
  void look_manyPartitions_theOneThatMovedInACheckpointIsSeenAtOnce() throws IOException {
    many();
    for (int i : new int[] {0, MANY / 2, MANY - 1}) {
      fill(i);
      checkpoint("replication-offset-checkpoint", "many " + i + " " + 100);
      clock.passMs(2_000);

      assertThat(probe.look().partitions().get(new TopicPartition("many", i)).files())
          .isInstanceOf(Seen.Known.class);
    }
  }

  /** So many that not all are asked at each look, all of them looked at. */
  private void many() throws IOException {
    for (int i = 0; i < MANY; i++) {
      rested(Files.createDirectory(dir.resolve("many-" + i)), 600_000);
    }
    Map<TopicPartition, PartitionView> seen = probe.look().partitions();
    while (seen.values().stream().anyMatch(LogDirProbeRestTest::isNew)) {
      seen = probe.look().partitions();
    }
  }

  private static boolean isNew(PartitionView view) {
    return view.files() instanceof Seen.Missing<PartitionFiles> missing
        && missing.why().contains("not looked at yet");
  }

  private void fill(int number) throws IOException {
    Path to = dir.resolve("many-" + number);
    try (Stream<Path> files = Files.list(partition)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    }
  }

  private void checkpoint(String name, String line) throws IOException {
    Files.writeString(dir.resolve(name), "0\n1\n" + line + "\n");
  }

  private void rested(Path directory, long forMs) throws IOException {
    Files.setLastModifiedTime(directory, FileTime.fromMillis(clock.nowMs() - forMs));
  }

  private PartitionFiles lookIn(long ms) throws IOException {
    clock.passMs(ms);
    return look();
  }

  private PartitionFiles look() throws IOException {
    return probe.look().partitions().get(PARTITION).files().get().orElseThrow();
  }
}
