// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge.broker;

import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.supervisor.probe.broker.BrokerSample;
import io.kleaner.supervisor.probe.broker.LogEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which deaths still count, and against which partition. What is cured or forgiven does not: who
 * followed an advice must not be told the same again. Pure, immutable.
 *
 * <ol>
 *   <li>A partition killed what died at it since it was last cleaned, since the broker started, and
 *       since its topic was forgiven; however long ago.
 *   <li>A loop is made of the deaths of a while, over restarts of the broker too if the cleaner
 *       died again after the last one. Those at a partition that killed several in a row and was
 *       cleaned then are no part of it; a single one is, or a heap that is too small for any
 *       partition would show as no loop.
 * </ol>
 *
 * @param kills by partition, the oldest first; each has at least one
 * @param loop deaths that may make one, the oldest first
 */
record Toll(Map<TopicPartition, List<Death>> kills, List<Death> loop) {

  /** So many deaths at a partition, none of them cured, are no chance: it kills. */
  static final int KILLS = 2;

  /**
   * Of all that is known.
   *
   * @param deaths the oldest first
   * @param startedMs when the broker started, if that is known
   * @param forgivenMs by topic, until when its deaths count no more
   */
  static Toll of(
      List<Death> deaths,
      BrokerSample sample,
      OptionalLong startedMs,
      Map<String, Long> forgivenMs,
      JudgeOptions options) {
    Map<TopicPartition, NavigableSet<Long>> cleans = cleans(deaths, sample);
    Map<TopicPartition, List<Death>> kills = new TreeMap<>();
    Map<TopicPartition, Map<Long, List<Death>>> rows = new HashMap<>();
    List<Death> unforgiven = new ArrayList<>();
    for (Death death : deaths) {
      if (death.culprit().isEmpty()) {
        unforgiven.add(death);
        continue;
      }
      TopicPartition culprit = death.culprit().get();
      if (death.atMs() <= forgivenMs.getOrDefault(culprit.topic(), Long.MIN_VALUE)) {
        continue;
      }
      unforgiven.add(death);
      Long cleanedMs = cleans.get(culprit).higher(death.atMs());
      if (cleanedMs != null) {
        rows.computeIfAbsent(culprit, id -> new HashMap<>())
            .computeIfAbsent(cleanedMs, ms -> new ArrayList<>())
            .add(death);
      } else if (isOfThisProcess(death, startedMs)) {
        kills.computeIfAbsent(culprit, id -> new ArrayList<>()).add(death);
      }
    }
    Set<Death> cured = new HashSet<>();
    rows.values().stream()
        .flatMap(each -> each.values().stream())
        .filter(row -> row.size() >= KILLS)
        .forEach(cured::addAll);
    List<Death> loop =
        Deaths.recent(unforgiven, sample.atMs(), options).stream()
            .filter(each -> !cured.contains(each))
            .toList();
    return new Toll(
        kills, loop.stream().anyMatch(each -> isOfThisProcess(each, startedMs)) ? loop : List.of());
  }

  private static boolean isOfThisProcess(Death death, OptionalLong startedMs) {
    return death.atMs() >= startedMs.orElse(Long.MIN_VALUE);
  }

  /** When those were cleaned that any thread died at. */
  private static Map<TopicPartition, NavigableSet<Long>> cleans(
      List<Death> deaths, BrokerSample sample) {
    Map<TopicPartition, NavigableSet<Long>> cleans = new HashMap<>();
    deaths.forEach(
        death -> death.culprit().ifPresent(each -> cleans.putIfAbsent(each, new TreeSet<>())));
    if (cleans.isEmpty()) {
      return cleans;
    }
    sample
        .log()
        .get()
        .ifPresent(
            log ->
                log.events().stream()
                    .filter(LogEvent.Cleaned.class::isInstance)
                    .map(LogEvent.Cleaned.class::cast)
                    .forEach(
                        each ->
                            Optional.ofNullable(cleans.get(each.partition()))
                                .ifPresent(times -> times.add(each.atMs()))));
    return cleans;
  }
}
