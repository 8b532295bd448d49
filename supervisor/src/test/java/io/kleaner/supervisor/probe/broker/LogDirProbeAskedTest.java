// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whose turn it is: whoever is asked for comes first, and nobody waits for ever. */
class LogDirProbeAskedTest {

  private static final TopicPartition SMALL = new TopicPartition("small", 0);
  private static final TopicPartition LARGE = new TopicPartition("large", 0);
  private static final int MANY = 500;

  @TempDir private Path temp;
  @TempDir private Path dir;
  private final HandClock clock = new HandClock(ScriptedLog.TIME_MS + 1_000);

  private LogDirProbe probe(Predicate<TopicPartition> asked) {
    return new LogDirProbe(
        new LocalFileSystem(),
        clock,
        dir,
        new SettingsResolver(
            List.of(SettingsSource.forAllTopics(Map.of("cleanup.policy", "compact"), Origin.FLAG))),
        Map::of,
        asked);
  }

  /** A partition of so many records, all but the last of them in one sealed segment. */
  private void partition(TopicPartition partition, int records) throws IOException {
    Path scratch = Files.createDirectory(temp.resolve(partition.toString()));
    try (ScriptedLog log = ScriptedLog.in(scratch, Map.of("cleanup.policy", "compact"))) {
      for (int i = 0; i < records; i++) {
        log.put("key-" + i % 10, "value " + i);
      }
      log.roll().put("key", "in the active segment");
    }
    Files.move(ScriptedLog.partition(scratch), dir.resolve(partition.toString()));
  }

  private void cleaned(long large) throws IOException {
    Files.writeString(dir.resolve("cleaner-offset-checkpoint"), "0\n1\nlarge 0 " + large + "\n");
  }

  private static boolean isLookedAt(LogDirView view, TopicPartition partition) {
    return view.partitions().get(partition).files() instanceof Seen.Known;
  }

  private static boolean isLookedAtWhole(LogDirView view) {
    return view.partitions().keySet().stream().allMatch(each -> isLookedAt(view, each));
  }

  private static Seen<ReclaimEstimate> estimate(LogDirView view, TopicPartition partition) {
    return view.partitions().get(partition).reclaimable();
  }

  /** They are looked at seldomer only when each was seen once. */
  @Test
  void times_veryMany_areManyOnlyWhenAllWereLookedInto() throws IOException {
    for (int i = 0; i < 2 * MANY; i++) {
      Path partition = Files.createDirectory(dir.resolve("topic-" + i));
      Files.createFile(partition.resolve("00000000000000000000.log"));
    }
    try (LogDirProbe nobodys = probe(partition -> false)) {
      LogDirView view = nobodys.look();
      while (!isLookedAtWhole(view)) {
        assertThat(nobodys.times()).isEqualTo(1);
        view = nobodys.look();
      }

      assertThat(nobodys.times()).isEqualTo(2);
    }
  }

  @Test
  void look_askedForAmongMany_isLookedAtAtTheFirstLook() throws IOException {
    for (int i = 0; i < MANY; i++) {
      Path partition = Files.createDirectory(dir.resolve("topic-" + i));
      Files.createFile(partition.resolve("00000000000000000000.log"));
    }
    LogDirView view;
    try (LogDirProbe nobodys = probe(partition -> false)) {
      view = nobodys.look();
    }
    Set<TopicPartition> later =
        view.partitions().keySet().stream()
            .filter(each -> !isLookedAt(view, each))
            .limit(3)
            .collect(Collectors.toSet());
    assertThat(later).as("those that have to wait").isNotEmpty();

    try (LogDirProbe probe = probe(later::contains)) {
      LogDirView first = probe.look();
      assertThat(later).allMatch(each -> isLookedAt(first, each));
    }
  }

  @Test
  void look_askedFor_isLookedAtAgainAtEachLook() throws IOException {
    partition(SMALL, 100);
    try (LogDirProbe probe = probe(SMALL::equals)) {
      probe.look();
      clock.passMs(2_000);
      Seen<PartitionFiles> again = probe.look().partitions().get(SMALL).files();

      assertThat(again.ageMs(clock.nowMs())).isZero();
    }
  }

  @Test
  void look_smallOneIsAskedFor_isSampledBeforeALargerOne() throws IOException {
    partition(SMALL, 100);
    partition(LARGE, 5_000);
    try (LogDirProbe probe = probe(SMALL::equals)) {
      LogDirView view = probe.look();

      assertThat(estimate(view, SMALL)).isInstanceOf(Seen.Known.class);
      assertThat(estimate(view, LARGE)).isInstanceOf(Seen.Missing.class);
    }
  }

  @Test
  void look_severalAreAskedFor_areAllSampledAtOnce() throws IOException {
    partition(SMALL, 100);
    partition(LARGE, 5_000);
    try (LogDirProbe probe = probe(partition -> true)) {
      LogDirView view = probe.look();

      assertThat(estimate(view, SMALL)).isInstanceOf(Seen.Known.class);
      assertThat(estimate(view, LARGE)).isInstanceOf(Seen.Known.class);
    }
  }

  @Test
  void look_largeOneChangesAllTheTime_theSmallOneHasItsTurn() throws IOException {
    partition(SMALL, 100);
    partition(LARGE, 5_000);
    cleaned(0);
    try (LogDirProbe probe = probe(partition -> false)) {
      assertThat(estimate(probe.look(), SMALL)).as("not its turn").isInstanceOf(Seen.Missing.class);
      // It got clean, so that what was sampled of it is of no use.
      cleaned(5_000);
      clock.passMs(15_000);

      assertThat(estimate(probe.look(), SMALL)).isInstanceOf(Seen.Known.class);
    }
  }
}
