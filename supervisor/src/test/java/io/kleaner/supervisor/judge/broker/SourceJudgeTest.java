// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge.broker;

import static io.kleaner.supervisor.judge.broker.Told.only;
import static io.kleaner.supervisor.judge.broker.Told.rules;
import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.supervisor.judge.Severity;
import io.kleaner.supervisor.judge.Verdict;
import io.kleaner.supervisor.probe.broker.Gauge;
import io.kleaner.supervisor.probe.broker.Source;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/**
 * What sources say, or no longer say, of the broker as a whole. Nothing else may be told beside it.
 */
class SourceJudgeTest {

  private final Broker broker = new Broker();

  @Test
  void judge_recordsWithoutAKeyRefused_isForInformation() {
    broker.gauges.put(Gauge.NO_KEY_COMPACTED_TOPIC_RECORDS, 5.0);
    broker.lookFor(30);
    broker.gauges.put(Gauge.NO_KEY_COMPACTED_TOPIC_RECORDS, 9.0);

    assertThat(only(broker.lookFor(1), Ailment.UNKEYED_RECORDS_REFUSED).severity())
        .isEqualTo(Severity.INFO);
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
  void judge_brokerEndsOfAnOfflineDirectory_staysTold() {
    broker.gauges.put(Gauge.OFFLINE_LOG_DIRECTORY_COUNT, 1.0);
    broker.look();
    broker.gaugesKnown = false;

    Diagnosis offline = only(broker.look(), Ailment.LOG_DIR_OFFLINE);
    assertThat(offline.evidence()).contains("told last");
  }

  @Test
  void judge_offlineDirectoryIsBackOrTheBrokerIsAnotherOne_isOver() {
    broker.startedAtMs = OptionalLong.of(Broker.START_MS);
    broker.gauges.put(Gauge.OFFLINE_LOG_DIRECTORY_COUNT, 1.0);
    assertThat(rules(broker.look())).contains("LogDirOffline");
    broker.gauges.put(Gauge.OFFLINE_LOG_DIRECTORY_COUNT, 0.0);
    assertThat(rules(broker.look())).doesNotContain("LogDirOffline");

    broker.gauges.put(Gauge.OFFLINE_LOG_DIRECTORY_COUNT, 1.0);
    assertThat(rules(broker.look())).contains("LogDirOffline");
    broker.gauges.remove(Gauge.OFFLINE_LOG_DIRECTORY_COUNT);
    broker.startedAtMs = OptionalLong.of(Broker.START_MS + 1);
    assertThat(rules(broker.look())).doesNotContain("LogDirOffline");
  }

  @Test
  void judge_timesOfTheLogAreOfAnotherZone_areToldAtOnceAndBothWays() {
    broker.logTimesOffMs = -3_600_000;
    assertThat(only(broker.look(), Ailment.BROKER_LOG_TIMES_OFF).summary())
        .contains("/logs/server.log are 60 min behind when it was written");

    broker.logTimesOffMs = 0;
    assertThat(broker.look().diagnoses()).isEmpty();
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

  /** Its partitions are seen no more, and the other directory says nothing of them. */
  @Test
  void judge_oneOfTwoLogDirsCannotBeRead_isTold() {
    broker.unreadableDir = Optional.of(Path.of("/other"));
    assertThat(broker.lookFor(10).diagnoses()).isEmpty();

    Judgement judgement = broker.lookFor(broker.options.silentAfterMs() / 1_000);
    Diagnosis silent = only(judgement, Ailment.SOURCE_SILENT);
    assertThat(silent.subject()).isEqualTo("/other");
    assertThat(silent.summary()).contains("/other cannot be read: it is not there");
    broker.unreadableDir = Optional.empty();
    assertThat(broker.look().diagnoses()).isEmpty();
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
  void judge_onlyFilesAreSeen_brokerIsUnseen() {
    broker.threads = Optional.empty();
    broker.configKnown = false;
    Judgement judgement = broker.lookFor(broker.options.silentAfterMs() / 1_000 + 1);

    assertThat(only(judgement, Ailment.BROKER_UNSEEN).summary()).contains("does not answer");
    assertThat(judgement.partition(Broker.ORDERS)).as("what its files say").isPresent();
  }

  /** A port that is shut is not a broker that is down. */
  @Test
  void judge_onlyOneOfTwoWaysAnswers_isNotUnseen() {
    broker.threads = Optional.empty();
    Judgement judgement = broker.lookFor(broker.options.silentAfterMs() / 1_000 + 1);

    assertThat(rules(judgement)).contains("SourceSilent").doesNotContain("BrokerUnseen");
  }

  @Test
  void gauges_cleanTimeBelowZero_isUnknown() {
    broker.gauges.put(Gauge.MAX_CLEAN_TIME_SECS, -1.8e9);

    assertThat(broker.look().gauges())
        .filteredOn(each -> each.name().equals("max-clean-time-secs"))
        .allMatch(each -> each.corrected().isEmpty());
  }
}
