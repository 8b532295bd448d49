// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge.broker;

import io.kleaner.supervisor.judge.Verdict;
import io.kleaner.supervisor.probe.broker.BrokerPartition;
import io.kleaner.supervisor.probe.broker.CleanAhead;
import io.kleaner.supervisor.probe.broker.ConfigValue;
import io.kleaner.supervisor.probe.broker.OpenTransaction;
import io.kleaner.supervisor.probe.broker.PartitionFiles;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What was seen of a partition, in plain words. */
final class PartitionFacts {

  private static final int PERCENT = 100;

  private PartitionFacts() {}

  /** A sentence each; the list is the caller's. */
  static List<String> of(BrokerPartition partition, long nowMs) {
    List<String> facts = new ArrayList<>();
    Optional<PartitionFiles> files = partition.files().get();
    files.ifPresent(
        each -> {
          facts.add(
              Moments.bytes(each.sizeBytes())
                  + " in "
                  + each.segments()
                  + " segments, offsets "
                  + each.logStartOffset()
                  + " to "
                  + each.logEndOffset()
                  + ", in "
                  + each.dir());
          facts.add(
              Moments.bytes(each.dirtyBytes())
                  + " dirty, ratio "
                  + Math.round(each.dirtyRatio() * PERCENT)
                  + " %; first dirty offset "
                  + each.firstDirtyOffset()
                  + (each.firstUncleanableOffset().isPresent()
                      ? ", first uncleanable offset " + each.firstUncleanableOffset().getAsLong()
                      : ""));
          if (each.cleanerCheckpoint().isEmpty()) {
            facts.add("it has no cleaner checkpoint: it was never cleaned");
          }
        });
    partition
        .lastClean()
        .ifPresent(
            clean ->
                facts.add(
                    "last cleaned at "
                        + Moments.at(clean.atMs())
                        + ", "
                        + Moments.span(nowMs - clean.atMs())
                        + " ago, by "
                        + clean.source().option()));
    partition
        .reclaimable()
        .get()
        .ifPresent(
            estimate ->
                facts.add(
                    "a clean would free about "
                        + Moments.bytes(estimate.bytes())
                        + ": an estimate from "
                        + Moments.bytes(estimate.sampledBytes())
                        + " of "
                        + Moments.bytes(estimate.dirtyBytes())));
    partition
        .ahead()
        .get()
        .filter(ahead -> ahead.dirtyBytes() > 0)
        .ifPresent(
            ahead ->
                facts.add(
                    Moments.bytes(ahead.readBytes())
                        + " of "
                        + Moments.bytes(ahead.dirtyBytes())
                        + " dirty were read ahead of the cleaner"));
    partition
        .ahead()
        .get()
        .flatMap(CleanAhead::horizons)
        .ifPresent(each -> facts.add(horizons(each, nowMs)));
    partition
        .config()
        .get()
        .ifPresent(
            config -> {
              for (String key :
                  List.of(
                      "cleanup.policy",
                      "min.cleanable.dirty.ratio",
                      "min.compaction.lag.ms",
                      "max.compaction.lag.ms",
                      "delete.retention.ms")) {
                config.get(key).ifPresent(value -> facts.add(key + "=" + text(value)));
              }
            });
    for (OpenTransaction each : partition.transactions().get().orElse(List.of())) {
      facts.add(
          "open transaction of producer "
              + each.producerId()
              + ", epoch "
              + each.producerEpoch()
              + each.transactionalId().map(name -> " (" + name + ")").orElse("")
              + " from offset "
              + each.startOffset()
              + ", for "
              + Moments.span(each.ageMs(nowMs))
              + " at least");
    }
    return facts;
  }

  /** What is known of the threads that would clean it, a sentence; empty if nothing is. */
  static Optional<String> threads(List<ThreadVerdict> threads) {
    String known =
        threads.stream()
            .filter(each -> each.id().isPresent() || each.verdict() instanceof Verdict.Dead)
            .map(
                each ->
                    each.name()
                        + " is "
                        + (each.state().equals("unknown") ? "alive" : each.state()))
            .collect(Collectors.joining(", "));
    return known.isEmpty()
        ? Optional.empty()
        : Optional.of("the broker's cleaner threads: " + known);
  }

  /** Tombstones that outlive delete.retention.ms do so because nothing was cleaned since. */
  private static String horizons(CleanAhead.Horizons horizons, long nowMs) {
    return horizons.batches()
        + " batches in the first "
        + Moments.bytes(horizons.readBytes())
        + " of the cleaned part hold tombstones or transaction markers; the first of them "
        + (horizons.earliestMs() > nowMs
            ? "may go from " + Moments.at(horizons.earliestMs()) + " on"
            : "have been past delete.retention.ms for "
                + Moments.span(nowMs - horizons.earliestMs())
                + ", and go with the next clean, whenever that comes");
  }

  /** A setting, and where it comes from. */
  static String text(ConfigValue value) {
    return value.text() + " (" + value.origin().text() + ")";
  }
}
