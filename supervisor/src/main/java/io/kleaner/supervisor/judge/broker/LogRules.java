// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge.broker;

import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.supervisor.probe.broker.BrokerPartition;
import io.kleaner.supervisor.probe.broker.BrokerSample;
import io.kleaner.supervisor.probe.broker.CleanerLog;
import io.kleaner.supervisor.probe.broker.LogEvent;
import io.kleaner.supervisor.probe.broker.PartitionFiles;
import io.kleaner.supervisor.probe.broker.Seen;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Judges what cleans and restarts did to logs. Pure.
 *
 * <ol>
 *   <li>A high watermark that is lower than it was means that records are gone that were agreed on.
 *   <li>A clean that wrote more than it read makes a log larger.
 *   <li>Many segments without a byte that stay, and time indexes that end in zeros, are told. A
 *       clean that drops all of some segments leaves them without a byte, which the next one
 *       merges: those of a moment are nothing to tell.
 * </ol>
 */
final class LogRules {

  private static final long TOLD_MS = 3_600_000;

  /**
   * Twice the default of {@code file.delete.delay.ms}: by then the files of a clean are settled.
   */
  private static final long EMPTY_FOR_MS = 120_000;

  private final BrokerSample sample;
  private final BrokerHistory history;
  private final Map<TopicPartition, LogEvent.Cleaned> cleaned = new HashMap<>();
  private final List<Diagnosis> diagnoses = new ArrayList<>();

  LogRules(BrokerSample sample, BrokerHistory history) {
    this.sample = sample;
    this.history = history;
    if (sample.log() instanceof Seen.Known<CleanerLog> log) {
      for (LogEvent event : log.value().events()) {
        if (event instanceof LogEvent.Cleaned clean) {
          cleaned.put(clean.partition(), clean);
        }
      }
    }
  }

  List<Diagnosis> judge() {
    for (BrokerPartition partition : sample.partitions().values()) {
      wentBack(partition.partition());
      grew(partition.partition());
      partition.files().get().ifPresent(files -> segments(partition.partition(), files));
    }
    return diagnoses;
  }

  private void wentBack(TopicPartition id) {
    history
        .watermark(id)
        .filter(each -> each.wentBackMs() >= 0 && sample.atMs() - each.wentBackMs() < TOLD_MS)
        .ifPresent(
            each ->
                diagnoses.add(
                    Diagnosis.of(
                        Ailment.HIGH_WATERMARK_WENT_BACK,
                        id,
                        each.wentBackMs(),
                        "the high watermark of "
                            + id
                            + " went back: records that were agreed on are gone, and their offsets"
                            + " are given to others",
                        "it was " + each.highest() + ", it is " + each.now(),
                        "Nothing, if the topic was deleted and made anew just then. Else stop its"
                            + " producers; look for an unclean election or truncation in the"
                            + " brokers' logs, or for a restart after a clean that emptied the end"
                            + " of the log (KAFKA-17076); compare the replicas' directories: kleaner"
                            + " diff REPLICA-DIR OTHER-DIR. Consumers that were past "
                            + each.now()
                            + " have to be set back.")));
  }

  private void grew(TopicPartition id) {
    LogEvent.Cleaned clean = cleaned.get(id);
    if (clean != null && clean.bytesBefore() >= 0 && clean.bytesAfter() > clean.bytesBefore()) {
      diagnoses.add(
          Diagnosis.of(
              Ailment.CLEAN_GREW,
              id,
              clean.atMs(),
              "the last clean of " + id + " wrote more than it read",
              Moments.bytes(clean.bytesBefore()) + " became " + Moments.bytes(clean.bytesAfter()),
              "It can happen once, when old formats are rewritten. If it goes on, a segment can"
                  + " outgrow its limit and end the clean (KAFKA-20036): let producers and topic use"
                  + " one compression.type; an offline 'kleaner compact "
                  + id
                  + "' begins another segment instead."));
    }
  }

  private void segments(TopicPartition id, PartitionFiles files) {
    history
        .partition(id)
        .map(PartitionTrack::emptySinceMs)
        .filter(sinceMs -> sinceMs >= 0 && sample.atMs() - sinceMs >= EMPTY_FOR_MS)
        .ifPresent(sinceMs -> empty(id, files, sinceMs));
    if (files.paddedTimeIndexes() > 0) {
      diagnoses.add(
          Diagnosis.of(
              Ailment.TIME_INDEX_PADDED,
              id,
              sample.atMs(),
              files.paddedTimeIndexes()
                  + " time indexes of sealed segments of "
                  + id
                  + " end in zeros",
              "in " + files.dir() + " (KAFKA-10207)",
              "Lags, retention and look-ups by time go wrong there. kleaner check --level 3 "
                  + files.dir()
                  + " names them. Stop the broker, delete those .timeindex files, start it: it builds"
                  + " them anew."));
    }
  }

  private void empty(TopicPartition id, PartitionFiles files, long sinceMs) {
    diagnoses.add(
        Diagnosis.of(
            Ailment.EMPTY_SEGMENTS,
            id,
            sinceMs,
            id + " has " + files.emptySegments() + " segments without a byte",
            files.emptySegments() + " of " + files.segments() + " segments in " + files.dir(),
            "They cost open files and time at a start, no data. "
                + (BrokerText.mergesEmptySegments(sample)
                    ? "A clean that drops all of some segments leaves them so, and this broker's next"
                        + " clean of the partition merges them. "
                    : "Releases before 3.0 leave one for each 2^31 offsets (KAFKA-12889); any leaves"
                        + " them where a clean drops all of some segments, until the next clean of"
                        + " the partition, which from 3.0 on merges them all. ")
                + "To be rid of them at once: stop the broker, run 'kleaner compact "
                + files.dir()
                + "', start it."));
  }
}
