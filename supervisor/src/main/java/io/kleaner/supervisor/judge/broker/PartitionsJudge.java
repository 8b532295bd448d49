// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge.broker;

import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.supervisor.judge.Verdict;
import io.kleaner.supervisor.probe.broker.BrokerPartitions;
import io.kleaner.supervisor.probe.broker.BrokerSample;
import io.kleaner.supervisor.probe.broker.CleanerLog;
import io.kleaner.supervisor.probe.broker.LogEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Judges all partitions. A broker has thousands of them, and most samples say nothing new of any:
 * then what was thought last is thought again. It is judged anew as soon as anything is new of
 * partitions, of threads or in the log, and every few seconds in any case, since some of it comes
 * with time alone. Not thread-safe; owned by one judge.
 */
final class PartitionsJudge {

  /**
   * Much less than any time after which a partition is judged otherwise; longer where there are
   * very many.
   */
  static final long AGAIN_MS = 2_000;

  private final JudgeOptions options;
  private final TransactionRules transactions;
  private Optional<Basis> basis = Optional.empty();
  private long judgedMs;
  private Judged judged = new Judged(List.of(), List.of());

  /** What is thought of partitions, and what is wrong with them; immutable. */
  record Judged(List<PartitionVerdict> verdicts, List<Diagnosis> diagnoses) {}

  /**
   * What threads are at.
   *
   * @param someoneLives whether any is alive, or nothing is known of any
   * @param beingCleaned what they clean, as far as is known
   */
  record AtWork(boolean someoneLives, Set<TopicPartition> beingCleaned) {

    static AtWork of(List<ThreadVerdict> threads) {
      return new AtWork(
          threads.isEmpty()
              || threads.stream().anyMatch(each -> !(each.verdict() instanceof Verdict.Dead)),
          threads.stream()
              .flatMap(each -> each.partition().stream())
              .collect(Collectors.toUnmodifiableSet()));
    }
  }

  /** What it was judged by. */
  private record Basis(
      BrokerPartitions partitions, List<LogEvent> events, Set<String> isolated, AtWork atWork) {

    /** Partitions and events are immutable, and the same objects while nothing is new of them. */
    @SuppressWarnings("ReferenceEquality") // to compare thousands of them is what is spared
    private boolean isThatOf(Basis other) {
      return partitions == other.partitions
          && events == other.events
          && isolated.equals(other.isolated)
          && atWork.equals(other.atWork);
    }
  }

  PartitionsJudge(JudgeOptions options) {
    this.options = options;
    this.transactions = new TransactionRules(options);
  }

  Judged judge(
      BrokerSample sample,
      BrokerHistory history,
      Set<String> isolatedTopics,
      List<ThreadVerdict> threads) {
    Basis now =
        new Basis(
            sample.partitions(),
            sample.log().get().map(CleanerLog::events).orElse(List.of()),
            Set.copyOf(isolatedTopics),
            AtWork.of(threads));
    // Either way: a clock can be set back.
    boolean isLate = Math.abs(sample.atMs() - judgedMs) >= AGAIN_MS * sample.partitions().times();
    if (isLate || basis.filter(now::isThatOf).isEmpty()) {
      judged = anew(sample, history, now);
      basis = Optional.of(now);
      judgedMs = sample.atMs();
    }
    return judged;
  }

  private Judged anew(BrokerSample sample, BrokerHistory history, Basis now) {
    PartitionRules partitions =
        new PartitionRules(sample, history, options, now.isolated(), now.atWork());
    partitions.judge();
    List<Diagnosis> diagnoses = new ArrayList<>(partitions.diagnoses());
    diagnoses.addAll(new LogRules(sample, history).judge());
    diagnoses.addAll(AheadRules.judge(sample));
    diagnoses.addAll(transactions.judge(sample));
    diagnoses.addAll(ReplicaRules.judge(sample));
    return new Judged(List.copyOf(partitions.verdicts()), List.copyOf(diagnoses));
  }
}
