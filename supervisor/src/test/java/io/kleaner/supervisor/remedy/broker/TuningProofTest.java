// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.pace.CancelToken;
import io.kleaner.supervisor.cleaner.HandClock;
import io.kleaner.supervisor.probe.broker.CleanerThread;
import io.kleaner.supervisor.probe.broker.Seen;
import io.kleaner.supervisor.probe.broker.StackClass;
import io.kleaner.supervisor.remedy.broker.ConfigOverride.Purpose;
import io.kleaner.supervisor.remedy.broker.Overrides.Ending;
import io.kleaner.supervisor.remedy.broker.Overrides.Restored;
import io.kleaner.supervisor.remedy.broker.RemedyOutcome.Changed;
import io.kleaner.supervisor.remedy.broker.RemedyOutcome.NotEffective;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A broker with two cleaner threads of which not all may come back; each look takes 0.1 s. */
class TuningProofTest {

  private static final ConfigTarget BROKER = ConfigTarget.broker(1);
  private static final String MIB_8 = Long.toString(8L << 20);

  @TempDir private Path state;

  private final TopicSettings settings = new TopicSettings();
  private final HandClock clock = new HandClock();
  private OverrideJournal journal;

  /** So many come after a change that is not the first state. */
  private int come = 2;

  @BeforeEach
  void open() throws IOException {
    journal = OverrideJournal.open(new LocalFileSystem(), state, "overrides");
    settings.ofBroker().put(LeverRules.THREADS, "2");
    settings.ofBroker().put(TuningRules.BUFFER, MIB_8);
  }

  @AfterEach
  void close() throws IOException {
    journal.close();
  }

  /** The first states of all have threads of their own; each other one new threads. */
  private Seen<List<CleanerThread>> threads() {
    clock.passMs(100);
    boolean former =
        settings.ofBroker().equals(Map.of(LeverRules.THREADS, "2", TuningRules.BUFFER, MIB_8));
    return Seen.known(
        LongStream.range(0, former ? 2 : come)
            .mapToObj(
                i ->
                    new CleanerThread(
                        "kafka-log-cleaner-thread-" + i,
                        former ? i : 100 + i,
                        Thread.State.TIMED_WAITING,
                        StackClass.IDLE,
                        List.of(),
                        0))
            .toList(),
        clock.nowMs());
  }

  private Overrides overrides() {
    return new Overrides(
        new ConfigAccess(settings.admin(), Duration.ofSeconds(30)), journal, clock);
  }

  private CleanerTuning tuning() {
    return new CleanerTuning(
        1,
        overrides(),
        this::threads,
        new LeverTimes(5_000, 1_000, 1_500, 1_000, 1),
        clock,
        new CancelToken());
  }

  @Test
  void resizeBuffer_allThreadsLive_isChangedAndWrittenDownAsSeen() throws IOException {
    assertThat(tuning().resizeBuffer(16L << 20, OptionalLong.of(1L << 30)))
        .isInstanceOf(Changed.class);

    assertThat(journal.open()).extracting(ConfigOverride::unverified).containsExactly(false);
  }

  /** Kafka starts them one by one, and the second one's map did not fit the heap. */
  @Test
  void resizeBuffer_onlyOneOfTwoComes_isUndone() throws IOException {
    come = 1;

    assertThat(tuning().resizeBuffer(16L << 20, OptionalLong.of(1L << 30)))
        .isInstanceOfSatisfying(
            NotEffective.class,
            failed -> {
              assertThat(failed.reason()).contains("1 of 2 new cleaner threads live");
              assertThat(failed.undone()).isTrue();
            });

    assertThat(settings.ofBroker()).containsEntry(TuningRules.BUFFER, MIB_8);
    assertThat(journal.open()).isEmpty();
  }

  @Test
  void resizeThreads_notAllThatAreWantedCome_isUndone() throws IOException {
    come = 3;

    assertThat(tuning().resizeThreads(4))
        .isInstanceOfSatisfying(
            NotEffective.class,
            failed -> assertThat(failed.reason()).contains("3 of 4 new cleaner threads live"));

    assertThat(settings.ofBroker()).containsEntry(LeverRules.THREADS, "2");
  }

  private void killedAfterSetting() throws IOException {
    overrides().set(BROKER, Map.of(TuningRules.BUFFER, "16777216"), Purpose.RESIZE);
    journal.close();
    journal = OverrideJournal.open(new LocalFileSystem(), state, "overrides");
  }

  @Test
  void verify_killedBeforeItSawThemAllComeBack_isToldUntilTheyAreThere() throws IOException {
    killedAfterSetting();
    come = 1;

    List<Restored> told = tuning().verify();

    assertThat(told).extracting(Restored::ending).containsExactly(Ending.STILL_OURS);
    assertThat(told.get(0).triedAgain()).as("it stays").isFalse();
    assertThat(told.get(0).sentence())
        .contains("nobody has seen", "of 2 threads", "kleaner release 'broker 1'", MIB_8);
    assertThat(settings.ofBroker()).as("it stays").containsEntry(TuningRules.BUFFER, "16777216");

    come = 2;
    assertThat(tuning().verify()).extracting(Restored::ending).containsExactly(Ending.VERIFIED);
    assertThat(tuning().verify()).isEmpty();
    assertThat(journal.open()).as("it is to stay").hasSize(1);
  }

  /** A revival may be waiting for the same hands. */
  @Test
  void verify_whateverItSees_isOneLook() throws IOException {
    killedAfterSetting();
    for (int each : List.of(1, 2)) {
      come = each;
      long beganMs = clock.nowMs();
      tuning().verify();
      assertThat(clock.nowMs() - beganMs).as("%s threads", each).isEqualTo(100);
    }
  }

  @Test
  void verify_ofAnotherCluster_isNotLookedAtHere() throws IOException {
    killedAfterSetting();
    settings.clusterId("another");

    assertThat(tuning().verify()).isEmpty();
    assertThat(journal.open()).extracting(ConfigOverride::unverified).containsExactly(true);
  }
}
