// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.pace.CancelToken;
import io.kleaner.supervisor.cleaner.HandClock;
import io.kleaner.supervisor.judge.broker.Isolation;
import io.kleaner.supervisor.remedy.broker.Overrides.Ending;
import io.kleaner.supervisor.remedy.broker.Overrides.Restored;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.KafkaException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Isolations that a journal has open and a topic shows half, or not at all. */
class EndedIsolationsTest {

  private static final String RATIO = "min.cleanable.dirty.ratio";
  private static final String LAG = "max.compaction.lag.ms";

  @TempDir private Path state;

  private final TopicSettings settings = new TopicSettings();
  private final HandClock clock = new HandClock();
  private OverrideJournal journal;
  private Overrides overrides;
  private TopicIsolation isolation;

  @BeforeEach
  void open() throws IOException {
    journal = OverrideJournal.open(new LocalFileSystem(), state, "overrides");
    overrides =
        new Overrides(new ConfigAccess(settings.admin(), Duration.ofSeconds(30)), journal, clock);
    isolation = new TopicIsolation(overrides, clock, new CancelToken());
  }

  @AfterEach
  void close() throws IOException {
    journal.close();
  }

  private List<Restored> recover() {
    return overrides.recover(Optional::empty);
  }

  /** Looks as often as the sidecar does, and finds nothing. */
  private void lookedForMs(long ms) {
    for (long left = ms; left > 0; left -= 10_000) {
      clock.passMs(Math.min(left, 10_000));
      assertThat(recover()).isEmpty();
    }
  }

  private void isolateLongAgo(String topic) throws IOException {
    settings.of(topic).put(RATIO, "0.5");
    isolation.isolate(topic, false);
    clock.passMs(60_000);
  }

  @Test
  void recover_severalTopics_asksForAllAtOnce() throws IOException {
    for (String topic : List.of("a", "b", "c")) {
      isolateLongAgo(topic);
    }
    AtomicInteger reads = new AtomicInteger();
    settings.beforeRead(reads::incrementAndGet);

    assertThat(recover()).isEmpty();

    assertThat(reads).hasValue(1);
  }

  @Test
  void recover_oneTopicOfSeveralIsNotTold_theOthersAreSeenAllTheSame() throws IOException {
    isolateLongAgo("a");
    isolateLongAgo("b");
    settings.know("a", false);
    settings.of("b").put(LAG, "7");

    assertThat(recover()).hasSize(2).allMatch(each -> each.override().target().name().equals("b"));

    assertThat(settings.of("b")).containsOnly(Map.entry(RATIO, "0.5"), Map.entry(LAG, "7"));
    assertThat(settings.of("a")).containsAllEntriesOf(Isolation.SETTINGS);
  }

  /** Else it would be ended by hand once more at each start, with what it forgives. */
  @Test
  void recover_someoneEndedItByHand_isClosedAfterAMinuteOfLooks() throws IOException {
    isolateLongAgo("poison");
    settings.of("poison").keySet().removeAll(Isolation.SETTINGS.keySet());
    settings.of("poison").put(RATIO, "0.2");

    assertThat(recover()).as("a broker may be behind").isEmpty();
    lookedForMs(59_999);
    clock.passMs(1);
    assertThat(recover())
        .extracting(Restored::ending)
        .containsExactly(Ending.LEFT_TO_OPERATOR, Ending.LEFT_TO_OPERATOR);

    assertThat(journal.open()).isEmpty();
    assertThat(isolation.isolatedMs(Optional.empty())).isEmpty();
    assertThat(settings.of("poison")).containsExactly(Map.entry(RATIO, "0.2"));
  }

  @Test
  void recover_brokerThatWasBehindShowsItAgain_staysIsolated() throws IOException {
    isolateLongAgo("poison");
    settings.of("poison").keySet().removeAll(Isolation.SETTINGS.keySet());
    assertThat(recover()).isEmpty();
    lookedForMs(50_000);
    settings.of("poison").putAll(Isolation.SETTINGS);
    lookedForMs(10_000);
    settings.of("poison").keySet().removeAll(Isolation.SETTINGS.keySet());

    assertThat(recover()).as("the minute begins anew").isEmpty();

    assertThat(journal.open()).hasSize(2);
  }

  /** The cluster has the topic isolated still. */
  @Test
  void recover_brokerIsBehindForMoreThanAMinute_setsNothing() throws IOException {
    isolateLongAgo("poison");
    settings.of("poison").keySet().removeAll(Isolation.SETTINGS.keySet());
    settings.of("poison").put(RATIO, "0.5");
    assertThat(recover()).isEmpty();
    lookedForMs(50_000);
    clock.passMs(10_000);
    settings.failChanges(true);

    assertThat(recover())
        .hasSize(2)
        .allMatch(each -> each.ending() == Ending.LEFT_TO_OPERATOR)
        .allSatisfy(
            each ->
                assertThat(each.sentence())
                    .contains("left alone", "If the broker was behind", "isolated still"))
        .satisfiesOnlyOnce(
            each -> assertThat(each.sentence()).contains("it was '0.5' there", RATIO + "=0.5"))
        .satisfiesOnlyOnce(
            each ->
                assertThat(each.sentence())
                    .contains("it was not set there before", "--delete-config " + LAG));

    settings.of("poison").putAll(Isolation.SETTINGS);
    assertThat(isolation.release("poison"))
        .isInstanceOfSatisfying(
            RemedyOutcome.Refused.class,
            refused -> assertThat(refused.nextStep()).contains("--delete-config"));
  }

  @Test
  void recover_looksFailedMeanwhile_theMinuteBeginsAnew() throws IOException {
    isolateLongAgo("poison");
    settings.of("poison").keySet().removeAll(Isolation.SETTINGS.keySet());
    assertThat(recover()).isEmpty();
    clock.passMs(30_000);
    settings.know("poison", false);
    assertThat(recover()).isEmpty();
    settings.know("poison", true);
    clock.passMs(30_000);
    assertThat(recover()).as("the topic was not told").isEmpty();
    clock.passMs(30_000);
    settings.beforeCluster(
        () -> {
          throw new KafkaException("a test");
        });
    assertThat(recover()).isEmpty();
    settings.beforeCluster(() -> {});
    clock.passMs(30_000);
    assertThat(recover()).as("nobody could look").isEmpty();
    lookedForMs(50_000);
    clock.passMs(10_000);

    assertThat(recover()).hasSize(2);
  }

  /** As while a question was carried out, which keeps all looks waiting. */
  @Test
  void recover_nobodyLookedMeanwhile_theMinuteBeginsAnew() throws IOException {
    isolateLongAgo("poison");
    settings.of("poison").keySet().removeAll(Isolation.SETTINGS.keySet());
    assertThat(recover()).isEmpty();
    clock.passMs(600_000);

    assertThat(recover()).as("two looks alone").isEmpty();
    lookedForMs(50_000);
    clock.passMs(10_000);

    assertThat(recover()).hasSize(2);
    assertThat(journal.open()).isEmpty();
  }

  /** A compaction on demand was killed before the isolation. */
  @Test
  void recover_halfThatHidWhatACompactionOnDemandSet_saysWhoGivesBackTheRest() throws IOException {
    settings.of("poison").put(RATIO, "0.0");
    settings.beforeRead(() -> clock.passMs(1_000));
    isolation.isolate("poison", false);
    settings.of("poison").put(LAG, "7");
    clock.passMs(60_000);

    assertThat(recover())
        .filteredOn(each -> each.override().key().equals(RATIO))
        .singleElement()
        .satisfies(each -> assertThat(each.sentence()).contains("is '0.0' again", "compact-now"));
  }

  /** It has stopped applying what the cluster says after the first half of the isolation. */
  @Test
  void recover_brokerThatIsBehindShowsHalf_isBelievedAfterAMinuteOnly() throws IOException {
    for (String behind : List.of("0.5", "0.0")) {
      isolateLongAgo("poison");
      settings.of("poison").put(RATIO, behind);
      lookedForMs(50_000);
      settings.of("poison").putAll(Isolation.SETTINGS);
      lookedForMs(10_000);
      settings.of("poison").put(RATIO, behind);
      lookedForMs(60_000);
      clock.passMs(10_000);

      assertThat(recover()).as(behind).hasSize(2).allMatch(Restored::isOver);

      assertThat(settings.of("poison")).containsExactly(Map.entry(RATIO, behind));
      assertThat(journal.open()).isEmpty();
    }
  }

  /** What is told of it must not end, and begin again, because the broker is away. */
  @Test
  void recover_nobodyCanLookAnyMore_theHalfThatWasFoundIsStillTold() throws IOException {
    isolateLongAgo("poison");
    settings.of("poison").put(LAG, "7");
    settings.failChanges(true);
    assertThat(recover())
        .extracting(Restored::ending)
        .containsOnlyOnce(Ending.STILL_OURS)
        .containsOnlyOnce(Ending.LEFT_TO_OPERATOR);

    settings.know("poison", false);
    settings.beforeLook(() -> clock.passMs(20_000));
    assertThat(recover()).extracting(Restored::ending).containsExactly(Ending.STILL_OURS);
    settings.beforeCluster(
        () -> {
          throw new KafkaException("a test");
        });
    assertThat(recover()).extracting(Restored::ending).containsExactly(Ending.STILL_OURS);

    settings.beforeCluster(() -> {});
    settings.know("poison", true);
    settings.failChanges(false);
    assertThat(recover()).extracting(Restored::ending).containsExactly(Ending.RESTORED);
    assertThat(settings.of("poison")).containsOnly(Map.entry(RATIO, "0.5"), Map.entry(LAG, "7"));
    assertThat(journal.open()).isEmpty();
  }
}
