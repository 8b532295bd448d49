// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.core.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;

/**
 * Puts together what each source says of each partition. A broker has thousands of them, of which
 * few change from look to look: what nobody says anything new of is the same object again, of one
 * partition and of all. Where there are very many, nearly every look says something new of one:
 * they are then put together every few seconds, and what comes sooner waits, unless one was given
 * up. Not thread-safe.
 */
final class PartitionJoin {

  private static final long SAME_CLEAN_MS = 60_000;

  /** As long as that may wait that nobody waits for. */
  static final long AGAIN_MS = 2_000;

  private final Pace pace;

  private Says said =
      new Says(Map.of(), List.of(), nobody(), nobody(), new LogMarks(Map.of(), Map.of()));
  private BrokerPartitions joined = BrokerPartitions.NONE;

  /**
   * What sources say.
   *
   * @param byAdmin the Admin API
   * @param byFiles each log directory
   * @param notListed why the Admin API says nothing of a partition that it doesn't list
   * @param noFiles why no log directory has a partition that none of them has
   * @param marks what log lines left
   */
  record Says(
      Map<TopicPartition, AdminPartition> byAdmin,
      List<Map<TopicPartition, PartitionView>> byFiles,
      Seen.Missing<?> notListed,
      Seen.Missing<?> noFiles,
      LogMarks marks) {

    /** Whether that is what another says, too. The maps are immutable: the same are the same. */
    private boolean isThatOf(Says other) {
      if (byAdmin != other.byAdmin || !isBesideThatOf(other)) {
        return false;
      }
      for (int i = 0; i < byFiles.size(); i++) {
        if (byFiles.get(i) != other.byFiles.get(i)) {
          return false;
        }
      }
      return true;
    }

    /** Whether the log gave up no other partitions: gauges, which do not wait, count them. */
    private boolean hasTheMarksOf(Says other) {
      return marks.uncleanable().equals(other.marks.uncleanable());
    }

    /** Whether all that is not of a partition alone is what another says. */
    private boolean isBesideThatOf(Says other) {
      return marks.equals(other.marks)
          && byFiles.size() == other.byFiles.size()
          && notListed.equals(other.notListed)
          && noFiles.equals(other.noFiles);
    }

    /** Whether another says the same of a partition: the same objects, which are immutable. */
    @SuppressWarnings("ReferenceEquality") // to compare them field by field is what is spared
    private boolean sayTheSame(Says other, TopicPartition partition) {
      return byAdmin.get(partition) == other.byAdmin.get(partition)
          && files(partition) == other.files(partition);
    }

    private PartitionView files(TopicPartition partition) {
      PartitionView found = null;
      for (Map<TopicPartition, PartitionView> dir : byFiles) {
        PartitionView here = dir.get(partition);
        found = here == null ? found : here;
      }
      return found;
    }
  }

  private static Seen.Missing<?> nobody() {
    return new Seen.Missing<>(Source.ADMIN, "nobody was asked yet");
  }

  /**
   * @param againMs for how long what comes waits where there are a thousand; of more, some of it
   *     more
   */
  PartitionJoin(Clock clock, long againMs) {
    this.pace = new Pace(clock, againMs);
  }

  /** All that they say; of very many partitions, what they said some seconds ago at most. */
  BrokerPartitions join(Says says) {
    boolean rests = says.hasTheMarksOf(said) && !pace.isDue(joined.times() - 1);
    if (rests || says.isThatOf(said)) {
      return joined;
    }
    pace.done();
    boolean besideIsSame = says.isBesideThatOf(said);
    List<BrokerPartition> all = new ArrayList<>(joined.size());
    for (TopicPartition partition : names(says)) {
      BrokerPartition before = joined.get(partition);
      if (before != null && besideIsSame && says.sayTheSame(said, partition)) {
        all.add(before);
        continue;
      }
      BrokerPartition now = partition(partition, says);
      all.add(now.equals(before) ? before : now);
    }
    said = says;
    joined = BrokerPartitions.ofSorted(all);
    return joined;
  }

  /** The names of all that are there, in order; put in order only where some came or went. */
  private Collection<TopicPartition> names(Says says) {
    HashMap<TopicPartition, Boolean> names = new HashMap<>(2 * joined.size());
    says.byAdmin.keySet().forEach(each -> names.put(each, true));
    says.byFiles.forEach(dir -> dir.keySet().forEach(each -> names.put(each, true)));
    return names.keySet().equals(joined.keySet()) ? joined.keySet() : new TreeSet<>(names.keySet());
  }

  private static BrokerPartition partition(TopicPartition partition, Says says) {
    Optional<AdminPartition> admin = Optional.ofNullable(says.byAdmin.get(partition));
    Optional<PartitionView> files = Optional.ofNullable(says.files(partition));
    return new BrokerPartition(
        partition,
        admin.map(AdminPartition::config).orElseGet(says.notListed::as),
        admin.map(AdminPartition::offsets).orElseGet(says.notListed::as),
        admin.map(AdminPartition::replication).orElseGet(says.notListed::as),
        files.map(PartitionView::files).orElseGet(says.noFiles::as),
        transactions(admin, files, says),
        files.map(PartitionView::reclaimable).orElseGet(says.noFiles::as),
        files.map(PartitionView::ahead).orElseGet(says.noFiles::as),
        lastClean(partition, files, says),
        Optional.ofNullable(says.marks.uncleanable().get(partition)));
  }

  /** By the log; by the checkpoint where that moved much later. */
  private static Optional<BrokerPartition.LastClean> lastClean(
      TopicPartition partition, Optional<PartitionView> files, Says says) {
    Optional<BrokerPartition.LastClean> last =
        Optional.ofNullable(says.marks.lastCleans().get(partition));
    OptionalLong moved = files.map(PartitionView::checkpointMovedMs).orElse(OptionalLong.empty());
    boolean isMuchLater =
        moved.isPresent()
            && (last.isEmpty() || moved.getAsLong() - last.get().atMs() >= SAME_CLEAN_MS);
    return isMuchLater
        ? Optional.of(new BrokerPartition.LastClean(moved.getAsLong(), Source.LOG_DIR))
        : last;
  }

  /** What the broker says; the files know only those that began below the active segment. */
  private static Seen<List<OpenTransaction>> transactions(
      Optional<AdminPartition> admin, Optional<PartitionView> files, Says says) {
    Seen<List<OpenTransaction>> asked =
        admin.map(AdminPartition::transactions).orElseGet(says.notListed::as);
    if (asked instanceof Seen.Known) {
      return asked;
    }
    return files
        .map(PartitionView::pinnedBy)
        .filter(pinned -> pinned.get().filter(each -> !each.isEmpty()).isPresent())
        .orElse(asked);
  }
}
