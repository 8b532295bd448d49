// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cleaner;

import io.kleaner.core.logdir.TopicPartition;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Every partition of the service, who works on it, and what is known of it. Thread-safe, and nobody
 * ever waits here: leases are taken by compare-and-set.
 */
public final class PartitionBoard {

  private static final Comparator<PartitionCell> DIRTIEST_FIRST =
      Comparator.comparing(PartitionCell::isCleanRequested)
          .thenComparing(cell -> cell.finding().overdue())
          .thenComparingDouble(cell -> cell.finding().dirtyRatio())
          .thenComparingLong(cell -> cell.finding().dirtyBytes())
          .reversed()
          .thenComparing(PartitionCell::id);

  private final Map<PartitionId, PartitionCell> cells = new ConcurrentSkipListMap<>();
  private final AtomicLong round = new AtomicLong(1);

  /**
   * Takes note of what a log directory holds now.
   *
   * @return partitions that were not known before
   */
  public List<PartitionId> present(Path logDir, Set<TopicPartition> partitions) {
    List<PartitionId> fresh = new ArrayList<>();
    for (TopicPartition partition : partitions) {
      PartitionId id = new PartitionId(logDir, partition);
      if (cells.putIfAbsent(id, new PartitionCell(id)) == null) {
        fresh.add(id);
      }
    }
    cells
        .values()
        .removeIf(
            cell ->
                cell.id().logDir().equals(logDir)
                    && !partitions.contains(cell.id().partition())
                    && cell.lease().isEmpty());
    return fresh;
  }

  /**
   * Leases the partition that should be cleaned next: what someone asked for, then what is overdue,
   * then the dirtiest. Nobody gets a second turn while others wait for their first.
   *
   * @param holder who asks
   */
  public Optional<Lease> leaseNext(String holder, long nowMs) {
    List<PartitionCell> waiting =
        cells.values().stream().filter(cell -> cell.wantsCleanAt(nowMs)).toList();
    if (waiting.isEmpty()) {
      return Optional.empty();
    }
    long current = round.get();
    if (waiting.stream().allMatch(cell -> cell.turn() >= current)) {
      round.compareAndSet(current, current + 1);
    }
    long now = round.get();
    return waiting.stream()
        .filter(cell -> cell.turn() < now)
        .sorted(DIRTIEST_FIRST)
        .map(cell -> lease(cell, holder, now))
        .flatMap(Optional::stream)
        .findFirst();
  }

  private static Optional<Lease> lease(PartitionCell cell, String holder, long now) {
    Optional<Lease> lease = cell.lease(holder);
    lease.ifPresent(taken -> cell.turn(now));
    return lease;
  }

  /** Leases one partition, if nobody has it. */
  Optional<Lease> lease(PartitionId id, String holder) {
    return cell(id).flatMap(cell -> cell.lease(holder));
  }

  /** Gives a lease back; one that was revoked is gone already. */
  void release(Lease lease) {
    cell(lease.partition()).ifPresent(cell -> cell.release(lease));
  }

  /**
   * Takes a lease away from a worker that died or hangs.
   *
   * @return false if its worker is in the middle of a swap: then the partition stays leased
   */
  public boolean revoke(Lease lease) {
    if (!lease.revoke()) {
      return false;
    }
    release(lease);
    return true;
  }

  /** Frees a partition whose worker is known to have ended, wherever it was. */
  public void free(Lease lease) {
    lease.revoke();
    release(lease);
  }

  /** What keeps a partition from now on; none to let it go. */
  public void hold(PartitionId id, Optional<Hold> hold) {
    cell(id).ifPresent(cell -> cell.hold(hold));
  }

  /** A partition failed, or killed its worker: nobody gets it before that was judged. */
  public void failed(PartitionId id, Hold unjudged) {
    cell(id).ifPresent(cell -> cell.failed(unjudged));
  }

  /** Lets a partition go, and forgets its failures. */
  public boolean forgive(PartitionId id) {
    Optional<PartitionCell> cell = cell(id);
    cell.ifPresent(PartitionCell::forgive);
    return cell.isPresent();
  }

  /** Wants a partition cleaned whatever its dirty ratio is. */
  public boolean requestClean(PartitionId id) {
    Optional<PartitionCell> cell = cell(id);
    cell.ifPresent(each -> each.cleanRequested(true));
    return cell.isPresent();
  }

  /** All partitions as they are now, in order. */
  public List<PartitionState> states(long nowMs) {
    return cells.values().stream().map(cell -> cell.stateAt(nowMs)).toList();
  }

  /** One partition as it is now. */
  public Optional<PartitionState> state(PartitionId id, long nowMs) {
    return cell(id).map(cell -> cell.stateAt(nowMs));
  }

  /** Partitions that a person may mean by a text: a partition's name, or with its directory. */
  public List<PartitionId> named(String text) {
    return cells.keySet().stream()
        .filter(
            id ->
                text.equals(id.partition().toString())
                    || text.equals(id.toString())
                    || text.equals(id.logDir().getFileName() + ":" + id.partition()))
        .toList();
  }

  Optional<PartitionCell> cell(PartitionId id) {
    return Optional.ofNullable(cells.get(id));
  }

  Iterable<PartitionCell> cells() {
    return cells.values();
  }
}
