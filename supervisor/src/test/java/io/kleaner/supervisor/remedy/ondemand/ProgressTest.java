// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.ondemand;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.supervisor.cleaner.HandClock;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a person is told while a broker's cleaner is waited for, and how often. */
class ProgressTest {

  private static final TopicPartition ORDERS = new TopicPartition("orders", 0);

  private final HandClock clock = new HandClock();
  private final List<String> told = new ArrayList<>();
  private final ProgressLines lines = new ProgressLines(clock);

  private void tell(String now) {
    lines.tell(now, told::add);
  }

  @Test
  void tell_firstThing_isToldAtOnceAndTheSameNotAgain() {
    tell("");
    tell("at offset 1");
    clock.passMs(60_000);
    tell("at offset 1");

    assertThat(told).containsExactly("at offset 1");
  }

  @Test
  void tell_whatChangesAllTheTime_isToldEveryFewSeconds() {
    long everyMs = TimeUnit.NANOSECONDS.toMillis(ProgressLines.EVERY_NS);
    tell("at offset 1");
    clock.passMs(everyMs - 1);
    tell("at offset 2");
    clock.passMs(1);
    tell("at offset 3");
    tell("at offset 4");

    assertThat(told).containsExactly("at offset 1", "at offset 3");
  }

  @ParameterizedTest
  @CsvSource({
    // active base, checkpoint, last stable, roll, what is said
    "80, 40, 100, false, 'orders-0 is at offset 40, to be cleaned up to 80'",
    "80, -1, 100, false, 'orders-0 is at offset 0, to be cleaned up to 80'",
    "80, 40, 60, false, 'orders-0 is pinned at offset 60 by a transaction that is open'",
    "80, 80, 100, true, 'orders-0 waits for a record to be appended'",
    "80, 80, 100, false, 'orders-0 is done'"
  })
  void sentence_whatIsSeen_saysWhatIsWaitedFor(
      long activeBase, long checkpoint, long lastStable, boolean roll, String said) {
    ReplicaFiles files = new ReplicaFiles(new TreeMap<>(Map.of(0L, 500L, activeBase, 100L)), 600);
    ReplicaState replica = new ReplicaState(ORDERS, Path.of("data"), 100, files, 0);

    replica.see(
        files,
        checkpoint < 0 ? OptionalLong.empty() : OptionalLong.of(checkpoint),
        100,
        lastStable,
        1,
        roll,
        10_000);

    assertThat(replica.sentence()).startsWith(said);
  }
}
