// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge.broker;

import io.kleaner.supervisor.judge.Severity;

/**
 * The whole catalogue of what can be wrong with a broker's cleaning and be seen from outside: the
 * alert's name, how grave it is, of what it is told, and when it holds.
 */
public enum Ailment {
  CLEANER_DEAD(
      "CleanerDead",
      Severity.CRITICAL,
      "thread",
      "a cleaner thread that should be there is not; all compacted topics stall with the last one"),
  CLEANER_CRASH_LOOP(
      "CleanerCrashLoop",
      Severity.CRITICAL,
      "broker",
      "threads died again and again within the window, though a restart hides it from"
          + " DeadThreadCount"),
  CLEANER_HUNG(
      "CleanerHung",
      Severity.CRITICAL,
      "thread",
      "a thread is there, waits for a disk or a lock, and does not get on"),
  CLEANER_SPINNING(
      "CleanerSpinning",
      Severity.CRITICAL,
      "thread",
      "a thread uses the processor and nothing gets clean: the same range again and again"),
  CLEANER_STARVED(
      "CleanerStarved",
      Severity.WARNING,
      "thread",
      "a thread sleeps in the throttle nearly all the time and nothing gets clean"),
  CLEANER_OFF("CleanerOff", Severity.CRITICAL, "broker", "log.cleaner.enable is false"),
  PARTITION_UNCLEANABLE(
      "PartitionUncleanable",
      Severity.CRITICAL,
      "partition",
      "the broker gave a partition up until its next restart"),
  PARTITIONS_UNCLEANABLE(
      "PartitionsUncleanable",
      Severity.CRITICAL,
      "log directory",
      "a gauge counts partitions that were given up and no log line that was read names them"),
  BROKER_PARTITION_STALLED(
      "BrokerPartitionStalled",
      Severity.WARNING,
      "partition",
      "it is eligible, its checkpoint stands still, and threads are there"),
  BROKER_FALLING_BEHIND(
      "BrokerFallingBehind",
      Severity.WARNING,
      "broker",
      "cleans go on and still more gets dirty than is cleaned"),
  DEDUPE_BUFFER_FULL(
      "DedupeBufferFull",
      Severity.WARNING,
      "broker",
      "the map of keys fills up in one clean: a range takes several rewrites"),
  HANGING_TRANSACTION(
      "HangingTransaction",
      Severity.CRITICAL,
      "partition",
      "a transaction is open longer than any may be: nothing above it is cleaned, or read by"
          + " read_committed consumers"),
  TRANSACTION_PINS(
      "TransactionPins",
      Severity.WARNING,
      "partition",
      "an open transaction has held back cleaning for long, within its time-out"),
  LAST_STABLE_OFFSET_STUCK(
      "LastStableOffsetStuck",
      Severity.WARNING,
      "partition",
      "the last stable offset stands still below the high watermark and no source names whose"
          + " transaction it is"),
  REPLICA_AWAY(
      "ReplicaAway",
      Severity.WARNING,
      "partition",
      "a replica of a compacted partition is out of sync: if it stays away for longer than"
          + " delete.retention.ms, what was deleted can come back"),
  CHECKPOINT_OUTSIDE_LOG(
      "CheckpointOutsideLog",
      Severity.WARNING,
      "partition",
      "the cleaner's checkpoint lies outside the log; the broker resets it at the next clean"),
  CLEANED_PAST_HIGH_WATERMARK(
      "CleanedPastHighWatermark",
      Severity.CRITICAL,
      "partition",
      "the cleaner's checkpoint lies above the high watermark: what replicas had not agreed on was"
          + " cleaned"),
  UNKEYED_RECORDS_DROPPED(
      "UnkeyedRecordsDropped",
      Severity.CRITICAL,
      "partition",
      "a clean deleted records because they have no key"),
  UNKEYED_RECORDS_REFUSED(
      "UnkeyedRecordsRefused",
      Severity.INFO,
      "broker",
      "producers send records without a key to compacted topics; the broker refuses them"),
  HIGH_WATERMARK_WENT_BACK(
      "HighWatermarkWentBack",
      Severity.CRITICAL,
      "partition",
      "the high watermark is lower than it was: records that were agreed on are gone, as when the"
          + " end of a log is lost at a restart"),
  CLEAN_GREW(
      "CleanGrew",
      Severity.INFO,
      "partition",
      "the last clean wrote more than it read, as when old formats or other codecs are rewritten"),
  EMPTY_SEGMENTS(
      "EmptySegments",
      Severity.INFO,
      "partition",
      "segments without a byte stay: a clean leaves them until the next one, releases before 3.0"
          + " for good, one for each 2^31 offsets"),
  TIME_INDEX_PADDED(
      "TimeIndexPadded",
      Severity.WARNING,
      "partition",
      "the time index of a sealed segment ends in zeros, as after an unclean stop: what goes by time"
          + " goes wrong there"),
  CORRUPT_BATCH_AHEAD(
      "CorruptBatchAhead",
      Severity.WARNING,
      "partition",
      "what is to be cleaned has a batch whose CRC does not fit, or bytes that are no batch: the"
          + " broker's cleaner will spoil it or give the partition up"),
  BOMB_AHEAD(
      "BombAhead",
      Severity.WARNING,
      "partition",
      "what is to be cleaned has a batch that decompresses to a good part of the broker's heap: the"
          + " cleaner may die of it"),
  LARGE_BATCH_AHEAD(
      "LargeBatchAhead",
      Severity.INFO,
      "partition",
      "what is to be cleaned has a batch above max.message.bytes: the cleaner needs memory for it"),
  CORRUPT_BATCH_CLEANED(
      "CorruptBatchCleaned",
      Severity.CRITICAL,
      "partition",
      "a batch whose CRC did not fit was cleaned: its wrong bytes have one that fits now, and"
          + " consumers read them; or a clean copied it as it is (then it is a warning)"),
  OFFSET_OVERFLOW(
      "OffsetOverflow",
      Severity.WARNING,
      "partition",
      "a segment holds an offset more than 2^31-1 above its base: a cleaner before 2.0 that comes"
          + " there dies (a later one splits it; then it is for information)"),
  OFFSETS_TOPIC_LARGE(
      "OffsetsTopicLarge",
      Severity.WARNING,
      "partition",
      "a partition of an internal topic is far larger than what it holds can be"),
  DISK_FILLING(
      "DiskFilling", Severity.WARNING, "log directory", "the disk is full soon at this rate"),
  DISK_TOO_TIGHT(
      "DiskTooTight",
      Severity.CRITICAL,
      "log directory",
      "less is free than the largest group of segments needs that may be cleaned next: a clean that"
          + " fills the disk takes the directory offline"),
  LOG_DIR_OFFLINE("LogDirOffline", Severity.CRITICAL, "broker", "a log directory is offline"),
  LOG_DIR_ODD(
      "LogDirOdd",
      Severity.WARNING,
      "log directory",
      "something in it is not as it should be, such as a checkpoint that cannot be read"),
  METADATA_STUCK(
      "MetadataStuck",
      Severity.CRITICAL,
      "broker",
      "the broker no longer applies metadata, as when the cleaner was reconfigured while a thread"
          + " was blocked"),
  GAUGES_GONE(
      "GaugesGone",
      Severity.INFO,
      "broker",
      "the cleaner's gauges vanished while its threads are there (KAFKA-16574)"),
  SOURCE_SILENT(
      "SourceSilent",
      Severity.WARNING,
      "source",
      "a source that was named gives nothing, or nothing new: what it would add is unknown"),
  BROKER_LOG_TIMES_OFF(
      "BrokerLogTimesOff",
      Severity.WARNING,
      "source",
      "the times in a broker's log are of another zone than --broker-log-zone says: deaths and marks"
          + " are taken for older or newer than they are"),
  BROKER_UNSEEN(
      "BrokerUnseen",
      Severity.CRITICAL,
      "broker",
      "no source that was named answers; or both JMX and the Admin API were, and files alone do");

  private final String rule;
  private final Severity severity;
  private final String subject;
  private final String holdsWhen;

  Ailment(String rule, Severity severity, String subject, String holdsWhen) {
    this.rule = rule;
    this.severity = severity;
    this.subject = subject;
    this.holdsWhen = holdsWhen;
  }

  /** The name of its alert. */
  public String rule() {
    return rule;
  }

  /** How grave it is, unless a diagnosis says otherwise. */
  public Severity severity() {
    return severity;
  }

  /** Of what it is told. */
  public String subject() {
    return subject;
  }

  /** When it holds, for the documentation. */
  public String holdsWhen() {
    return holdsWhen;
  }
}
