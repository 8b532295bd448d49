// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge.broker;

import io.kleaner.supervisor.judge.Verdict;
import io.kleaner.supervisor.probe.broker.BrokerSample;
import io.kleaner.supervisor.probe.broker.CleanerGauges;
import io.kleaner.supervisor.probe.broker.Gauge;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * Puts what the stock gauges should say beside what they say. Pure. What can't be known stays
 * empty.
 */
final class GaugeRules {

  private static final double PERCENT = 100;
  private static final double MS = 1_000;

  private final BrokerSample sample;
  private final BrokerHistory history;
  private final List<ThreadVerdict> threads;

  GaugeRules(BrokerSample sample, BrokerHistory history, List<ThreadVerdict> threads) {
    this.sample = sample;
    this.history = history;
    this.threads = threads;
  }

  /** What DeadThreadCount says, as the end of a sentence; empty if there is none. */
  static String deadCountSays(BrokerSample sample) {
    OptionalDouble count = stock(sample, Gauge.DEAD_THREAD_COUNT);
    return count.isPresent() ? "; DeadThreadCount says " + (long) count.getAsDouble() : "";
  }

  private static OptionalDouble stock(BrokerSample sample, Gauge gauge) {
    Optional<CleanerGauges> gauges = sample.gauges().get();
    return gauges.isPresent() ? gauges.get().get(gauge) : OptionalDouble.empty();
  }

  List<GaugeReading> readings() {
    List<GaugeReading> readings = new ArrayList<>();
    dead().ifPresent(readings::add);
    sinceLastRun().ifPresent(readings::add);
    maxDirty().ifPresent(readings::add);
    cleanTime().ifPresent(readings::add);
    compactionDelay().ifPresent(readings::add);
    uncleanable().ifPresent(readings::add);
    return readings;
  }

  private Optional<GaugeReading> dead() {
    boolean known = threads.stream().noneMatch(each -> each.state().equals("unknown"));
    long gone =
        threads.stream()
            .filter(
                each ->
                    each.verdict() instanceof Verdict.Dead
                        || each.verdict() instanceof Verdict.Hung
                        || each.verdict() instanceof Verdict.Stalled)
            .count();
    return reading(
        "DeadThreadCount",
        stock(sample, Gauge.DEAD_THREAD_COUNT),
        known && !threads.isEmpty() ? OptionalDouble.of((double) gone) : OptionalDouble.empty(),
        "it misses threads that hang or spin, and is 0 after every restart of the cleaner");
  }

  private Optional<GaugeReading> sinceLastRun() {
    long newest = Math.max(history.progressMs(), history.sums().newestCleanMs());
    return reading(
        "time-since-last-run-ms",
        stock(sample, Gauge.TIME_SINCE_LAST_RUN_MS),
        newest < 0 ? OptionalDouble.empty() : OptionalDouble.of((double) (sample.atMs() - newest)),
        "any one thread refreshes it, so it hides one dead of several, and it grows in one long"
            + " healthy clean; beside it: since a checkpoint moved or a clean ended");
  }

  private Optional<GaugeReading> maxDirty() {
    OptionalDouble most = history.sums().mostDirtyRatio();
    return reading(
        "max-dirty-percent",
        stock(sample, Gauge.MAX_DIRTY_PERCENT),
        most.isPresent() ? OptionalDouble.of(most.getAsDouble() * PERCENT) : most,
        "it skips partitions that are being cleaned or were given up, and freezes when all threads"
            + " are dead");
  }

  private Optional<GaugeReading> cleanTime() {
    OptionalDouble stock = stock(sample, Gauge.MAX_CLEAN_TIME_SECS);
    if (stock.isEmpty() || stock.getAsDouble() >= 0) {
      return reading("max-clean-time-secs", stock, stock, "it is right once a clean has ended");
    }
    return reading(
        "max-clean-time-secs",
        stock,
        OptionalDouble.empty(),
        "it is below 0 until a first clean has ended, which is no sign of anything");
  }

  private Optional<GaugeReading> compactionDelay() {
    OptionalLong since = history.sums().overdueSinceMs();
    double mostMs = since.isPresent() ? Math.max(0, sample.atMs() - since.getAsLong()) : 0;
    return reading(
        "max-compaction-delay-secs",
        stock(sample, Gauge.MAX_COMPACTION_DELAY_SECS),
        history.sums().dirtyBytes().isPresent()
            ? OptionalDouble.of(mostMs / MS)
            : OptionalDouble.empty(),
        "it freezes when all threads are dead");
  }

  private Optional<GaugeReading> uncleanable() {
    OptionalDouble stock =
        sample
            .gauges()
            .get()
            .map(CleanerGauges::uncleanable)
            .filter(each -> !each.isEmpty())
            .map(
                each ->
                    OptionalDouble.of(
                        (double)
                            each.values().stream()
                                .mapToLong(dir -> dir.partitions().orElse(0))
                                .sum()))
            .orElse(OptionalDouble.empty());
    return reading(
        "uncleanable-partitions-count",
        stock,
        sample.log().get().isPresent()
            ? OptionalDouble.of((double) history.sums().uncleanable())
            : OptionalDouble.empty(),
        "it names none; beside it: those that the log that was read names");
  }

  private static Optional<GaugeReading> reading(
      String name, OptionalDouble stock, OptionalDouble corrected, String why) {
    return stock.isEmpty() && corrected.isEmpty()
        ? Optional.empty()
        : Optional.of(new GaugeReading(name, stock, corrected, why));
  }
}
