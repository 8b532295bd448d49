// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge.broker;

import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.supervisor.probe.broker.BrokerPartition;
import io.kleaner.supervisor.probe.broker.CleanAhead;
import io.kleaner.supervisor.probe.broker.CleanAhead.Kind;
import io.kleaner.supervisor.probe.broker.CleanAhead.Trouble;
import io.kleaner.supervisor.probe.broker.PartitionFiles;
import io.kleaner.supervisor.probe.broker.Seen;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What became of something that is over, as far as the look tells at which it is no longer seen:
 * that a batch no longer lies ahead of the cleaner need not be good news. Pure.
 */
public final class Aftermath {

  private static final Set<Kind> CORRUPT = Set.of(Kind.WRONG_CRC, Kind.NO_BATCH);

  private Aftermath() {}

  /**
   * Says it.
   *
   * @param ended what was wrong
   * @param before the last judgement in which it was
   * @param now the first in which it is not
   * @return a clause; empty if nothing tells
   */
  public static Optional<String> of(Diagnosis ended, Judgement before, Judgement now) {
    Optional<TopicPartition> id =
        ended.partition().filter(each -> each.toString().equals(ended.subject()));
    if (id.isEmpty()) {
      return Optional.empty();
    }
    BrokerPartition partition = now.sample().partitions().get(id.get());
    if (partition == null) {
      return Optional.of("the partition is no longer seen on this broker");
    }
    return switch (ended.ailment()) {
      case CORRUPT_BATCH_AHEAD, BOMB_AHEAD, LARGE_BATCH_AHEAD -> {
        Optional<BrokerPartition> earlier =
            Optional.ofNullable(before.sample().partitions().get(id.get()));
        OptionalLong offset =
            earlier.isPresent() ? offset(ended.ailment(), earlier.get()) : OptionalLong.empty();
        yield offset.isPresent() ? ahead(offset.getAsLong(), partition) : Optional.empty();
      }
      case CORRUPT_BATCH_CLEANED ->
          troubles(partition).stream().anyMatch(each -> each.kind() == Kind.LAUNDERED)
              ? Optional.of("it was told for an hour; what was written so stays wrong")
              : Optional.empty();
      default -> Optional.empty();
    };
  }

  /** Of the batch that it was about. */
  private static OptionalLong offset(Ailment ailment, BrokerPartition before) {
    if (ailment == Ailment.LARGE_BATCH_AHEAD) {
      return before.ahead().get().flatMap(CleanAhead::largest).stream()
          .mapToLong(CleanAhead.Largest::baseOffset)
          .findFirst();
    }
    Set<Kind> kinds = ailment == Ailment.BOMB_AHEAD ? Set.of(Kind.BOMB) : CORRUPT;
    long firstDirty =
        before.files().get().map(PartitionFiles::firstDirtyOffset).orElse(Long.MIN_VALUE);
    return troubles(before).stream()
        .filter(each -> kinds.contains(each.kind()) && each.baseOffset() >= firstDirty)
        .mapToLong(Trouble::baseOffset)
        .findFirst();
  }

  private static List<Trouble> troubles(BrokerPartition partition) {
    return partition.ahead().get().map(CleanAhead::troubles).orElse(List.of());
  }

  private static Optional<String> ahead(long offset, BrokerPartition now) {
    if (now.files() instanceof Seen.Missing<PartitionFiles> missing) {
      return Optional.of("its files are not seen any more: " + missing.why());
    }
    if (now.ahead() instanceof Seen.Missing<CleanAhead> missing) {
      return Optional.of("what lies ahead is not read any more: " + missing.why());
    }
    for (Trouble each : troubles(now)) {
      if (each.baseOffset() == offset && each.kind() == Kind.LAUNDERED) {
        return Optional.of(
            "a clean wrote its wrong bytes anew with a CRC that fits, see "
                + Ailment.CORRUPT_BATCH_CLEANED.rule());
      }
      if (each.baseOffset() == offset && each.kind() == Kind.COPIED) {
        return Optional.of(
            "a clean copied it as it is, see " + Ailment.CORRUPT_BATCH_CLEANED.rule());
      }
    }
    PartitionFiles files = now.files().get().orElseThrow();
    if (files.logStartOffset() > offset) {
      return Optional.of("it was deleted with the beginning of the log");
    }
    if (files.logEndOffset() <= offset) {
      return Optional.of("the log ends below it now");
    }
    return files.firstDirtyOffset() > offset
        ? Optional.of("a clean went past it, up to offset " + files.firstDirtyOffset())
        : Optional.empty();
  }
}
