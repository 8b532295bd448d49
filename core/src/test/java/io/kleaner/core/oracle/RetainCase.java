// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.oracle;

import io.kleaner.core.oracle.RetainBranch.Of;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.RecordBatch;

/**
 * A branch, met in a batch of a format, a codec and a kind.
 *
 * @param magic of the batch before the clean
 * @param codec likewise
 */
record RetainCase(RetainBranch branch, byte magic, CompressionType codec, Kind kind)
    implements Comparable<RetainCase> {

  /** Kinds of batches that the rules tell apart. */
  enum Kind {
    DATA,
    TRANSACTIONAL,
    CONTROL
  }

  private static final Set<Of> OF_V2 =
      EnumSet.of(
          Of.RECORD_OF_V2,
          Of.TRANSACTIONAL_RECORD,
          Of.BATCH_OF_V2,
          Of.ABORTED_BATCH,
          Of.HEADER,
          Of.MARKER);
  private static final Set<Of> OF_LEGACY = EnumSet.of(Of.LEGACY_RECORD, Of.LEGACY_BATCH);
  private static final Set<Of> OF_TRANSACTIONS =
      EnumSet.of(Of.TRANSACTIONAL_RECORD, Of.ABORTED_BATCH);
  private static final Set<RetainBranch> IN_PART =
      EnumSet.of(RetainBranch.CONVERTED_IN_PART, RetainBranch.CONVERTED_STAMPED_IN_PART);

  /** What cannot be, each with the reason. */
  private static final List<Impossible> IMPOSSIBLE =
      List.of(
          new Impossible(
              "zstd came after magic 2, and older batches with it are refused",
              each -> each.isLegacy() && each.codec == CompressionType.ZSTD),
          new Impossible(
              "transactions and control batches came with magic 2",
              each -> each.isLegacy() && each.kind != Kind.DATA),
          new Impossible(
              "horizons, empty batches, producers and copying are of magic 2: the rest is converted",
              each -> each.isLegacy() && OF_V2.contains(each.branch.of())),
          new Impossible(
              "only magic 0 and 1 are converted, or judged by their segment's age",
              each -> !each.isLegacy() && OF_LEGACY.contains(each.branch.of())),
          new Impossible(
              "without a codec each record of magic 0 and 1 is a batch of its own",
              each ->
                  each.isLegacy()
                      && each.codec == CompressionType.NONE
                      && IN_PART.contains(each.branch)),
          new Impossible(
              "control batches are written without a codec",
              each -> each.kind == Kind.CONTROL && each.codec != CompressionType.NONE),
          new Impossible(
              "an empty batch has no codec",
              each -> each.branch.of() == Of.HEADER && each.codec != CompressionType.NONE),
          new Impossible(
              "control batches go by rules of their own, and data batches are none",
              each ->
                  each.branch.of() != Of.UNTOUCHED
                      && (each.kind == Kind.CONTROL) != (each.branch.of() == Of.MARKER)),
          new Impossible(
              "only what is in a transaction is aborted",
              each -> each.kind == Kind.DATA && OF_TRANSACTIONS.contains(each.branch.of())));

  private record Impossible(String reason, Predicate<RetainCase> is) {}

  /** Each branch in every format, codec and kind that can be. */
  static Stream<RetainCase> possible() {
    return Arrays.stream(RetainBranch.values())
        .flatMap(RetainCase::everywhere)
        .filter(each -> each.whyNot().isEmpty());
  }

  private static Stream<RetainCase> everywhere(RetainBranch branch) {
    return Stream.of(
            RecordBatch.MAGIC_VALUE_V0, RecordBatch.MAGIC_VALUE_V1, RecordBatch.MAGIC_VALUE_V2)
        .flatMap(
            magic ->
                Arrays.stream(CompressionType.values())
                    .flatMap(
                        codec ->
                            Arrays.stream(Kind.values())
                                .map(kind -> new RetainCase(branch, magic, codec, kind))));
  }

  /** Why it cannot be, if so. */
  Optional<String> whyNot() {
    return IMPOSSIBLE.stream()
        .filter(each -> each.is.test(this))
        .map(Impossible::reason)
        .findFirst();
  }

  private boolean isLegacy() {
    return magic < RecordBatch.MAGIC_VALUE_V2;
  }

  @Override
  public int compareTo(RetainCase other) {
    return Comparator.comparing(RetainCase::branch)
        .thenComparing(RetainCase::magic)
        .thenComparing(RetainCase::codec)
        .thenComparing(RetainCase::kind)
        .compare(this, other);
  }

  /** Such as {@code v2 zstd transactional: batch is emptied and goes}. */
  @Override
  public String toString() {
    return "v"
        + magic
        + " "
        + codec.name
        + " "
        + kind.name().toLowerCase(java.util.Locale.ROOT)
        + ": "
        + branch.what();
  }
}
