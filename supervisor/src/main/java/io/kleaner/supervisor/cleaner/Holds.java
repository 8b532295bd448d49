// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cleaner;

import io.kleaner.core.time.Clock;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * What keeps partitions from being worked on, whether they are there or not: what is in force, what
 * is asked for and is not in force yet, and for how long what is held has been missed. Thread-safe;
 * what is in force is changed by the supervisor alone.
 */
public final class Holds {

  /** As much as counts between two looks: of a longer time nobody knows what was there. */
  private static final long SEEN_NANOS = TimeUnit.HOURS.toNanos(1);

  private final Clock clock;
  private final Function<PartitionId, Optional<PartitionCell>> cells;

  /**
   * What keeps partitions, or kept them until they may be tried again. It changes together with the
   * cell, and cells come and go, within {@code compute} alone: so no hold is lost to a partition
   * that comes or goes at that moment.
   */
  private final Map<PartitionId, Hold> holds = new ConcurrentHashMap<>();

  private final Map<PartitionId, Missed> missed = new ConcurrentHashMap<>();

  /** How often each was asked to be held, and is not yet. */
  private final Map<PartitionId, Integer> toBeHeld = new ConcurrentHashMap<>();

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
   * @param cells of partitions that are there; they come and go {@link #with} their holds
   */
  Holds(Clock clock, Function<PartitionId, Optional<PartitionCell>> cells) {
    this.clock = clock;
    this.cells = cells;
  }

  private Optional<PartitionCell> cell(PartitionId id) {
    return cells.apply(id);
  }

  private boolean isAbsent(PartitionId id) {
    return cell(id).isEmpty();
  }

  /** What keeps a partition that is not there, from its first appearance on. */
  public void seed(PartitionId id, Hold hold) {
    holds.put(id, hold);
  }

  /** Forgets what would keep a partition that is not there. */
  public void forget(PartitionId id) {
    holds.computeIfPresent(id, (same, hold) -> isAbsent(id) ? null : hold);
    missed.remove(id);
  }

  /** Has a cell come or go while what keeps its partition, if anything does, stays the same. */
  void with(PartitionId id, Consumer<Optional<Hold>> change) {
    holds.compute(
        id,
        (same, hold) -> {
          change.accept(Optional.ofNullable(hold));
          return hold;
        });
  }

  /** A look has found it. */
  void found(PartitionId id) {
    missed.remove(id);
  }

  /** A look at a log directory has ended: what it would hold, and is not there, was missed. */
  void looked(Path logDir) {
    long nowNanos = clock.nanoTime();
    for (PartitionId id : holds.keySet()) {
      if (id.logDir().equals(logDir) && isAbsent(id)) {
        missed.merge(id, new Missed(0, nowNanos), (before, now) -> before.again(nowNanos));
      }
    }
  }

  /**
   * Nobody looks at it: what it would hold is not missed for that time, nor for the time before.
   */
  void missNothing(Path logDir) {
    missed.keySet().removeIf(id -> id.logDir().equals(logDir));
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

  /** Those of {@link #heldAbsent} that a person may mean by a text. */
  public List<PartitionId> namedAbsent(String text) {
    return heldAbsent().stream().filter(id -> id.isMeantBy(text)).toList();
  }

  /**
   * Partitions that would be in quarantine now if they were there, in order: held by hand, or for
   * as long as the pause of their quarantine lasts.
   */
  public List<PartitionId> heldAbsent() {
    return holds.entrySet().stream()
        .filter(each -> keepsAbsent(each.getValue()) && isAbsent(each.getKey()))
        .map(Map.Entry::getKey)
        .sorted()
        .toList();
  }
}
