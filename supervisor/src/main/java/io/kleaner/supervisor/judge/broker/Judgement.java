// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge.broker;

import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.supervisor.judge.Verdict;
import io.kleaner.supervisor.probe.broker.BrokerSample;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is to be thought of a broker's cleaning, and what that is thought from. Immutable.
 *
 * @param sample the newest
 * @param firstMs when the first sample was taken, -1 before
 * @param threads each of the cleaner's
 * @param partitions each that is known
 * @param sources whether each gives anything
 * @param gauges stock and corrected
 * @param deaths that are known, the oldest first
 * @param recentDeaths those within the window
 * @param kills deaths that still count against the partition they were at, the oldest first: since
 *     it was last cleaned or forgiven, and since the broker started
 * @param stopping whether the broker is being stopped, and its cleaner first
 * @param fullInMs when log directories are full at the present rate, in milliseconds; those of
 *     which it is not known, or that do not fill, are not in it
 * @param diagnoses everything that is wrong
 */
public record Judgement(
    BrokerSample sample,
    long firstMs,
    List<ThreadVerdict> threads,
    List<PartitionVerdict> partitions,
    List<SourceState> sources,
    List<GaugeReading> gauges,
    List<Death> deaths,
    List<Death> recentDeaths,
    Map<TopicPartition, List<Death>> kills,
    boolean stopping,
    Map<Path, Long> fullInMs,
    List<Diagnosis> diagnoses) {

  /** Keeps its own copies. */
  public Judgement {
    threads = List.copyOf(threads);
    partitions = List.copyOf(partitions);
    sources = List.copyOf(sources);
    gauges = List.copyOf(gauges);
    deaths = List.copyOf(deaths);
    recentDeaths = List.copyOf(recentDeaths);
    kills = Map.copyOf(kills);
    fullInMs = Map.copyOf(fullInMs);
    diagnoses = List.copyOf(diagnoses);
  }

  /** Before the first sample. */
  public static Judgement none() {
    return new Judgement(
        BrokerSample.nothing(-1),
        -1,
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        Map.of(),
        false,
        Map.of(),
        List.of());
  }

  /** For how long it has been looked, in milliseconds. */
  public long lookedForMs() {
    return firstMs < 0 ? 0 : Math.max(0, sample.atMs() - firstMs);
  }

  /** Whether a partition killed threads time and again, and nothing has cured it since. */
  public boolean isKiller(TopicPartition id) {
    return kills.getOrDefault(id, List.of()).size() >= Toll.KILLS;
  }

  /** Whether its last kill is of the while whose deaths are counted together. */
  public boolean killedLately(TopicPartition id) {
    List<Death> all = kills.getOrDefault(id, List.of());
    return !all.isEmpty() && recentDeaths.contains(all.get(all.size() - 1));
  }

  /** Threads that are dead. */
  public long dead() {
    return threads.stream().filter(each -> each.verdict() instanceof Verdict.Dead).count();
  }

  /** What is wrong of a kind. */
  public List<Diagnosis> of(Ailment ailment) {
    return diagnoses.stream().filter(each -> each.ailment() == ailment).toList();
  }

  /** What is wrong with a partition itself. */
  public List<Diagnosis> of(TopicPartition partition) {
    return diagnoses.stream()
        .filter(each -> each.partition().equals(Optional.of(partition)))
        .toList();
  }

  /** What is thought of a partition. */
  public Optional<PartitionVerdict> partition(TopicPartition partition) {
    return partitions.stream().filter(each -> each.partition().equals(partition)).findFirst();
  }
}
