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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/**
 * Every partition of the service, who works on it, and what is known of it. Thread-safe, and nobody
 * ever waits here: leases are taken by compare-and-set.
 */
public final class PartitionBoard {

  /** As much as counts between two looks: of a longer time nobody knows what was there. */
  private static final long SEEN_NANOS = TimeUnit.HOURS.toNanos(1);

  private final Clock clock;
  private final Map<PartitionId, PartitionCell> cells = new ConcurrentSkipListMap<>();

  /**
   * What keeps partitions, or kept them until they may be tried again, whether they are there or
   * not. It changes together with the cell, and cells come and go, within {@code compute} alone: so
   * no hold is lost to a partition that comes or goes at that moment.
   */
  private final Map<PartitionId, Hold> holds = new ConcurrentHashMap<>();

  private final Map<PartitionId, Missed> missed = new ConcurrentHashMap<>();
  private final Set<Path> isolated = ConcurrentHashMap.newKeySet();

  /** How often each was asked to be held, and is not yet. */
  private final Map<PartitionId, Integer> toBeHeld = new ConcurrentHashMap<>();

  private final AtomicLong round = new AtomicLong(1);

  /**
   * Looks at a log directory that did not find a partition in it.
   *
   * @param forNanos how long that has been so, as far as anyone has seen
   * @param lastNanos when the last of them was
   */
  private record Missed(long forNanos, long lastNanos) {

    Missed again(long nowNanos) {
      return new Missed(forNanos + Math.min(nowNanos - lastNanos, SEEN_NANOS), nowNanos);
    }
  }

  /**
   * @param clock measures how long partitions are held
   */
  public PartitionBoard(Clock clock) {
    this.clock = clock;
  }

  /** What keeps a partition that is not there, from its first appearance on. */
  public void seed(PartitionId id, Hold hold) {
    holds.put(id, hold);
  }

  /** Forgets what would keep a partition that is not there. */
  public void forget(PartitionId id) {
    holds.computeIfPresent(id, (same, hold) -> cells.containsKey(id) ? hold : null);
    missed.remove(id);
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
    long nowNanos = clock.nanoTime();
    for (PartitionId id : holds.keySet()) {
      if (id.logDir().equals(logDir) && !cells.containsKey(id)) {
        missed.merge(id, new Missed(0, nowNanos), (before, now) -> before.again(nowNanos));
      }
    }
  }

  private void appeared(PartitionId id) {
    holds.compute(
        id,
        (same, hold) -> {
          cells.putIfAbsent(id, new PartitionCell(id, clock, Optional.ofNullable(hold)));
          return hold;
        });
    missed.remove(id);
  }

  private void vanished(PartitionCell cell) {
    holds.compute(
        cell.id(),
        (id, hold) -> {
          cells.remove(id, cell);
          return hold;
        });
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
    missNothing(logDir);
  }

  /**
   * Nobody looks at it: what it would hold is not missed for that time, nor for the time before.
   */
  private void missNothing(Path logDir) {
    missed.keySet().removeIf(id -> id.logDir().equals(logDir));
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
            .filter(cell -> !isToBeHeld(cell.id()) && !isIsolated(cell.id().logDir()))
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
    if (lease.isPresent() && (isToBeHeld(cell.id()) || !free.getAsBoolean())) {
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

  /**
   * Someone wants a partition held: nobody gets it from now on. Any thread may ask for that; what
   * keeps it is then put in force by the supervisor alone, who says {@link #heldAsAsked} for each
   * time that it was asked for; until then it is kept, however often putting it in force fails.
   */
  public void askToHold(PartitionId id) {
    toBeHeld.merge(id, 1, Integer::sum);
  }

  /** What was asked for is in force, or is no longer wanted. */
  public void heldAsAsked(PartitionId id) {
    toBeHeld.computeIfPresent(id, (same, times) -> times > 1 ? times - 1 : null);
  }

  /** Whether someone wants it held, and that is not in force yet. */
  public boolean isToBeHeld(PartitionId id) {
    return toBeHeld.containsKey(id);
  }

  /** What keeps a partition from now on, whether it is there, comes back, or goes meanwhile. */
  public void hold(PartitionId id, Hold hold) {
    holds.compute(
        id,
        (same, before) -> {
          cell(id).ifPresent(each -> each.hold(hold));
          return hold;
        });
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

  /** What follows from a failure, whether its partition is there still or is gone meanwhile. */
  public void judged(PartitionId id, Failure how, Hold hold) {
    holds.compute(
        id,
        (same, before) -> {
          cell(id).ifPresent(each -> each.judged(how, hold));
          return hold;
        });
  }

  /** What keeps a partition, or kept it until it may be tried again. */
  public Optional<Hold> hold(PartitionId id) {
    return Optional.ofNullable(holds.get(id));
  }

  /** Lets a partition go, and forgets its failures. */
  public void forgive(PartitionId id) {
    holds.compute(
        id,
        (same, before) -> {
          cell(id).ifPresent(PartitionCell::forgive);
          return null;
        });
    missed.remove(id);
  }

  /**
   * Partitions that would be held, and that looks at their log directory have missed for so long: a
   * directory that nobody can look at has lost nothing, so a time without looks does not count.
   */
  public List<PartitionId> missedFor(long nanos) {
    return missed.entrySet().stream()
        .filter(each -> each.getValue().forNanos() >= nanos)
        .map(Map.Entry::getKey)
        .sorted()
        .toList();
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
      missNothing(logDir);
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

  /** Whether a partition is held or is to be, or would be if it were there. */
  public boolean isHeld(PartitionId id) {
    Optional<PartitionCell> cell = cell(id);
    return isToBeHeld(id)
        || (cell.isPresent()
            ? cell.get().isHeldBack()
            : hold(id).filter(this::keepsAbsent).isPresent());
  }

  /** A backoff is over by the time that it comes back, and who waits for its next try is free. */
  private boolean keepsAbsent(Hold hold) {
    return hold.isQuarantine() && hold.leftMs(clock.nowMs()) > 0;
  }

  /** Partitions that a person may mean by a text: a partition's name, or with its directory. */
  public List<PartitionId> named(String text) {
    return cells.keySet().stream().filter(id -> means(text, id)).toList();
  }

  /** The same among partitions that would be in quarantine now if they were there. */
  public List<PartitionId> namedAbsent(String text) {
    return heldAbsent().stream().filter(id -> means(text, id)).toList();
  }

  /**
   * Partitions that would be in quarantine now if they were there, in order: held by hand, or for
   * as long as the pause of their quarantine lasts.
   */
  public List<PartitionId> heldAbsent() {
    return holds.entrySet().stream()
        .filter(each -> keepsAbsent(each.getValue()) && !cells.containsKey(each.getKey()))
        .map(Map.Entry::getKey)
        .sorted()
        .toList();
  }

  private static boolean means(String text, PartitionId id) {
    return text.equals(id.partition().toString())
        || text.equals(id.toString())
        || text.equals(id.logDir().getFileName() + ":" + id.partition());
  }

  Optional<PartitionCell> cell(PartitionId id) {
    return Optional.ofNullable(cells.get(id));
  }

  Iterable<PartitionCell> cells() {
    return cells.values();
  }
}
