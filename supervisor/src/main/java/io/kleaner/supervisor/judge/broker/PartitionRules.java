// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge.broker;

import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.core.settings.CleanupPolicy;
import io.kleaner.supervisor.judge.Verdict;
import io.kleaner.supervisor.probe.broker.BrokerPartition;
import io.kleaner.supervisor.probe.broker.BrokerSample;
import io.kleaner.supervisor.probe.broker.CleanerLog;
import io.kleaner.supervisor.probe.broker.InternalTopics;
import io.kleaner.supervisor.probe.broker.LogEvent;
import io.kleaner.supervisor.probe.broker.Offsets;
import io.kleaner.supervisor.probe.broker.PartitionFiles;
import io.kleaner.supervisor.probe.broker.Seen;
import io.kleaner.supervisor.probe.broker.TopicConfig;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Judges the partitions of a broker. Pure.
 *
 * <ol>
 *   <li>One that a log line says was given up is uncleanable, until the broker's next start.
 *   <li>One whose topic was isolated is in quarantine.
 *   <li>One that is eligible and whose first dirty offset stands still for too long, while threads
 *       live and none is at it, is stalled. With no thread alive the dead cleaner is told instead.
 *   <li>A checkpoint above the high watermark, or outside the log, is told.
 *   <li>One of which no files are seen is unknown.
 * </ol>
 */
final class PartitionRules {

  private final BrokerSample sample;
  private final BrokerHistory history;
  private final JudgeOptions options;
  private final Set<String> isolatedTopics;
  private final PartitionsJudge.AtWork atWork;
  private final Map<TopicPartition, LogEvent.InvalidMessages> dropped = new HashMap<>();
  private final List<PartitionVerdict> verdicts = new ArrayList<>();
  private final List<Diagnosis> diagnoses = new ArrayList<>();

  PartitionRules(
      BrokerSample sample,
      BrokerHistory history,
      JudgeOptions options,
      Set<String> isolatedTopics,
      PartitionsJudge.AtWork atWork) {
    this.sample = sample;
    this.history = history;
    this.options = options;
    this.isolatedTopics = isolatedTopics;
    this.atWork = atWork;
    if (sample.log() instanceof Seen.Known<CleanerLog> log) {
      for (LogEvent event : log.value().events()) {
        if (event instanceof LogEvent.InvalidMessages invalid && invalid.partition().isPresent()) {
          dropped.put(invalid.partition().get(), invalid);
        }
      }
    }
  }

  void judge() {
    sample.partitions().values().forEach(this::judge);
  }

  private void judge(BrokerPartition partition) {
    Optional<PartitionFiles> files = partition.files().get();
    files.ifPresent(each -> checkpoint(partition, each));
    dropped(partition);
    internalSize(partition, files);
    if (partition.uncleanable().isPresent()) {
      uncleanable(partition, partition.uncleanable().get());
    } else if (isolatedTopics.contains(partition.partition().topic())) {
      add(
          partition,
          "quarantined",
          new Verdict.Degraded("its topic is isolated"),
          "its topic is isolated: no partition of it is compacted on any broker",
          -1);
    } else if (files.isEmpty()) {
      unseen(partition);
    } else {
      judge(partition, files.get());
    }
  }

  private void unseen(BrokerPartition partition) {
    Optional<TopicConfig> config = partition.config().get();
    if (config.isPresent() && config.get().cleanupPolicy() == CleanupPolicy.DELETE) {
      add(
          partition,
          "not-compacted",
          new Verdict.Healthy("cleanup.policy is delete"),
          "its topic is not compacted: cleanup.policy is delete",
          -1);
      return;
    }
    String why =
        partition.files() instanceof Seen.Missing<PartitionFiles> missing
            ? missing.why() + "; it would add " + missing.wouldAdd()
            : "nobody has looked at it yet";
    add(partition, "unseen", new Verdict.Unknown(why), why, -1);
  }

  private void judge(BrokerPartition partition, PartitionFiles files) {
    PartitionTrack track = history.partition(partition.partition()).orElseThrow();
    String reason = files.eligibility().sentence();
    switch (files.eligibility().kind()) {
      case NOT_COMPACTED ->
          add(partition, "not-compacted", new Verdict.Healthy(reason), reason, -1);
      case UNKNOWN_POLICY ->
          add(partition, "unknown-policy", new Verdict.Unknown(reason), reason, -1);
      case NOTHING_CLEANABLE ->
          add(partition, "clean", new Verdict.Healthy(reason), reason, track.sinceMs());
      case NOT_DIRTY_ENOUGH ->
          add(partition, "not-eligible", new Verdict.Healthy(reason), reason, track.sinceMs());
      case UNFIT -> add(partition, "unseen", new Verdict.Unknown(reason), reason, -1);
      case ELIGIBLE -> eligible(partition, files, track);
    }
  }

  private void eligible(BrokerPartition partition, PartitionFiles files, PartitionTrack track) {
    long waitsMs = sample.atMs() - track.eligibleSinceMs();
    if (!atWork.someoneLives()) {
      String reason = "it is eligible, and no cleaner thread is alive to clean it";
      add(partition, "stalled", new Verdict.Stalled(reason), reason, track.sinceMs());
    } else if (atWork.beingCleaned().contains(partition.partition())) {
      add(
          partition,
          "cleaning",
          new Verdict.Healthy("a thread is at it"),
          "a thread is at it",
          track.sinceMs());
    } else if (waitsMs >= options.stalledAfterMs()) {
      stalled(partition, files, track, waitsMs);
    } else {
      String reason = files.eligibility().sentence();
      add(partition, "dirty", new Verdict.Healthy(reason), reason, track.eligibleSinceMs());
    }
  }

  private void stalled(
      BrokerPartition partition, PartitionFiles files, PartitionTrack track, long waitsMs) {
    TopicPartition id = partition.partition();
    long grown = files.dirtyBytes() - track.dirtyBytes();
    String summary =
        id
            + " has been eligible for "
            + Moments.span(waitsMs)
            + " and does not get clean: its first dirty offset stands at "
            + files.firstDirtyOffset();
    String evidence =
        Moments.bytes(files.dirtyBytes())
            + " dirty, ratio "
            + Math.round(files.dirtyRatio() * 100)
            + " %"
            + (grown > 0 ? ", grown by " + Moments.bytes(grown) + " meanwhile" : "")
            + "; other partitions "
            + (history.progressMs() < 0
                ? "were not seen to get clean either"
                : "last got clean " + Moments.span(sample.atMs() - history.progressMs()) + " ago");
    add(partition, "stalled", new Verdict.Stalled(summary), summary, track.eligibleSinceMs());
    diagnoses.add(
        Diagnosis.of(
            Ailment.BROKER_PARTITION_STALLED,
            id,
            track.eligibleSinceMs(),
            summary,
            evidence,
            "If others get clean: it waits behind dirtier ones (more log.cleaner.threads), or the"
                + " broker gave it up in silence: look for 'uncleanable' in its log since its start."
                + " If none does: see the threads."));
  }

  private void uncleanable(BrokerPartition partition, LogEvent.MarkedUncleanable mark) {
    TopicPartition id = partition.partition();
    String cause = mark.cause().orElse("the line that says why was not seen");
    String summary =
        id
            + " was given up by the broker at "
            + Moments.at(mark.atMs())
            + " and is not compacted until its next start: "
            + cause;
    add(partition, "uncleanable", new Verdict.Dead(summary), summary, mark.atMs());
    diagnoses.add(
        Diagnosis.of(
            Ailment.PARTITION_UNCLEANABLE,
            id,
            mark.atMs(),
            summary,
            mark.line(),
            "1. See what is wrong: kleaner check --level 3 "
                + partition.files().get().map(each -> each.dir().toString()).orElse("DIR/" + id)
                + ". 2. If another replica is whole, move this one to another broker and back"
                + " (kafka-reassign-partitions.sh). 3. Else stop the broker, run 'kleaner compact'"
                + " on the directory, start it. Only a restart or such a move clears the mark;"
                + " reviving the cleaner, repairing the file or changing the policy doesn't."));
  }

  private void checkpoint(BrokerPartition partition, PartitionFiles files) {
    if (files.cleanerCheckpoint().isEmpty()) {
      return;
    }
    TopicPartition id = partition.partition();
    long checkpoint = files.cleanerCheckpoint().getAsLong();
    if (checkpoint < files.logStartOffset() || checkpoint > files.logEndOffset()) {
      diagnoses.add(
          Diagnosis.of(
              Ailment.CHECKPOINT_OUTSIDE_LOG,
              id,
              sample.atMs(),
              "the cleaner's checkpoint of " + id + " lies outside its log",
              "checkpoint "
                  + checkpoint
                  + ", log "
                  + files.logStartOffset()
                  + " to "
                  + files.logEndOffset(),
              "Usually none: below the log start, records were deleted meanwhile and the broker goes"
                  + " on from there. Above the end, the log was truncated: the broker begins at its"
                  + " start (KAFKA-8724, KAFKA-6266). Never edit the checkpoint beside a live"
                  + " broker: a malformed line takes the directory offline."));
    } else if (partition.offsets() instanceof Seen.Known<Offsets> offsets
        && partition.files() instanceof Seen.Known<PartitionFiles> known
        && offsets.atMs() >= known.atMs()
        && checkpoint > offsets.value().highWatermark()) {
      diagnoses.add(
          Diagnosis.of(
              Ailment.CLEANED_PAST_HIGH_WATERMARK,
              id,
              offsets.atMs(),
              id + " was cleaned past the high watermark",
              "checkpoint "
                  + checkpoint
                  + ", high watermark "
                  + offsets.value().highWatermark()
                  + " (KAFKA-13194)",
              "Compare the replicas before a leader fails over: what one of them cleaned away may be"
                  + " missing in none or in all. Upgrade the broker to 3.0.1 or later."));
    }
  }

  private void dropped(BrokerPartition partition) {
    LogEvent.InvalidMessages invalid = dropped.get(partition.partition());
    if (invalid != null && sample.atMs() - invalid.atMs() < 3_600_000L) {
      diagnoses.add(
          Diagnosis.of(
              Ailment.UNKEYED_RECORDS_DROPPED,
              partition.partition(),
              invalid.atMs(),
              "a clean of "
                  + partition.partition()
                  + " deleted "
                  + invalid.count()
                  + " records because they have no key",
              invalid.line(),
              "If they are needed: set cleanup.policy=delete on the topic at once, and take them from"
                  + " a replica that has not been cleaned yet, or a backup. An offline 'kleaner"
                  + " compact --keep-unkeyed' keeps such records."));
    }
  }

  private void internalSize(BrokerPartition partition, Optional<PartitionFiles> files) {
    TopicPartition id = partition.partition();
    if (InternalTopics.contains(id.topic())
        && files.isPresent()
        && files.get().sizeBytes() > options.largeInternalBytes()) {
      diagnoses.add(
          Diagnosis.of(
              Ailment.OFFSETS_TOPIC_LARGE,
              id,
              sample.atMs(),
              id + " holds " + Moments.bytes(files.get().sizeBytes()),
              Moments.bytes(files.get().dirtyBytes())
                  + " of it dirty; last cleaned "
                  + partition
                      .lastClean()
                      .map(clean -> Moments.at(clean.atMs()))
                      .orElse("at a time that nothing tells")
                  + "; first dirty offset "
                  + files.get().firstDirtyOffset(),
              "It is a compacted topic like others: run 'kleaner explain "
                  + id
                  + "' to see why it is not compacted. Stop the broker and run 'kleaner compact"
                  + " --topic "
                  + id.topic()
                  + "' to have it small at once."));
    }
  }

  private void add(
      BrokerPartition partition, String state, Verdict verdict, String reason, long sinceMs) {
    verdicts.add(new PartitionVerdict(partition.partition(), state, verdict, reason, sinceMs));
  }

  List<PartitionVerdict> verdicts() {
    return verdicts;
  }

  List<Diagnosis> diagnoses() {
    return diagnoses;
  }
}
