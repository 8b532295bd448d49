// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.alert;

import java.util.Set;

/**
 * The names of all rules, so that one in a configuration that nobody raises is noticed. One file
 * may serve {@code serve} and {@code watch}, so each takes the rules of both.
 */
final class AlertRules {

  /** Raised by {@code kleaner serve}. */
  static final Set<String> OF_SERVE =
      Set.of(
          "BacklogWaits",
          "CertificateNotTaken",
          "CheckpointStuck",
          "FallingBehind",
          "JournalDead",
          "JournalUnwritable",
          "LogDirBlind",
          "LogDirIsolated",
          "LogDirUnwell",
          "NewsLost",
          "NoRoom",
          "PartitionQuarantined",
          "PartitionStalled",
          "PartitionStuck",
          "PartitionsQuarantined",
          "PolicyUnknown",
          "QuarantinesLost",
          "RestartBudgetSpent",
          "SupervisorDefect",
          "WorkerDead",
          "WorkerHung",
          "WorkerNotReplaced",
          "WorkerStarved");

  /** Raised by {@code kleaner watch}. */
  static final Set<String> OF_WATCH =
      Set.of(
          "BombAhead",
          "BrokerFallingBehind",
          "BrokerLogTimesOff",
          "BrokerPartitionStalled",
          "BrokerUnseen",
          "CheckpointOutsideLog",
          "CleanGrew",
          "CleanedPastHighWatermark",
          "CleanerCrashLoop",
          "CleanerDead",
          "CleanerHung",
          "CleanerNotRevived",
          "CleanerOff",
          "CleanerSpinning",
          "CleanerStarved",
          "CorruptBatchAhead",
          "CorruptBatchCleaned",
          "DedupeBufferFull",
          "DiskFilling",
          "DiskTooTight",
          "EmptySegments",
          "GaugesGone",
          "HandsDead",
          "HangingTransaction",
          "HighWatermarkWentBack",
          "LargeBatchAhead",
          "LastStableOffsetStuck",
          "LogDirOdd",
          "LogDirOffline",
          "MetadataStuck",
          "OffsetOverflow",
          "OffsetsTopicLarge",
          "OverrideLeft",
          "OverridesLost",
          "PartitionUncleanable",
          "PartitionsUncleanable",
          "PoisonNotIsolated",
          "RemedyAsked",
          "RemedyFailed",
          "RemedyStuck",
          "ReplicaAway",
          "SourceSilent",
          "TimeIndexPadded",
          "TransactionPins",
          "UnkeyedRecordsDropped",
          "UnkeyedRecordsRefused");

  private AlertRules() {}

  static boolean isKnown(String rule) {
    return OF_SERVE.contains(rule)
        || OF_WATCH.contains(rule)
        || rule.equals(AlertBook.LEFT_OUT_RULE);
  }
}
