// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.retain;

import io.kleaner.core.segment.AbortedTxn;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What is known of transactions while a clean walks the log in offset order: which data batches
 * belong to aborted ones, and which markers have nothing left to mark.
 *
 * <p>Every index entry is used whatever the log start offset, and ends at its own last offset,
 * whether or not its marker is met there; the peer ignores entries that end below the log start and
 * then takes aborted data for live.
 *
 * <p>Not thread-safe; one instance walks one pass.
 */
public final class TransactionState {

  /** What a control batch means here. */
  public enum Marker {
    COMMIT,
    ABORT,
    /** Leader changes and whatever else is no end of a transaction. */
    OTHER,
    /** A control batch whose record a clean removed before. */
    EMPTIED
  }

  private final Deque<AbortedTxn> upcoming = new ArrayDeque<>();
  private final Map<Long, Ongoing> ongoing = new HashMap<>();
  private final Set<Long> producersWithCommittedData = new HashSet<>();

  /**
   * @param aborted every entry of the partition's transaction indexes, in any order; repeated ones
   *     count once
   */
  public TransactionState(Collection<AbortedTxn> aborted) {
    aborted.stream()
        .distinct()
        .sorted(
            Comparator.comparingLong(AbortedTxn::firstOffset)
                .thenComparingLong(AbortedTxn::lastOffset))
        .forEach(upcoming::add);
  }

  /**
   * Takes note of a data batch.
   *
   * @return whether it belongs to an aborted transaction
   */
  public boolean onDataBatch(
      boolean transactional, long producerId, long baseOffset, long lastOffset) {
    begin(baseOffset, lastOffset);
    if (!transactional) {
      return false;
    }
    Ongoing transaction = ongoing.isEmpty() ? null : ongoing.get(producerId);
    if (transaction != null && baseOffset > transaction.entry.lastOffset()) {
      ongoing.remove(producerId);
      transaction = null;
    }
    if (transaction != null) {
      transaction.dataRead = true;
      return true;
    }
    producersWithCommittedData.add(producerId);
    return false;
  }

  /** Whether batches up to an offset that are of no transaction change nothing here. */
  public boolean isUnmovedUpTo(long lastOffset) {
    return upcoming.isEmpty() || upcoming.peek().firstOffset() > lastOffset;
  }

  /**
   * Takes note of a control batch.
   *
   * @return what follows for the batch
   */
  public MarkerFate onControlBatch(
      Marker marker, long producerId, long baseOffset, long lastOffset) {
    begin(baseOffset, lastOffset);
    return switch (marker) {
      case EMPTIED -> MarkerFate.DISCARDABLE;
      case OTHER -> MarkerFate.NEEDED;
      case COMMIT ->
          producersWithCommittedData.remove(producerId)
              ? MarkerFate.NEEDED
              : MarkerFate.DISCARDABLE;
      case ABORT -> {
        Ongoing transaction = ongoing.remove(producerId);
        boolean takenForCommitted = producersWithCommittedData.remove(producerId);
        if (transaction != null
            && transaction.dataRead
            && baseOffset <= transaction.entry.lastOffset()) {
          yield new MarkerFate(false, Optional.of(transaction.entry), false);
        }
        yield takenForCommitted ? MarkerFate.UNINDEXED : MarkerFate.DISCARDABLE;
      }
    };
  }

  /** Producers of which records were taken for committed ones, and no marker was met after them. */
  public Set<Long> unfinished() {
    return Set.copyOf(producersWithCommittedData);
  }

  private void begin(long baseOffset, long lastOffset) {
    AbortedTxn next = upcoming.peek();
    while (next != null && next.firstOffset() <= lastOffset) {
      upcoming.poll();
      Ongoing current = ongoing.get(next.producerId());
      if (current == null || current.entry.lastOffset() < baseOffset) {
        ongoing.put(next.producerId(), new Ongoing(next));
      }
      next = upcoming.peek();
    }
  }

  /**
   * What follows from a marker.
   *
   * @param discardable whether nothing that it marks was read in this clean
   * @param indexEntry the entry that the transaction index of the marker's segment must have
   * @param isUnindexed whether it is an ABORT marker whose transaction no index has, although its
   *     records were met: they were taken for committed ones, so an index is missing or short
   */
  public record MarkerFate(
      boolean discardable, Optional<AbortedTxn> indexEntry, boolean isUnindexed) {

    static final MarkerFate DISCARDABLE = new MarkerFate(true, Optional.empty(), false);
    static final MarkerFate NEEDED = new MarkerFate(false, Optional.empty(), false);
    static final MarkerFate UNINDEXED = new MarkerFate(false, Optional.empty(), true);
  }

  private static final class Ongoing {
    private final AbortedTxn entry;
    private boolean dataRead;

    Ongoing(AbortedTxn entry) {
      this.entry = entry;
    }
  }
}
