// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge.broker;

import io.kleaner.supervisor.judge.Verdict;
import io.kleaner.supervisor.probe.broker.BrokerConfig;
import io.kleaner.supervisor.probe.broker.BrokerSample;
import io.kleaner.supervisor.probe.broker.CleanerGauges;
import io.kleaner.supervisor.probe.broker.Gauge;
import io.kleaner.supervisor.probe.broker.LogDirFacts;
import io.kleaner.supervisor.probe.broker.Seen;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * Judges where things are going: dirt against cleaning, and free space. Pure.
 *
 * <ol>
 *   <li>Dirty bytes that grew by a third and more than 64 MiB over the window, while cleans went
 *       on: falling behind.
 *   <li>A map of keys that is full in a clean, up to its load factor, means that ranges take
 *       several rewrites.
 *   <li>Free space that is gone soon at the rate of the window is told; and less of it than the
 *       largest group that may be cleaned next.
 * </ol>
 */
final class TrendRules {

  private static final long LITTLE_BYTES = 64L << 20;
  private static final double DEFAULT_LOAD_FACTOR = 0.9;

  private final BrokerSample sample;
  private final BrokerHistory history;
  private final JudgeOptions options;
  private final List<Diagnosis> diagnoses = new ArrayList<>();

  TrendRules(BrokerSample sample, BrokerHistory history, JudgeOptions options) {
    this.sample = sample;
    this.history = history;
    this.options = options;
  }

  List<Diagnosis> judge(List<ThreadVerdict> threads) {
    boolean lives = threads.stream().anyMatch(each -> !(each.verdict() instanceof Verdict.Dead));
    if (lives) {
      behind();
    }
    bufferFull();
    sample.logDirs().forEach(this::disk);
    return diagnoses;
  }

  /** When each log directory is full, as far as that can be told. */
  Map<Path, Long> fullInMs() {
    Map<Path, Long> all = new HashMap<>();
    sample
        .logDirs()
        .keySet()
        .forEach(
            dir -> fullInMs(history.freeBytes(dir), options).ifPresent(ms -> all.put(dir, ms)));
    return all;
  }

  private void behind() {
    Trend dirty = history.dirtyBytes();
    boolean grew = dirty.grown() > LITTLE_BYTES && dirty.grown() > dirty.first() / 3;
    boolean cleans =
        history.progressMs() >= 0 && sample.atMs() - history.progressMs() < dirty.spanMs();
    if (dirty.spanMs() < options.trendWindowMs() / 2 || !grew || !cleans) {
      return;
    }
    long perHour = dirty.grown() * 3_600_000L / dirty.spanMs();
    OptionalDouble delay = gauge(Gauge.MAX_COMPACTION_DELAY_SECS);
    diagnoses.add(
        Diagnosis.of(
            Ailment.BROKER_FALLING_BEHIND,
            "broker",
            sample.atMs() - dirty.spanMs(),
            "more gets dirty than is cleaned: "
                + Moments.bytes(perHour)
                + " an hour more than the cleaner takes",
            Moments.bytes(dirty.first())
                + " dirty "
                + Moments.span(dirty.spanMs())
                + " ago, "
                + Moments.bytes(dirty.last())
                + " now"
                + (delay.isPresent() && delay.getAsDouble() > 0
                    ? "; max-compaction-delay-secs " + (long) delay.getAsDouble()
                    : ""),
            "Give it more: log.cleaner.threads (twice as many at a time at most), a higher"
                + " log.cleaner.io.max.bytes.per.second, a larger log.cleaner.dedupe.buffer.size: "
                + BrokerText.set(sample, "log.cleaner.threads=2")
                + "; not while a thread sleeps in the throttle."));
  }

  private void bufferFull() {
    OptionalDouble used = gauge(Gauge.MAX_BUFFER_UTILIZATION_PERCENT);
    if (used.isEmpty() || used.getAsDouble() < fullPercent()) {
      return;
    }
    OptionalLong now =
        sample
            .config()
            .get()
            .map(config -> config.number("log.cleaner.dedupe.buffer.size"))
            .orElse(OptionalLong.empty());
    String size =
        sample
            .config()
            .get()
            .flatMap(config -> config.get("log.cleaner.dedupe.buffer.size"))
            .map(value -> value.text() + " (" + value.origin().text() + ")")
            .orElse("not known");
    diagnoses.add(
        Diagnosis.of(
            Ailment.DEDUPE_BUFFER_FULL,
            "broker",
            sample.atMs(),
            "the map of keys was full in the last clean: its range takes several rewrites",
            "max-buffer-utilization-percent "
                + (long) used.getAsDouble()
                + "; log.cleaner.dedupe.buffer.size "
                + size
                + ", shared by all threads",
            "Double it: "
                + BrokerText.set(
                    sample,
                    "log.cleaner.dedupe.buffer.size="
                        + (now.isPresent() ? Long.toString(2 * now.getAsLong()) : "BYTES"))
                + "; the memory is taken from the heap at once, of which it should be a quarter at most."));
  }

  /**
   * What the gauge says of a full map: Kafka fills one up to its load factor only, and the gauge
   * cuts the fraction off.
   */
  private double fullPercent() {
    Optional<BrokerConfig> config = sample.config().get();
    OptionalDouble loadFactor =
        config.isPresent()
            ? config.get().decimal("log.cleaner.io.buffer.load.factor")
            : OptionalDouble.empty();
    return 100 * loadFactor.orElse(DEFAULT_LOAD_FACTOR) - 1;
  }

  private OptionalDouble gauge(Gauge gauge) {
    Optional<CleanerGauges> gauges = sample.gauges().get();
    return gauges.isPresent() ? gauges.get().get(gauge) : OptionalDouble.empty();
  }

  private void disk(Path dir, Seen<LogDirFacts> seen) {
    Optional<LogDirFacts> facts = seen.get();
    if (facts.isEmpty()) {
      return;
    }
    for (String problem : facts.get().problems()) {
      diagnoses.add(
          Diagnosis.of(
              Ailment.LOG_DIR_ODD,
              dir.toString(),
              sample.atMs(),
              dir + ": " + problem,
              problem,
              "Look at it; never write into the directory beside a live broker."));
    }
    long free = facts.get().usableBytes();
    if (free < 0) {
      return;
    }
    tight(dir, free);
    OptionalLong fullInMs = fullInMs(history.freeBytes(dir), options);
    if (fullInMs.isPresent() && fullInMs.getAsLong() < options.diskSoonMs()) {
      diagnoses.add(
          Diagnosis.of(
              Ailment.DISK_FILLING,
              dir.toString(),
              sample.atMs(),
              dir + " is full in " + Moments.span(fullInMs.getAsLong()) + " at this rate",
              Moments.bytes(free) + " free",
              "See whether cleaning keeps up ('kleaner explain' on the largest topics); else give"
                  + " the disk room, or topics a shorter retention."));
    }
  }

  private void tight(Path dir, long free) {
    long largest = history.sums().largestGroup(dir);
    if (free < largest) {
      diagnoses.add(
          Diagnosis.of(
              Ailment.DISK_TOO_TIGHT,
              dir.toString(),
              sample.atMs(),
              dir + " has less room than the next clean may need",
              Moments.bytes(free)
                  + " free, the largest group of segments may take "
                  + Moments.bytes(largest),
              "Give the disk room before the cleaner needs it: a write that fails takes the whole"
                  + " log directory offline."));
    }
  }

  /** When the space is gone at the rate of the window; empty if it does not shrink. */
  static OptionalLong fullInMs(Optional<Trend> free, JudgeOptions options) {
    if (free.isEmpty()
        || free.get().spanMs() < options.trendWindowMs() / 2
        || free.get().grown() >= 0) {
      return OptionalLong.empty();
    }
    double perMs = (double) -free.get().grown() / free.get().spanMs();
    return OptionalLong.of((long) (free.get().last() / perMs));
  }
}
