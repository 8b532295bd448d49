// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.oracle.ScriptedLog;
import io.kleaner.core.settings.Origin;
import io.kleaner.core.settings.SettingsResolver;
import io.kleaner.core.settings.SettingsSource;
import io.kleaner.core.time.Clock;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What it costs to watch many partitions: processor time, not wall time. */
@Tag("soak")
class LogDirProbeCostTest {

  private static final int PARTITIONS = 2_000;
  private static final int LOOKS = 60;
  private static final long EVERY_MS = 2_000;

  @TempDir Path dir;

  @Test
  void look_twoThousandPartitions_takesLessThanTwoPercentOfACore() throws Exception {
    Path one = dir.resolve("one");
    Files.createDirectory(one);
    try (ScriptedLog log = ScriptedLog.in(one, Map.of("cleanup.policy", "compact"))) {
      for (int i = 0; i < 500; i++) {
        log.put("key-" + i % 10, "value " + i);
        if (i % 100 == 99) {
          log.roll();
        }
      }
    }
    Path all = dir.resolve("all");
    Files.createDirectory(all);
    StringBuilder checkpoint = new StringBuilder("0\n" + PARTITIONS + "\n");
    for (int i = 0; i < PARTITIONS; i++) {
      copy(ScriptedLog.partition(one), all.resolve("topic-" + i));
      checkpoint.append("topic ").append(i).append(" 100\n");
    }
    Files.writeString(all.resolve("cleaner-offset-checkpoint"), checkpoint);
    LogDirProbe probe =
        new LogDirProbe(
            new LocalFileSystem(),
            Clock.system(),
            all,
            new SettingsResolver(
                List.of(
                    SettingsSource.forAllTopics(Map.of("cleanup.policy", "compact"), Origin.FLAG))),
            Map::of);
    for (int i = 0; i < 20; i++) {
      probe.look();
    }
    long before = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    for (int i = 0; i < LOOKS; i++) {
      // A broker replaces this one every five seconds.
      Files.writeString(
          all.resolve("replication-offset-checkpoint"),
          checkpoint.toString().replace(" 100\n", " " + (200 + i) + "\n"));
      LogDirView view = probe.look();
      assertThat(view.partitions()).hasSize(PARTITIONS);
      assertThat(view.partitions().values())
          .allMatch(partition -> partition.files() instanceof Seen.Known);
      TimeUnit.MILLISECONDS.sleep(EVERY_MS);
    }
    long usedMs =
        (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - before) / 1_000_000;
    double share = (double) usedMs / (LOOKS * EVERY_MS);
    System.out.printf("%d partitions: %.2f %% of a core%n", PARTITIONS, share * 100);
    assertThat(share).isLessThan(0.02);
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectory(to);
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    }
  }
}
