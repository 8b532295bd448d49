// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.core.pace.CancelToken;
import io.kleaner.supervisor.cleaner.HandClock;
import io.kleaner.supervisor.probe.broker.CleanerThread;
import io.kleaner.supervisor.probe.broker.Seen;
import io.kleaner.supervisor.probe.broker.StackClass;
import io.kleaner.supervisor.remedy.broker.RemedyOutcome.Revived;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The lever on a broker whose threads come back with each change of their number's text. */
class BrokerLeverTest {

  private static final long LOOK_MS = 100;

  @TempDir private Path state;

  private final TopicSettings settings = new TopicSettings();
  private final HandClock clock = new HandClock();
  private final AtomicInteger checkpointLooks = new AtomicInteger();
  private String text = "1";
  private long threadId = 7;
  private Optional<Map<TopicPartition, Long>> shown = Optional.empty();

  private Seen<List<CleanerThread>> threads() {
    clock.passMs(LOOK_MS);
    String now = settings.ofBroker().get(LeverRules.THREADS);
    if (!now.equals(text)) {
      text = now;
      threadId++;
    }
    return Seen.known(
        List.of(
            new CleanerThread(
                "kafka-log-cleaner-thread-0",
                threadId,
                Thread.State.TIMED_WAITING,
                StackClass.IDLE,
                List.of(),
                0)),
        clock.nowMs());
  }

  /** Another one at each look. */
  private Optional<Map<TopicPartition, Long>> checkpoints(boolean moved) {
    clock.passMs(LOOK_MS);
    long look = checkpointLooks.incrementAndGet();
    shown = Optional.of(Map.of(new TopicPartition("orders", 0), moved ? look : -look));
    return shown;
  }

  /** A file of thousands of lines is read no more often than it is needed. */
  @Test
  void revive_waitsForACheckpointToMove_readsThemOnceForEachLook() throws IOException {
    settings.ofBroker().put(LeverRules.THREADS, text);
    AtomicInteger asked = new AtomicInteger();
    try (OverrideJournal journal =
        OverrideJournal.open(new LocalFileSystem(), state, "overrides")) {
      BrokerLever lever =
          new BrokerLever(
              1,
              new Overrides(
                  new ConfigAccess(settings.admin(), Duration.ofSeconds(30)), journal, clock),
              this::threads,
              // As before the restart, until it was asked about often enough.
              () -> checkpoints(asked.get() >= 5),
              new LeverTimes(5_000, 15_000, 50, 10_000, 1),
              clock,
              new CancelToken());

      RemedyOutcome outcome =
          lever.revive(
              now -> {
                assertThat(now).as("the last look").isEqualTo(shown);
                asked.incrementAndGet();
                return true;
              });

      assertThat(outcome)
          .isInstanceOfSatisfying(
              Revived.class,
              revived ->
                  assertThat(revived.proof()).isEqualTo(RemedyOutcome.Proof.CHECKPOINT_MOVED));
      assertThat(asked).hasValue(5);
      // Once before the restart, once when the proof begins, and once after each question.
      assertThat(checkpointLooks).hasValue(2 + 5);
    }
  }
}
