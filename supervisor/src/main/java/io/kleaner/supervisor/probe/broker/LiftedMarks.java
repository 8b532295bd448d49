// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import io.kleaner.core.logdir.TopicPartition;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Knows which partitions the broker's cleaner no longer gives up though no line of its log says so:
 * it says nothing when a replica is moved away and back, or its topic is deleted and made anew.
 *
 * <ol>
 *   <li>The broker counts none, in the partition's directory or at all.
 *   <li>The partition's files are younger than its mark, and the broker does not count as many as
 *       the log names. By files alone that is believed, too.
 * </ol>
 *
 * <p>What was lifted stays so: a mark that comes again is another line. Not thread-safe.
 */
final class LiftedMarks {

  /** So long after its line files that were there before are not new. */
  private static final long SETTLED_MS = 5_000;

  /** Gauges are older than the look that has them, by much where the broker answers slowly. */
  private static final long COUNTED_MS = 30_000;

  private final Set<LogEvent.MarkedUncleanable> lifted = new HashSet<>();
  private Optional<LogMarks> of = Optional.empty();
  private LogMarks rest = new LogMarks(Map.of(), Map.of());

  /**
   * What is left of marks; the same object while it is the same.
   *
   * @param marks immutable; the same object while the log says nothing more
   */
  LogMarks without(LogMarks marks, Seen<JmxView> jmx, Collection<Seen<LogDirView>> logDirs) {
    if (marks.uncleanable().isEmpty()) {
      return marks;
    }
    lifted.retainAll(marks.uncleanable().values());
    Map<TopicPartition, LogEvent.MarkedUncleanable> open = new HashMap<>(marks.uncleanable());
    open.values().removeAll(lifted);
    int before = lifted.size();
    Counts counts = Counts.of(jmx);
    open.forEach(
        (partition, mark) -> {
          Optional<PartitionView> files = files(partition, logDirs);
          if (counts.isNone(files, mark) || isNew(files, mark, counts, open.size())) {
            lifted.add(mark);
          }
        });
    if (lifted.size() != before || of.filter(each -> isSame(each, marks)).isEmpty()) {
      of = Optional.of(marks);
      open.values().removeAll(lifted);
      rest = new LogMarks(Map.copyOf(open), marks.lastCleans());
    }
    return rest;
  }

  @SuppressWarnings("ReferenceEquality") // it is the same object while it is the same
  private static boolean isSame(LogMarks one, LogMarks other) {
    return one == other;
  }

  private static boolean isNew(
      Optional<PartitionView> files, LogEvent.MarkedUncleanable mark, Counts counts, int named) {
    OptionalLong bornMs = files.map(PartitionView::bornMs).orElse(OptionalLong.empty());
    return bornMs.isPresent()
        && bornMs.getAsLong() > mark.atMs() + SETTLED_MS
        && (counts.all().isEmpty() || counts.all().getAsLong() < named);
  }

  private static Optional<PartitionView> files(
      TopicPartition partition, Collection<Seen<LogDirView>> logDirs) {
    return logDirs.stream()
        .flatMap(dir -> dir.get().stream())
        .flatMap(dir -> Optional.ofNullable(dir.partitions().get(partition)).stream())
        .findFirst();
  }

  /**
   * How many the broker counts.
   *
   * @param byDir in each log directory, by the broker's name of it
   * @param all in all of them; empty if one does not tell
   * @param atMs when that was
   */
  private record Counts(Map<Path, Long> byDir, OptionalLong all, long atMs) {

    static Counts of(Seen<JmxView> jmx) {
      Map<Path, Long> byDir = new HashMap<>();
      if (!(jmx instanceof Seen.Known<JmxView> known)) {
        return new Counts(byDir, OptionalLong.empty(), 0);
      }
      Map<String, CleanerGauges.Uncleanable> gauges = known.value().gauges().uncleanable();
      gauges.forEach(
          (dir, counted) ->
              counted.partitions().ifPresent(count -> byDir.put(Path.of(dir), count)));
      boolean told = !gauges.isEmpty() && byDir.size() == gauges.size();
      return new Counts(
          byDir,
          told
              ? OptionalLong.of(byDir.values().stream().mapToLong(Long::longValue).sum())
              : OptionalLong.empty(),
          known.atMs());
    }

    boolean isNone(Optional<PartitionView> files, LogEvent.MarkedUncleanable mark) {
      if (atMs <= mark.atMs() + COUNTED_MS) {
        return false;
      }
      boolean noneHere =
          files
              .flatMap(each -> each.files().get())
              .map(each -> byDir.get(each.dir().getParent()))
              .filter(count -> count == 0)
              .isPresent();
      return noneHere || all.equals(OptionalLong.of(0));
    }
  }
}
