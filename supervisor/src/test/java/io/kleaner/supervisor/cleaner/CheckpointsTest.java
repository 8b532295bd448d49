// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cleaner;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.logdir.TopicPartition;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class CheckpointsTest {

  private static final TopicPartition ONE = new TopicPartition("orders", 1);
  private static final TopicPartition TWO = new TopicPartition("orders", 2);

  private final HandClock clock = new HandClock();
  private final Checkpoints checkpoints = new Checkpoints(clock);
  private final Map<TopicPartition, Long> written = new TreeMap<>();

  @Test
  void write_severalAwaitIt_writesForAll() throws InterruptedException {
    checkpoints.add(ONE, 10);
    checkpoints.add(TWO, 20);

    checkpoints.write(written::put, 0);

    assertThat(written).containsExactlyInAnyOrderEntriesOf(Map.of(ONE, 10L, TWO, 20L));
    assertThat(checkpoints.waiting()).isZero();
  }

  @Test
  void add_aLowerOffsetAfterAHigherOne_doesNotGoBack() throws InterruptedException {
    checkpoints.add(ONE, 10);
    checkpoints.add(ONE, 5);

    checkpoints.write(written::put, 0);

    assertThat(written).containsEntry(ONE, 10L);
  }

  @Test
  @Timeout(60)
  void write_anotherHangsAtIt_leavesTheEntryAndBlamesNobody() throws Exception {
    checkpoints.add(ONE, 10);
    Thread hangs = new Thread(() -> hang());
    hangs.setDaemon(true);
    hangs.start();
    while (!hanging) {
      Thread.onSpinWait();
    }
    checkpoints.add(TWO, 20);
    clock.passMs(60_000);

    checkpoints.write(written::put, 1);

    assertThat(written).isEmpty();
    assertThat(checkpoints.awaits(TWO)).isTrue();
    assertThat(checkpoints.isDueForRetry()).isFalse();
    assertThat(checkpoints.waitedMs()).isEqualTo(60_000);
    hangs.interrupt();
    hangs.join();
    checkpoints.write(written::put, 0);
    assertThat(written).containsKeys(ONE, TWO);
  }

  private volatile boolean hanging;

  private void hang() {
    try {
      checkpoints.write(
          (partition, offset) -> {
            hanging = true;
            try {
              new java.util.concurrent.CountDownLatch(1).await();
            } catch (InterruptedException e) {
              throw new IOException(e);
            }
          },
          0);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void write_fails_isTriedAgainEverLater() throws InterruptedException {
    checkpoints.add(ONE, 10);
    checkpoints.write(
        (partition, offset) -> {
          throw new IOException("no fsync");
        },
        0);

    assertThat(checkpoints.problem().orElseThrow()).contains("no fsync");
    assertThat(checkpoints.isDueForRetry()).isFalse();
    clock.passMs(1_000);
    assertThat(checkpoints.isDueForRetry()).isTrue();
    checkpoints.write(written::put, 0);
    assertThat(checkpoints.problem()).isEmpty();
    assertThat(written).containsKey(ONE);
  }

  @Test
  void retain_partitionIsGone_writesNothingForIt() throws InterruptedException {
    checkpoints.add(ONE, 10);

    checkpoints.retain(Set.of(TWO));
    checkpoints.write(written::put, 0);

    assertThat(written).isEmpty();
  }
}
