// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cleaner;

import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.core.time.Clock;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/**
 * Every partition of the service, who works on it, and what is known of it. Thread-safe, and nobody
 * ever waits here: leases are taken by compare-and-set.
 */
public final class PartitionBoard {

  private final Clock clock;
  private final Map<PartitionId, PartitionCell> cells = new ConcurrentSkipListMap<>();
  private final Holds holds;
  private final Set<Path> isolated = ConcurrentHashMap.newKeySet();
  private final AtomicLong round = new AtomicLong(1);

  /**
   * @param clock measures how long partitions are held
   */
  public PartitionBoard(Clock clock) {
    this.clock = clock;
    this.holds = new Holds(clock, this::cell);
  }

  /** What keeps partitions, whether they are there or not. */
  public Holds holds() {
    return holds;
  }

  /** Takes note of what a log directory holds now; what is new there begins held if it has to. */
  public void present(Path logDir, Set<TopicPartition> partitions) {
    for (TopicPartition partition : partitions) {
      PartitionId id = new PartitionId(logDir, partition);
      if (!cells.containsKey(id)) {
        appeared(id);
      }
    }
    for (PartitionCell cell : List.copyOf(cells.values())) {
      PartitionId id = cell.id();
      if (id.logDir().equals(logDir)
          && !partitions.contains(id.partition())
          && cell.lease().isEmpty()) {
        vanished(cell);
      }
    }
    holds.looked(logDir);
  }

  private void appeared(PartitionId id) {
    holds.with(id, hold -> cells.putIfAbsent(id, new PartitionCell(id, clock, hold)));
    holds.found(id);
  }

  private void vanished(PartitionCell cell) {
    holds.with(cell.id(), hold -> cells.remove(cell.id(), cell));
  }

  /**
   * Forgets what a log directory holds, since it was given up. What is kept from being worked on
   * stays so when it comes back, and is missed anew then; a lease in it is of no use any more.
   */
  public void abandon(Path logDir) {
    for (PartitionCell cell : List.copyOf(cells.values())) {
      if (cell.id().logDir().equals(logDir)) {
        vanished(cell);
      }
    }
    holds.missNothing(logDir);
  }

  /**
   * Leases the partition that should be cleaned next: what someone asked for, then what is overdue,
   * then the dirtiest. Nobody gets a second turn while others wait for their first, unless someone
   * asked for it.
   *
   * @param holder who asks
   */
  Optional<Lease> leaseNext(AgentState holder) {
    List<PartitionCell> waiting =
        cells.values().stream()
            .filter(cell -> !holds.isToBeHeld(cell.id()) && !isIsolated(cell.id().logDir()))
            .filter(PartitionCell::wantsClean)
            .toList();
    if (waiting.isEmpty()) {
      return Optional.empty();
    }
    long current = round.get();
    if (waiting.stream().allMatch(cell -> cell.turn() >= current)) {
      round.compareAndSet(current, current + 1);
    }
    long now = round.get();
    return waiting.stream()
        .filter(cell -> cell.turn() < now || cell.isCleanRequested())
        .sorted(dirtiestFirst(clock.nowMs()))
        .map(cell -> nextTurn(cell, holder, now))
        .flatMap(Optional::stream)
        .findFirst();
  }

  private static Comparator<PartitionCell> dirtiestFirst(long nowMs) {
    return Comparator.comparing(PartitionCell::isCleanRequested)
        .thenComparing(cell -> cell.finding().isOverdue(nowMs))
        .thenComparingDouble(cell -> cell.finding().dirtyRatio())
        .thenComparingLong(cell -> cell.finding().dirtyBytes())
        .reversed()
        .thenComparing(PartitionCell::id);
  }

  private Optional<Lease> nextTurn(PartitionCell cell, AgentState holder, long now) {
    Optional<Lease> lease = lease(cell, holder);
    lease.ifPresent(taken -> cell.turn(now));
    return lease;
  }

  /**
   * Leases a partition; empty if it is leased or held. Whoever asked for it to be held between the
   * holder's look at it and now is heard: what was leased before is all that may go on.
   */
  Optional<Lease> lease(PartitionCell cell, AgentState holder) {
    return leaseIf(cell, holder, () -> !cell.isHeldBack());
  }

  /** Leases what waits in a quarantine, for its recovery alone; empty if it owes none any more. */
  Optional<Lease> leaseToRecover(PartitionCell cell, AgentState holder) {
    return leaseIf(cell, holder, cell::owesRecovery);
  }

  private Optional<Lease> leaseIf(PartitionCell cell, AgentState holder, BooleanSupplier free) {
    Optional<Lease> lease = cell.lease(holder);
    // In this order: that it is to be held is taken back only after its hold is there to be seen.
    if (lease.isPresent() && (holds.isToBeHeld(cell.id()) || !free.getAsBoolean())) {
      cell.release(lease.get());
      return Optional.empty();
    }
    return lease;
  }

  /** Gives a lease back; one that was revoked is gone already. */
  void release(Lease lease) {
    cell(lease.partition()).ifPresent(cell -> cell.release(lease));
  }

  /** Every lease that an agent has, whatever its state says; names are reused, agents are not. */
  public List<Lease> leasesOf(AgentState agent) {
    return cells.values().stream()
        .map(PartitionCell::lease)
        .flatMap(Optional::stream)
        .filter(lease -> lease.isOf(agent))
        .toList();
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

  /** A partition killed its worker: nobody gets it before that was judged. */
  public void failed(PartitionId id, Failure how) {
    cell(id).ifPresent(cell -> cell.failed(how));
  }

  /** Failures that nobody has judged. */
  public Map<PartitionId, Failure> unjudged() {
    Map<PartitionId, Failure> failures = new TreeMap<>();
    for (PartitionCell cell : cells.values()) {
      cell.failure().ifPresent(how -> failures.put(cell.id(), how));
    }
    return failures;
  }

  /** Wants a partition cleaned whatever its dirty ratio is. */
  public boolean requestClean(PartitionId id) {
    Optional<PartitionCell> cell = cell(id);
    cell.ifPresent(each -> each.cleanRequested(true));
    return cell.isPresent();
  }

  /** Nobody works in a log directory from now on, or may again. */
  public void isolate(Path logDir, boolean on) {
    if (on) {
      isolated.add(logDir);
      holds.missNothing(logDir);
    } else {
      isolated.remove(logDir);
    }
  }

  /** Whether nobody may work in a log directory. */
  public boolean isIsolated(Path logDir) {
    return isolated.contains(logDir);
  }

  /** All partitions as they are now, in order. */
  public List<PartitionState> states() {
    List<PartitionState> states = new ArrayList<>(cells.size());
    cells.values().forEach(cell -> states.add(cell.state()));
    return states;
  }

  /** One partition as it is now. */
  public Optional<PartitionState> state(PartitionId id) {
    return cell(id).map(PartitionCell::state);
  }

  /** Partitions that a person may mean by a text: a partition's name, or with its directory. */
  public List<PartitionId> named(String text) {
    return cells.keySet().stream().filter(id -> id.isMeantBy(text)).toList();
  }

  Optional<PartitionCell> cell(PartitionId id) {
    return Optional.ofNullable(cells.get(id));
  }

  Iterable<PartitionCell> cells() {
    return cells.values();
  }
}
