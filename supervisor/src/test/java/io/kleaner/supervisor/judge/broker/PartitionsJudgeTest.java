// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.supervisor.probe.broker.BrokerPartitions;
import io.kleaner.supervisor.probe.broker.BrokerSample;
import io.kleaner.supervisor.probe.broker.CleanerLog;
import io.kleaner.supervisor.probe.broker.CleanerThread;
import io.kleaner.supervisor.probe.broker.Eligibility;
import io.kleaner.supervisor.probe.broker.Seen;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Thousands of partitions of which nothing is new are not judged again, all others at once. */
class PartitionsJudgeTest {

  private static final long SOON_MS = PartitionsJudge.AGAIN_MS - 1;

  private final Broker broker = new Broker();
  private BrokerJudge judge;
  private BrokerSample first;
  private List<PartitionVerdict> before;

  @BeforeEach
  void judgeOnce() {
    broker.partition(Broker.ORDERS, Broker.Files::eligible);
    judge = broker.judge();
    first = broker.sample();
    before = judge.judge(first, Set.of()).partitions();
    assertThat(state(before, Broker.ORDERS)).isEqualTo("dirty");
  }

  @Test
  void judge_nothingNew_isNotDoneAgainBeforeItsTime() {
    assertThat(judged(later(SOON_MS))).isSameAs(before);
    assertThat(judged(later(PartitionsJudge.AGAIN_MS))).isNotSameAs(before).isEqualTo(before);
  }

  @Test
  void judge_clockSetBack_isDoneAgain() {
    assertThat(judged(later(-PartitionsJudge.AGAIN_MS))).isNotSameAs(before);
  }

  @Test
  void judge_onlyTimeHasPassed_whatComesWithTimeIsTold() {
    BrokerSample stalled = later(JudgeOptions.defaults().stalledAfterMs());

    assertThat(state(judged(stalled), Broker.ORDERS)).isEqualTo("stalled");
  }

  @Test
  void judge_partitionsAreOthers_isDoneAtOnce() {
    broker.partition(Broker.ORDERS, files -> files.kind = Eligibility.Kind.NOTHING_CLEANABLE);
    BrokerPartitions others = broker.sample().partitions();

    assertThat(state(judged(at(1, others, first.log(), first.threads())), Broker.ORDERS))
        .isEqualTo("clean");
  }

  @Test
  void judge_logSaidMore_isDoneAtOnce() {
    broker.began(0, Broker.ORDERS);
    Seen<CleanerLog> more = broker.sample().log();

    assertThat(judged(at(1, first.partitions(), more, first.threads()))).isNotSameAs(before);
  }

  @Test
  void judge_topicIsolated_isDoneAtOnce() {
    List<PartitionVerdict> isolated =
        judge.judge(later(1), Set.of(Broker.ORDERS.topic())).partitions();

    assertThat(state(isolated, Broker.ORDERS)).isEqualTo("quarantined");
  }

  @Test
  void judge_lastThreadFoundDead_isDoneAtOnce() {
    Seen<List<CleanerThread>> none = Seen.known(List.of(), first.atMs() + 1);
    judged(at(1, first.partitions(), first.log(), none));
    Seen<List<CleanerThread>> stillNone = Seen.known(List.of(), first.atMs() + 2);

    List<PartitionVerdict> dead = judged(at(2, first.partitions(), first.log(), stillNone));

    assertThat(state(dead, Broker.ORDERS)).isEqualTo("stalled");
  }

  private List<PartitionVerdict> judged(BrokerSample sample) {
    return judge.judge(sample, Set.of()).partitions();
  }

  private BrokerSample later(long ms) {
    return at(ms, first.partitions(), first.log(), first.threads());
  }

  private BrokerSample at(
      long ms,
      BrokerPartitions partitions,
      Seen<CleanerLog> log,
      Seen<List<CleanerThread>> threads) {
    return new BrokerSample(
        first.atMs() + ms,
        first.broker(),
        threads,
        first.gauges(),
        first.config(),
        log,
        partitions,
        first.logDirs());
  }

  private static String state(List<PartitionVerdict> verdicts, TopicPartition partition) {
    return verdicts.stream()
        .filter(each -> each.partition().equals(partition))
        .map(PartitionVerdict::state)
        .findFirst()
        .orElseThrow();
  }
}
