// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge.broker;

import io.kleaner.supervisor.probe.broker.BrokerSample;
import io.kleaner.supervisor.probe.broker.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Judges a broker's cleaning sample by sample, remembering what it needs of earlier ones. Does no
 * I/O and asks no clock: the samples have the time. Not thread-safe; owned by one supervisor.
 */
public final class BrokerJudge {

  private final JudgeOptions options;
  private final Set<Source> named;
  private final BrokerHistory history;
  private final PartitionsJudge partitionsJudge;

  /**
   * @param named sources that the user named: of these silence is told
   */
  public BrokerJudge(JudgeOptions options, Set<Source> named) {
    this.options = options;
    this.named = Set.copyOf(named);
    this.history = new BrokerHistory(options.trendWindowMs());
    this.partitionsJudge = new PartitionsJudge(options);
  }

  /** Goes on by one sample, of a broker of which nobody has released anything. */
  public Judgement judge(BrokerSample sample, Set<String> isolatedTopics) {
    return judge(sample, isolatedTopics, Map.of());
  }

  /**
   * Goes on by one sample.
   *
   * @param isolatedTopics that are kept from being compacted
   * @param forgivenMs by topic, until when deaths at it count no more
   */
  public Judgement judge(
      BrokerSample sample, Set<String> isolatedTopics, Map<String, Long> forgivenMs) {
    history.add(sample);
    List<Diagnosis> diagnoses = new ArrayList<>();
    List<Death> deaths = Deaths.of(sample, history);
    ThreadRules threads = new ThreadRules(sample, history, options, deaths);
    threads.judge();
    diagnoses.addAll(threads.diagnoses());
    Toll toll = Toll.of(deaths, sample, history.startedMs(sample), forgivenMs, options);
    CrashRules.judge(sample, toll.loop(), options).ifPresent(diagnoses::add);
    PartitionsJudge.Judged partitions =
        partitionsJudge.judge(sample, history, isolatedTopics, threads.verdicts());
    diagnoses.addAll(partitions.diagnoses());
    TrendRules trends = new TrendRules(sample, history, options);
    diagnoses.addAll(trends.judge(threads.verdicts()));
    SourceRules sources = new SourceRules(sample, history, options, named);
    List<SourceState> states = sources.states();
    diagnoses.addAll(sources.judge(states));
    return new Judgement(
        sample,
        history.firstMs(),
        threads.verdicts(),
        partitions.verdicts(),
        states,
        new GaugeRules(sample, history, threads.verdicts()).readings(),
        deaths,
        Deaths.recent(deaths, sample.atMs(), options),
        toll.kills(),
        threads.isStopping(),
        trends.fullInMs(),
        diagnoses.stream()
            .map(each -> each.advising(BrokerText.forRelease(sample, each.advice())))
            .toList());
  }
}
