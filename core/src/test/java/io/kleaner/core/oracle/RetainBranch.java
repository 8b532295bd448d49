// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.oracle;

/**
 * A way that a record, a batch or a marker can go in a clean, as the rules of compaction tell them
 * apart. Which of them a clean met is said by {@link RetentionModel}, without a look at the code
 * that decides.
 *
 * <p>A record past the mapped range has no branch: only whole segments are cleaned, and the map
 * holds all of them.
 */
enum RetainBranch {
  RECORD_NEWEST(Of.RECORD, "record of the dirty section stays: the newest of its key"),
  RECORD_UNRIVALLED(Of.RECORD, "record of the clean section stays: nothing newer in the dirty one"),
  RECORD_SUPERSEDED_IN_DIRTY(Of.RECORD, "record of the dirty section goes: superseded"),
  RECORD_SUPERSEDED_IN_CLEAN(Of.RECORD, "record of the clean section goes: superseded"),
  RECORD_UNKEYED(Of.RECORD, "record goes: it has no key"),
  RECORD_UNKEYED_KEPT(Of.RECORD, "record without a key stays: it is told to"),
  RECORD_ABORTED(Of.TRANSACTIONAL_RECORD, "record goes: its transaction was aborted"),
  TOMBSTONE_STAMPED(Of.RECORD_OF_V2, "tombstone stays: no horizon yet, this clean sets it"),
  TOMBSTONE_HELD(Of.RECORD_OF_V2, "tombstone stays: its horizon is still to come"),
  TOMBSTONE_DUE(Of.RECORD_OF_V2, "tombstone goes: its horizon has passed"),
  TOMBSTONE_DUE_KEPT(Of.RECORD_OF_V2, "tombstone is due and stays: none is to go"),
  TOMBSTONE_UNKEYED_KEPT(Of.RECORD, "tombstone without a key stays: it is told to"),
  LEGACY_TOMBSTONE_UNLIMITED(Of.LEGACY_RECORD, "tombstone stays: no segment was cleaned before"),
  LEGACY_TOMBSTONE_HELD(Of.LEGACY_RECORD, "tombstone stays: its segment is young"),
  LEGACY_TOMBSTONE_DUE(Of.LEGACY_RECORD, "tombstone goes: its segment is old"),
  LEGACY_TOMBSTONE_DUE_KEPT(Of.LEGACY_RECORD, "tombstone of an old segment stays: none is to go"),

  COPIED(Of.BATCH_OF_V2, "batch is copied: all of it stays"),
  COPIED_WITH_HORIZON(Of.BATCH_OF_V2, "batch with a horizon is copied: all of it stays"),
  REWRITTEN(Of.BATCH_OF_V2, "batch is written anew: a part of it stays"),
  REWRITTEN_WITH_HORIZON(Of.BATCH_OF_V2, "batch is written anew, its horizon stays"),
  STAMPED_WHOLE(Of.BATCH_OF_V2, "batch gets a horizon: all of it stays"),
  STAMPED_IN_PART(Of.BATCH_OF_V2, "batch gets a horizon: a part of it stays"),
  EMPTIED_FOR_PRODUCER(Of.BATCH_OF_V2, "batch is emptied, the header stays for its producer"),
  EMPTIED_FOR_END(Of.BATCH_OF_V2, "batch is emptied, the header stays as the end of the range"),
  EMPTIED_DROPPED(Of.BATCH_OF_V2, "batch is emptied and goes"),
  ABORTED_FOR_PRODUCER(Of.ABORTED_BATCH, "aborted batch goes, the header stays for its producer"),
  ABORTED_FOR_END(Of.ABORTED_BATCH, "aborted batch goes, the header stays as the end of the range"),
  ABORTED_DROPPED(Of.ABORTED_BATCH, "aborted batch goes"),
  HEADER_FOR_PRODUCER(Of.HEADER, "empty batch stays for its producer"),
  HEADER_FOR_END(Of.HEADER, "empty batch stays as the end of the range"),
  HEADER_DROPPED(Of.HEADER, "empty batch goes"),

  CONVERTED_WHOLE(Of.LEGACY_BATCH, "batch is converted: all of it stays"),
  CONVERTED_IN_PART(Of.LEGACY_BATCH, "batch is converted: a part of it stays"),
  CONVERTED_STAMPED_WHOLE(Of.LEGACY_BATCH, "batch is converted with a horizon: all of it stays"),
  CONVERTED_STAMPED_IN_PART(Of.LEGACY_BATCH, "batch is converted with a horizon: a part stays"),
  LEGACY_DROPPED(Of.LEGACY_BATCH, "batch of an old format goes: none of it stays"),

  COMMIT_NEEDED(Of.MARKER, "COMMIT stays: its transaction has data"),
  COMMIT_STAMPED(Of.MARKER, "COMMIT gets a horizon: its transaction has no data"),
  COMMIT_HELD(Of.MARKER, "COMMIT stays: its horizon is still to come"),
  COMMIT_DUE_KEPT(Of.MARKER, "COMMIT is due and stays: none is to go"),
  COMMIT_FOR_PRODUCER(Of.MARKER, "COMMIT is due, the header stays for its producer's epoch"),
  COMMIT_FOR_END(Of.MARKER, "COMMIT is due, the header stays as the end of the range"),
  COMMIT_DROPPED(Of.MARKER, "COMMIT is due and goes"),
  ABORT_NEEDED(Of.MARKER, "ABORT stays: its transaction has data"),
  ABORT_STAMPED(Of.MARKER, "ABORT gets a horizon: its transaction has no data"),
  ABORT_HELD(Of.MARKER, "ABORT stays: its horizon is still to come"),
  ABORT_DUE_KEPT(Of.MARKER, "ABORT is due and stays: none is to go"),
  ABORT_FOR_PRODUCER(Of.MARKER, "ABORT is due, the header stays for its producer's epoch"),
  ABORT_FOR_END(Of.MARKER, "ABORT is due, the header stays as the end of the range"),
  ABORT_DROPPED(Of.MARKER, "ABORT is due and goes"),
  MARKER_HEADER_FOR_PRODUCER(Of.MARKER, "empty marker stays for its producer's epoch"),
  MARKER_HEADER_FOR_END(Of.MARKER, "empty marker stays as the end of the range"),
  MARKER_HEADER_DROPPED(Of.MARKER, "empty marker goes"),
  LEADER_CHANGE_KEPT(Of.MARKER, "LEADER_CHANGE stays: it ends no transaction"),
  UNKNOWN_CONTROL_KEPT(Of.MARKER, "control record of an unknown type stays"),

  LEFT_ACTIVE(Of.UNTOUCHED, "batch is left alone: it is in the active segment"),
  LEFT_ABOVE_HIGH_WATERMARK(Of.UNTOUCHED, "batch is left alone: the high watermark is below"),
  LEFT_AFTER_OPEN_TRANSACTION(Of.UNTOUCHED, "batch is left alone: a transaction is open below"),
  LEFT_TOO_YOUNG(Of.UNTOUCHED, "batch is left alone: min.compaction.lag.ms has not passed");

  /** What a branch is about, which says in what formats, kinds and codecs it can be met. */
  enum Of {
    RECORD,
    RECORD_OF_V2,
    TRANSACTIONAL_RECORD,
    LEGACY_RECORD,
    BATCH_OF_V2,
    ABORTED_BATCH,
    /** A data batch that an earlier clean left without records. */
    HEADER,
    LEGACY_BATCH,
    /** Any control batch. */
    MARKER,
    /** A batch beyond the end of the cleaned range. */
    UNTOUCHED
  }

  private final Of of;
  private final String what;

  RetainBranch(Of of, String what) {
    this.of = of;
    this.what = what;
  }

  Of of() {
    return of;
  }

  /** In words, to follow a format and a codec. */
  String what() {
    return what;
  }

  /** Whether Kafka's cleaner has it: it always expires what is due, and keeps nothing unkeyed. */
  boolean isKafkas() {
    return switch (this) {
      case RECORD_UNKEYED_KEPT,
          TOMBSTONE_UNKEYED_KEPT,
          TOMBSTONE_DUE_KEPT,
          LEGACY_TOMBSTONE_DUE_KEPT,
          COMMIT_DUE_KEPT,
          ABORT_DUE_KEPT ->
          false;
      default -> true;
    };
  }

  /** Whether a record that goes this way is there afterwards. */
  boolean keepsRecord() {
    return switch (this) {
      case RECORD_NEWEST,
          RECORD_UNRIVALLED,
          RECORD_UNKEYED_KEPT,
          TOMBSTONE_STAMPED,
          TOMBSTONE_HELD,
          TOMBSTONE_DUE_KEPT,
          TOMBSTONE_UNKEYED_KEPT,
          LEGACY_TOMBSTONE_UNLIMITED,
          LEGACY_TOMBSTONE_HELD,
          LEGACY_TOMBSTONE_DUE_KEPT ->
          true;
      default -> false;
    };
  }
}
