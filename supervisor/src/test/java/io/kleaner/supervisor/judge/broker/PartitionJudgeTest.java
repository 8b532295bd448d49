// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge.broker;

import static io.kleaner.supervisor.judge.broker.Told.only;
import static io.kleaner.supervisor.judge.broker.Told.rules;
import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.supervisor.judge.Severity;
import io.kleaner.supervisor.judge.Verdict;
import io.kleaner.supervisor.probe.broker.CleanerGauges;
import io.kleaner.supervisor.probe.broker.LogEvent;
import io.kleaner.supervisor.probe.broker.Offsets;
import io.kleaner.supervisor.probe.broker.Replication;
import io.kleaner.supervisor.probe.broker.Seen;
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

/** What can be wrong with one partition. Nothing else may be told beside it. */
class PartitionJudgeTest {

  private final Broker broker = new Broker();

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
        Broker.ORDERS, files -> files.offsets = Seen.known(new Offsets(400, 400), broker.nowMs));

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
  void judge_largeInternalPartition_isTold() {
    broker.partition(
        new TopicPartition("__consumer_offsets", 7), files -> files.sizeBytes = 200L << 30);

    assertThat(only(broker.look(), Ailment.OFFSETS_TOPIC_LARGE).summary()).contains("200.0 GiB");
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
  void judge_clockSetBackWhileAPartitionWaits_isStalledByTheTimeThatPassed() {
    broker.partition(Broker.ORDERS, Broker.Files::eligible);
    broker.lookFor(3);
    broker.advance(-3_600_000);
    Judgement after = broker.lookFor(broker.options.stalledAfterMs() / 1_000 + 1);

    assertThat(after.partition(Broker.ORDERS).orElseThrow().state()).isEqualTo("stalled");
  }
}
