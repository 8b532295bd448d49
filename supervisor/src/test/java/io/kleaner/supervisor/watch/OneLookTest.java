// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.core.oracle.ScriptedLog;
import io.kleaner.core.pace.CancelToken;
import io.kleaner.core.settings.Origin;
import io.kleaner.core.settings.SettingsResolver;
import io.kleaner.core.settings.SettingsSource;
import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.judge.broker.PartitionStory;
import io.kleaner.supervisor.probe.broker.BrokerPartition;
import io.kleaner.supervisor.probe.broker.ProbeTargets;
import io.kleaner.supervisor.probe.broker.Seen;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A look of seconds at a broker that has more partitions than can be looked at in that time. */
class OneLookTest {

  /** Its hash is so that it would have its turn last but a hundred. */
  private static final TopicPartition ASKED = new TopicPartition("late", 0);

  private static final int OTHERS = 4_000;

  @TempDir private Path dir;

  @Test
  void at_filesAloneAndManyPartitions_knowsTheOneThatIsAskedFor() throws Exception {
    for (int i = 0; i < OTHERS; i++) {
      Path partition = Files.createDirectory(dir.resolve("other-" + i));
      Files.createFile(partition.resolve("00000000000000000000.log"));
    }
    try (ScriptedLog log = ScriptedLog.in(dir, Map.of("cleanup.policy", "compact"))) {
      for (int i = 0; i < 1_000; i++) {
        log.put("key-" + i % 10, "value " + i);
      }
      log.roll().put("key", "in the active segment");
    }
    Files.move(ScriptedLog.partition(dir), dir.resolve(ASKED.toString()));
    ProbeTargets targets =
        new ProbeTargets(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            List.of(dir),
            List.of(),
            ZoneId.systemDefault(),
            new SettingsResolver(
                List.of(
                    SettingsSource.forAllTopics(
                        Map.of("cleanup.policy", "compact"), Origin.FLAG))));

    BrokerPartition seen =
        OneLook.at(
                targets,
                each -> PartitionStory.isNamed(each, ASKED.topic()),
                new LocalFileSystem(),
                Clock.system(),
                new CancelToken())
            .sample()
            .partitions()
            .get(ASKED);

    assertThat(seen.files()).isInstanceOf(Seen.Known.class);
    assertThat(seen.reclaimable()).isInstanceOf(Seen.Known.class);
    assertThat(seen.reclaimable().get().orElseThrow().bytes()).isPositive();
  }
}
