// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.supervisor.judge.Severity;
import io.kleaner.supervisor.judge.Verdict;
import io.kleaner.supervisor.probe.broker.CleanerGauges;
import io.kleaner.supervisor.probe.broker.CleanerThread;
import io.kleaner.supervisor.probe.broker.Gauge;
import io.kleaner.supervisor.probe.broker.LogEvent;
import io.kleaner.supervisor.probe.broker.Offsets;
import io.kleaner.supervisor.probe.broker.OpenTransaction;
import io.kleaner.supervisor.probe.broker.OpenTransaction.Coordinator;
import io.kleaner.supervisor.probe.broker.Replication;
import io.kleaner.supervisor.probe.broker.Seen;
import io.kleaner.supervisor.probe.broker.Source;
import io.kleaner.supervisor.probe.broker.StackClass;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** One row for each thing that can be seen from outside; nothing else may be told beside it. */
class BrokerJudgeTest {

  private final Broker broker = new Broker();

  private static List<String> rules(Judgement judgement) {
    return judgement.diagnoses().stream().map(each -> each.ailment().rule()).toList();
  }

  private static Diagnosis only(Judgement judgement, Ailment ailment) {
    assertThat(judgement.of(ailment)).hasSize(1);
    return judgement.of(ailment).get(0);
  }

  @Test
  void judge_healthyBroker_tellsNothing() {
    Judgement judgement = broker.lookFor(60);

    assertThat(judgement.diagnoses()).isEmpty();
    assertThat(judgement.threads()).extracting(ThreadVerdict::state).containsExactly("idle");
    assertThat(judgement.partition(Broker.ORDERS).orElseThrow().state()).isEqualTo("clean");
  }

  @Test
  void judge_threadMissingAtOneLook_isNotDeadYet() {
    broker.lookFor(3);
    broker.threads = Optional.of(List.of());
    broker.nowMs += 1_000;

    assertThat(broker.look().diagnoses()).isEmpty();
  }

  @Test
  void judge_threadMissingAtTwoLooks_isDead() {
    broker.lookFor(3);
    broker.threads = Optional.of(List.of());
    Judgement judgement = broker.lookFor(2);

    assertThat(rules(judgement)).containsExactly("CleanerDead");
    assertThat(judgement.dead()).isEqualTo(1);
    assertThat(judgement.threads().get(0).verdict()).isInstanceOf(Verdict.Dead.class);
  }

  @Test
  void judge_deathInTheLog_isToldAtTheFirstLookWithCauseAndCulprit() {
    broker.lookFor(3);
    broker.began(0, Broker.POISON);
    broker.died(0, "java.lang.OutOfMemoryError: Java heap space", Broker.POISON);
    broker.threads = Optional.of(List.of());
    broker.nowMs += 1_000;
    Judgement judgement = broker.look();

    Diagnosis dead = only(judgement, Ailment.CLEANER_DEAD);
    assertThat(dead.summary()).contains("OutOfMemoryError").contains("poison-0");
    assertThat(dead.partition()).contains(Broker.POISON);
    assertThat(dead.advice()).contains("Isolate").contains("kleaner compact");
    assertThat(dead.evidence()).contains("DeadThreadCount says 0");
  }

  @Test
  void judge_oneOfTwoThreadsDead_namesThatOne() {
    broker.set("log.cleaner.threads", "2");
    broker.threads = Optional.of(List.of(Broker.idle(0, 30), Broker.idle(1, 31)));
    broker.lookFor(3);
    broker.threads = Optional.of(List.of(Broker.idle(0, 30)));
    Judgement judgement = broker.lookFor(2);

    assertThat(only(judgement, Ailment.CLEANER_DEAD).subject()).endsWith("thread-1");
    assertThat(judgement.threads())
        .extracting(ThreadVerdict::state)
        .containsExactly("idle", "dead");
  }

  @Test
  void judge_deadBeforeWeCame_isDeadAndNamedByTheLog() {
    broker.died(0, "java.lang.OutOfMemoryError: Java heap space", Broker.POISON);
    broker.nowMs += 3_600_000;
    broker.threads = Optional.of(List.of());
    Judgement judgement = broker.lookFor(2);

    assertThat(only(judgement, Ailment.CLEANER_DEAD).summary()).contains("poison-0");
  }

  @Test
  void judge_deathInTheLogAndThreadThereAgain_isNotDead() {
    broker.died(0, "java.lang.OutOfMemoryError: Java heap space", Broker.POISON);
    broker.threads = Optional.of(List.of(Broker.idle(0, 77)));

    assertThat(broker.lookFor(5).diagnoses()).isEmpty();
  }

  @Test
  void judge_noJmx_deathIsToldByTheLogAlone() {
    broker.named = EnumSet.of(Source.BROKER_LOG, Source.LOG_DIR, Source.ADMIN);
    broker.threads = Optional.empty();
    broker.died(
        0,
        "java.lang.IllegalArgumentException: requirement failed: 140043 messages in segment"
            + " fine-0/00000000000000000000.log but offset map can fit only 39321.",
        new TopicPartition("fine", 0));

    Diagnosis dead = only(broker.lookFor(2), Ailment.CLEANER_DEAD);
    assertThat(dead.advice()).contains("Stop the broker").contains("no such limit");
  }

  @Test
  void judge_jmxGoneAfterARevival_isNotDeadByTheOldLine() {
    broker.died(0, "java.lang.OutOfMemoryError: Java heap space", Broker.POISON);
    broker.threads = Optional.of(List.of(Broker.idle(0, 77)));
    broker.lookFor(5);
    broker.threads = Optional.empty();

    assertThat(broker.lookFor(5).of(Ailment.CLEANER_DEAD)).isEmpty();
  }

  @Test
  void judge_noJmxAndACleanAfterTheDeath_isNotDead() {
    broker.named = EnumSet.of(Source.BROKER_LOG);
    broker.threads = Optional.empty();
    broker.died(0, "java.lang.OutOfMemoryError: Java heap space", Broker.POISON);
    assertThat(broker.lookFor(2).dead()).isEqualTo(1);
    broker.log(
        new LogEvent.Cleaned(
            broker.nowMs, "Cleaned", OptionalInt.empty(), Broker.ORDERS, 0, 500, -1, -1));

    assertThat(broker.lookFor(2).dead()).isZero();
  }

  @Test
  void judge_noJmxAndQuietLog_isUnknownNotHealthy() {
    broker.named = EnumSet.of(Source.BROKER_LOG);
    broker.threads = Optional.empty();
    Judgement judgement = broker.lookFor(2);

    assertThat(judgement.threads().get(0).verdict()).isInstanceOf(Verdict.Unknown.class);
    assertThat(judgement.sources())
        .filteredOn(each -> each.kind() == SourceState.Kind.NOT_ASKED)
        .extracting(SourceState::source)
        .contains(Source.JMX);
  }

  @Test
  void judge_crashLoopThatRestartsHide_isToldWithTheCulprit() {
    for (int i = 0; i < 3; i++) {
      broker.began(0, Broker.POISON);
      broker.died(0, "java.lang.OutOfMemoryError: Java heap space", Broker.POISON);
      broker.threads = Optional.of(List.of(Broker.idle(0, 40 + i)));
      broker.lookFor(20);
    }
    Judgement judgement = broker.look();

    assertThat(rules(judgement)).containsExactly("CleanerCrashLoop");
    assertThat(judgement.repeatedCulprit()).contains(Broker.POISON);
    assertThat(only(judgement, Ailment.CLEANER_CRASH_LOOP).evidence())
        .contains("DeadThreadCount says 0");
  }

  @Test
  void judge_deathsLongAgo_areNoLoop() {
    for (int i = 0; i < 3; i++) {
      broker.died(0, "java.lang.OutOfMemoryError", Broker.POISON);
    }
    broker.nowMs += broker.options.crashWindowMs() + 1;

    assertThat(broker.lookFor(1).diagnoses()).isEmpty();
  }

  private void threadIs(StackClass stack, double cpuShare) {
    long sinceMs = broker.nowMs - Broker.START_MS;
    broker.threads = Optional.of(List.of(Broker.thread(0, 30, stack, (long) (cpuShare * sinceMs))));
  }

  @Test
  void judge_threadInARead_hangsAfterTheLimitAndNotBefore() {
    assertThat(broker.lookFor(59, () -> threadIs(StackClass.BLOCKED_IO, 0)).diagnoses()).isEmpty();

    Judgement judgement = broker.lookFor(2, () -> threadIs(StackClass.BLOCKED_IO, 0));
    assertThat(rules(judgement)).containsExactly("CleanerHung");
    assertThat(only(judgement, Ailment.CLEANER_HUNG).advice()).contains("must not be reconfigured");
    assertThat(judgement.threads().get(0).provenFree()).isFalse();
  }

  @Test
  void judge_threadThatReadsAndCleans_isWell() {
    long[] look = {0};
    Judgement judgement =
        broker.lookFor(
            200,
            () -> threadIs(look[0]++ % 3 == 0 ? StackClass.CLEANING : StackClass.BLOCKED_IO, 0.3));

    assertThat(judgement.diagnoses()).isEmpty();
  }

  @Test
  void judge_threadAsleepInTheThrottle_starvesWithTheRateNamed() {
    broker.set("log.cleaner.io.max.bytes.per.second", "10.0");
    broker.partition(Broker.ORDERS, Broker.Files::eligible);
    Judgement judgement = broker.lookFor(61, () -> threadIs(StackClass.THROTTLED, 0));

    assertThat(rules(judgement)).containsExactly("CleanerStarved");
    assertThat(only(judgement, Ailment.CLEANER_STARVED).evidence()).contains("10.0");
  }

  @Test
  void judge_throttledWhileCheckpointsMove_isWell() {
    broker.partition(Broker.ORDERS, Broker.Files::eligible);
    Judgement judgement =
        broker.lookFor(
            200,
            () -> {
              threadIs(StackClass.THROTTLED, 0);
              broker.partition(Broker.ORDERS, files -> files.firstDirty++);
            });

    assertThat(judgement.diagnoses()).isEmpty();
  }

  @Test
  void judge_busyAndNothingGetsClean_spins() {
    Judgement judgement =
        broker.lookFor(
            broker.options.spinningAfterMs() / 1_000 + 1, () -> threadIs(StackClass.CLEANING, 1));

    assertThat(rules(judgement)).containsExactly("CleanerSpinning");
  }

  @Test
  void judge_busyAtALargePartition_isGivenTheTimeItMayTake() {
    broker.began(0, Broker.ORDERS);
    broker.partition(
        Broker.ORDERS,
        files -> {
          files.eligible();
          files.dirtyBytes = 100L << 30;
        });
    Judgement judgement = broker.lookFor(1_800, () -> threadIs(StackClass.CLEANING, 1));

    assertThat(judgement.diagnoses()).isEmpty();
    assertThat(judgement.partition(Broker.ORDERS).orElseThrow().state()).isEqualTo("cleaning");
  }

  @Test
  void judge_sameRangeBegunAgainAndAgain_spinsAtOnce() {
    Judgement judgement =
        broker.lookFor(
            10,
            () -> {
              threadIs(StackClass.CLEANING, 0.2);
              broker.began(0, Broker.ORDERS);
            });

    Diagnosis spinning = only(judgement, Ailment.CLEANER_SPINNING);
    assertThat(spinning.advice()).contains("KAFKA-8764").contains("KAFKA-9826");
  }

  @Test
  void judge_ioBufferOfNoSize_spinsAtOnce() {
    broker.set("log.cleaner.io.buffer.size", "0");
    Judgement judgement = broker.lookFor(4, () -> threadIs(StackClass.CLEANING, 0.9));

    assertThat(only(judgement, Ailment.CLEANER_SPINNING).advice())
        .contains("log.cleaner.io.buffer.size back");
  }

  @Test
  void judge_cleanerSwitchedOff_isToldInsteadOfDead() {
    broker.set("log.cleaner.enable", "false");
    broker.threads = Optional.of(List.of());

    assertThat(rules(broker.lookFor(5))).containsExactly("CleanerOff");
  }

  @Test
  void judge_partitionGivenUp_isNamedWithLineAndCause() {
    broker.partition(
        Broker.ORDERS,
        files ->
            files.mark =
                Optional.of(
                    new LogEvent.MarkedUncleanable(
                        Broker.START_MS,
                        "Marking its partition (orders-0) as uncleanable",
                        Broker.ORDERS,
                        Optional.of("CorruptRecordException: magic 77"))));
    Judgement judgement = broker.look();

    Diagnosis uncleanable = only(judgement, Ailment.PARTITION_UNCLEANABLE);
    assertThat(uncleanable.summary()).contains("magic 77").contains("until its next start");
    assertThat(uncleanable.evidence()).contains("Marking its partition");
    assertThat(uncleanable.advice()).contains("kleaner check").contains("reassign");
    assertThat(judgement.partition(Broker.ORDERS).orElseThrow().state()).isEqualTo("uncleanable");
  }

  @Test
  void judge_gaugeCountsMoreThanTheLogNames_saysHowManyAreUnnamed() {
    broker.uncleanable.put(
        "/data", new CleanerGauges.Uncleanable(OptionalLong.of(2), OptionalLong.empty()));

    assertThat(only(broker.look(), Ailment.PARTITIONS_UNCLEANABLE).summary())
        .contains("2 partitions");
  }

  @Test
  void judge_eligibleAndUnmoved_stallsAfterTheLimitAndSaysWhetherOthersMove() {
    broker.partition(Broker.ORDERS, Broker.Files::eligible);
    broker.look();
    broker.nowMs += broker.options.stalledAfterMs();
    broker.partition(Broker.ORDERS, files -> files.dirtyBytes += 10 << 20);
    Judgement judgement = broker.look();

    assertThat(rules(judgement)).contains("BrokerPartitionStalled");
    assertThat(only(judgement, Ailment.BROKER_PARTITION_STALLED).evidence())
        .contains("grown by 10.0 MiB");
  }

  @Test
  void judge_allThreadsDead_partitionsAreStalledButOnlyTheDeathIsTold() {
    broker.partition(Broker.ORDERS, Broker.Files::eligible);
    broker.lookFor(2);
    broker.threads = Optional.of(List.of());
    broker.nowMs += broker.options.stalledAfterMs();
    Judgement judgement = broker.lookFor(2);

    assertThat(rules(judgement)).containsExactly("CleanerDead");
    assertThat(judgement.partition(Broker.ORDERS).orElseThrow().verdict())
        .isInstanceOf(Verdict.Stalled.class);
  }

  private static OpenTransaction transaction(
      Optional<String> id, OptionalLong timeoutMs, Coordinator coordinator, long startedMs) {
    return new OpenTransaction(
        1001,
        3,
        id,
        420,
        id.isPresent() ? OptionalLong.of(startedMs) : OptionalLong.empty(),
        startedMs,
        timeoutMs,
        OptionalInt.of(1),
        coordinator,
        Source.ADMIN);
  }

  static Stream<Arguments> transactions() {
    Optional<String> known = Optional.of("payments");
    Optional<String> none = Optional.empty();
    OptionalLong minute = OptionalLong.of(60_000);
    OptionalLong hour = OptionalLong.of(3_600_000);
    OptionalLong untold = OptionalLong.empty();
    return Stream.of(
        Arguments.of(none, untold, Coordinator.DOES_NOT_KNOW, 301L, "HangingTransaction"),
        Arguments.of(none, untold, Coordinator.DOES_NOT_KNOW, 60L, ""),
        Arguments.of(none, untold, Coordinator.NOT_ASKED, 16 * 60L, "HangingTransaction"),
        Arguments.of(none, untold, Coordinator.NOT_ASKED, 6 * 60L, "TransactionPins"),
        Arguments.of(none, untold, Coordinator.NOT_ASKED, 60L, ""),
        Arguments.of(known, minute, Coordinator.KNOWS, 121L, "HangingTransaction"),
        Arguments.of(known, hour, Coordinator.KNOWS, 600L, "TransactionPins"),
        Arguments.of(known, hour, Coordinator.KNOWS, 100L, ""));
  }

  @ParameterizedTest
  @MethodSource("transactions")
  void judge_openTransaction_isToldByItsAge(
      Optional<String> id,
      OptionalLong timeoutMs,
      Coordinator coordinator,
      long ageSeconds,
      String rule) {
    broker.partition(
        Broker.ORDERS,
        files -> {
          files.offsets = Seen.known(new Offsets(0, 1_000, 420), broker.nowMs);
          files.transactions =
              Seen.known(
                  List.of(
                      transaction(id, timeoutMs, coordinator, broker.nowMs - ageSeconds * 1_000)),
                  broker.nowMs);
        });
    Judgement judgement = broker.look();

    assertThat(String.join(" ", rules(judgement))).isEqualTo(rule);
    judgement
        .diagnoses()
        .forEach(each -> assertThat(each.summary()).contains("producer 1001, epoch 3"));
  }

  @Test
  void judge_lastStableOffsetStuckWithoutAName_isToldAsThat() {
    broker.partition(
        Broker.ORDERS,
        files -> files.offsets = Seen.known(new Offsets(0, 1_000, 420), broker.nowMs));
    Judgement judgement = broker.lookFor(broker.options.pinnedAfterMs() / 1_000 + 1);

    assertThat(rules(judgement)).containsExactly("LastStableOffsetStuck");
    assertThat(judgement.diagnoses().get(0).evidence()).contains("580 below");
  }

  static Stream<Arguments> replicas() {
    return Stream.of(
        Arguments.of(60L, "", null),
        Arguments.of(3 * 3_600L, "tombstones may go that it has not seen", Severity.WARNING),
        Arguments.of(20 * 3_600L, "tombstones may go that it has not seen", Severity.CRITICAL),
        Arguments.of(25 * 3_600L, "can come back", Severity.CRITICAL));
  }

  @ParameterizedTest
  @MethodSource("replicas")
  void judge_replicaAway_isToldWithItsDeadline(long seconds, String text, Severity severity) {
    long sinceMs = broker.nowMs - seconds * 1_000;
    broker.partition(
        Broker.ORDERS,
        files -> {
          files.topic.put("delete.retention.ms", "86400000");
          files.replication =
              Seen.known(
                  new Replication(OptionalInt.of(1), List.of(1, 2), List.of(1), Map.of(2, sinceMs)),
                  broker.nowMs);
        });
    Judgement judgement = broker.look();

    if (severity == null) {
      assertThat(judgement.diagnoses()).isEmpty();
    } else {
      Diagnosis away = only(judgement, Ailment.REPLICA_AWAY);
      assertThat(away.summary()).contains(text);
      assertThat(away.severity()).isEqualTo(severity);
    }
  }

  @Test
  void judge_checkpointAboveTheLogEnd_isTold() {
    broker.partition(Broker.ORDERS, files -> files.checkpoint = OptionalLong.of(5_000));

    assertThat(only(broker.look(), Ailment.CHECKPOINT_OUTSIDE_LOG).evidence())
        .isEqualTo("checkpoint 5000, log 0 to 1000");
  }

  @Test
  void judge_checkpointAboveTheHighWatermark_isTold() {
    broker.partition(
        Broker.ORDERS, files -> files.offsets = Seen.known(new Offsets(0, 400, 400), broker.nowMs));

    assertThat(rules(broker.look())).containsExactly("CleanedPastHighWatermark");
  }

  @Test
  void judge_recordsWithoutAKeyDropped_isToldWithTheirNumber() {
    broker.log(
        new LogEvent.InvalidMessages(
            broker.nowMs, "Found 6000 invalid messages", 6_000, Optional.of(Broker.ORDERS)));

    assertThat(only(broker.look(), Ailment.UNKEYED_RECORDS_DROPPED).summary())
        .contains("6000 records");
  }

  @Test
  void judge_recordsWithoutAKeyRefused_isForInformation() {
    broker.gauges.put(Gauge.NO_KEY_COMPACTED_TOPIC_RECORDS, 5.0);
    broker.lookFor(30);
    broker.gauges.put(Gauge.NO_KEY_COMPACTED_TOPIC_RECORDS, 9.0);

    assertThat(only(broker.lookFor(1), Ailment.UNKEYED_RECORDS_REFUSED).severity())
        .isEqualTo(Severity.INFO);
  }

  @Test
  void judge_dirtGrowsWhileCleansGoOn_fallsBehindWithARate() {
    broker.partition(Broker.ORDERS, files -> files.dirtyBytes = 64L << 20);
    Judgement judgement =
        broker.lookFor(
            broker.options.trendWindowMs() / 1_000,
            () ->
                broker.partition(
                    Broker.ORDERS,
                    files -> {
                      files.dirtyBytes += 1 << 20;
                      files.firstDirty++;
                    }));

    assertThat(only(judgement, Ailment.BROKER_FALLING_BEHIND).summary()).contains("an hour");
  }

  @Test
  void judge_fullMapOfKeys_isTold() {
    broker.gauges.put(Gauge.MAX_BUFFER_UTILIZATION_PERCENT, 100.0);
    broker.set("log.cleaner.dedupe.buffer.size", "4194304");

    assertThat(only(broker.look(), Ailment.DEDUPE_BUFFER_FULL).evidence()).contains("4194304");
  }

  @Test
  void judge_spaceShrinks_isToldWhenItIsGoneSoon() {
    long[] free = {10L << 30};
    Judgement judgement =
        broker.lookFor(
            broker.options.trendWindowMs() / 1_000,
            () -> {
              free[0] -= 4 << 20;
              broker.dir = Broker.facts(free[0]);
            });

    assertThat(rules(judgement)).containsExactly("DiskFilling");
  }

  @Test
  void judge_lessRoomThanACleanMayNeed_isTold() {
    broker.partition(
        Broker.ORDERS,
        files -> {
          files.eligible();
          files.dirtyBytes = 500L << 20;
        });
    broker.dir = Broker.facts(100L << 20);

    assertThat(rules(broker.look())).containsExactly("DiskTooTight");
  }

  @Test
  void judge_largeInternalPartition_isTold() {
    broker.partition(
        new TopicPartition("__consumer_offsets", 7), files -> files.sizeBytes = 200L << 30);

    assertThat(only(broker.look(), Ailment.OFFSETS_TOPIC_LARGE).summary()).contains("200.0 GiB");
  }

  @Test
  void judge_cleanersGaugesVanished_fallsBackToThreads() {
    broker.lookFor(2);
    broker.gauges.clear();
    Judgement judgement = broker.lookFor(2);

    assertThat(rules(judgement)).containsExactly("GaugesGone");
    assertThat(judgement.threads().get(0).verdict()).isInstanceOf(Verdict.Healthy.class);
  }

  @Test
  void judge_offlineDirectoryAndStuckMetadata_areTold() {
    broker.gauges.put(Gauge.OFFLINE_LOG_DIRECTORY_COUNT, 1.0);
    broker.gauges.put(Gauge.METADATA_APPLIED_LAG_MS, 120_000.0);

    assertThat(rules(broker.look())).containsExactlyInAnyOrder("LogDirOffline", "MetadataStuck");
  }

  @Test
  void judge_namedSourceSilent_isToldAfterTheLimit() {
    broker.configKnown = false;
    assertThat(broker.lookFor(10).diagnoses()).isEmpty();

    Judgement judgement = broker.lookFor(broker.options.silentAfterMs() / 1_000);
    Diagnosis silent = only(judgement, Ailment.SOURCE_SILENT);
    assertThat(silent.subject()).isEqualTo("--bootstrap-server");
    assertThat(silent.evidence()).contains("it would add");
  }

  @Test
  void judge_noSourceAnswers_brokerIsUnseen() {
    broker.named = EnumSet.of(Source.JMX, Source.ADMIN);
    broker.threads = Optional.empty();
    broker.configKnown = false;
    broker.log = Optional.empty();
    Judgement judgement = broker.lookFor(broker.options.silentAfterMs() / 1_000 + 1);

    assertThat(rules(judgement)).contains("BrokerUnseen");
    assertThat(judgement.threads())
        .extracting(ThreadVerdict::verdict)
        .allMatch(Verdict.Unknown.class::isInstance);
  }

  @Test
  void judge_isolatedTopic_isInQuarantine() {
    broker.isolated = Set.of("orders");

    assertThat(broker.look().partition(Broker.ORDERS).orElseThrow().state())
        .isEqualTo("quarantined");
  }

  @Test
  void judge_filesNotSeen_isUnknownWithWhatTheyWouldAdd() {
    broker.partition(Broker.ORDERS, files -> files.seen = false);
    PartitionVerdict verdict = broker.look().partition(Broker.ORDERS).orElseThrow();

    assertThat(verdict.verdict()).isInstanceOf(Verdict.Unknown.class);
    assertThat(verdict.reason()).contains("--log-dir").contains("dirty bytes");
  }

  @Test
  void gauges_hungThread_deadCountIsCorrected() {
    Judgement judgement = broker.lookFor(61, () -> threadIs(StackClass.BLOCKED_IO, 0));

    GaugeReading dead =
        judgement.gauges().stream()
            .filter(each -> each.name().equals("DeadThreadCount"))
            .findFirst()
            .orElseThrow();
    assertThat(dead.stock()).hasValue(0);
    assertThat(dead.corrected()).hasValue(1);
    assertThat(dead.misleads()).isTrue();
  }

  @Test
  void gauges_cleanTimeBelowZero_isUnknown() {
    broker.gauges.put(Gauge.MAX_CLEAN_TIME_SECS, -1.8e9);

    assertThat(broker.look().gauges())
        .filteredOn(each -> each.name().equals("max-clean-time-secs"))
        .allMatch(each -> each.corrected().isEmpty());
  }

  static Stream<Arguments> causes() {
    return Stream.of(
        Arguments.of("java.lang.OutOfMemoryError: Java heap space", DeathCause.OUT_OF_MEMORY),
        Arguments.of("java.lang.OutOfMemoryError: Map failed", DeathCause.MAP_LIMIT),
        Arguments.of(
            "requirement failed: offset map can fit only 5", DeathCause.OFFSET_MAP_TOO_SMALL),
        Arguments.of(
            "LogSegmentOffsetOverflowException: Detected offset overflow",
            DeathCause.OFFSET_OVERFLOW),
        Arguments.of(
            "IllegalArgumentException: largest offset in message set can not be safely converted to"
                + " relative offset",
            DeathCause.OFFSET_OVERFLOW),
        Arguments.of(
            "contains a message larger than maximum allowable size", DeathCause.BATCH_TOO_LARGE),
        Arguments.of("CorruptRecordException: bad", DeathCause.CORRUPTION),
        Arguments.of("java.lang.NullPointerException", DeathCause.OTHER));
  }

  @ParameterizedTest
  @MethodSource("causes")
  void causeOf_throwable_isUnderstood(String throwable, DeathCause expected) {
    assertThat(DeathCause.of(Optional.of(throwable), false)).isEqualTo(expected);
    assertThat(expected.advice()).isNotBlank();
  }

  @Test
  void thread_withNoCpuTime_isNeverSpinning() {
    Judgement judgement =
        broker.lookFor(
            300,
            () ->
                broker.threads =
                    Optional.of(
                        List.of(
                            new CleanerThread(
                                ThreadRules.NAME + "0",
                                30,
                                Thread.State.RUNNABLE,
                                StackClass.CLEANING,
                                List.of(),
                                -1))));

    assertThat(judgement.diagnoses()).isEmpty();
  }
}
