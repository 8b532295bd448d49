// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cleaner;

import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.core.time.Clock;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The entries of one log directory's cleaner checkpoint that are yet to be written. One worker
 * writes at a time, and it writes for all; nobody waits for ever for one that hangs at it. What is
 * not written only repeats work after a restart.
 *
 * <p>Whoever has the turn is the only writer of the file, a worker that was given up included, and
 * every entry is true whoever writes it: no further fence is needed. Thread-safe.
 */
public final class Checkpoints {

  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final int MAX_SHIFT = 6;

  private final Clock clock;
  private final ReentrantLock turn = new ReentrantLock();
  private final Map<TopicPartition, Due> due = new ConcurrentSkipListMap<>();
  private volatile Optional<String> problem = Optional.empty();
  private volatile int failures;
  private volatile long failedAtNanos;

  private record Due(long endOffset, long sinceNanos) {}

  /** Writes one entry, durably. */
  @FunctionalInterface
  interface Writer {
    void write(TopicPartition partition, long endOffset) throws IOException;
  }

  /** Nothing is to be written. */
  public Checkpoints(Clock clock) {
    this.clock = clock;
  }

  /** A partition is clean up to an offset. */
  void add(TopicPartition partition, long endOffset) {
    due.merge(
        partition,
        new Due(endOffset, clock.nanoTime()),
        (old, now) -> new Due(Math.max(old.endOffset(), now.endOffset()), old.sinceNanos()));
  }

  /** Whether a partition's entry is yet to be written. */
  boolean awaits(TopicPartition partition) {
    return due.containsKey(partition);
  }

  /** Whether someone who has nothing better to do should try to write. */
  boolean isDueForRetry() {
    return !due.isEmpty()
        && !turn.isLocked()
        && (failures == 0
            || clock.nanoTime() - failedAtNanos
                >= RETRY_NANOS << Math.min(failures - 1, MAX_SHIFT));
  }

  /** Forgets entries of partitions that are gone. */
  void retain(Set<TopicPartition> present) {
    due.keySet().retainAll(present);
  }

  /**
   * Writes all entries if it is nobody else's turn within a time. That it could not is remembered,
   * not thrown: no partition is to blame.
   */
  void write(Writer writer, long waitMs) throws InterruptedException {
    if (!turn.tryLock(waitMs, TimeUnit.MILLISECONDS)) {
      return;
    }
    try {
      for (Map.Entry<TopicPartition, Due> each : List.copyOf(due.entrySet())) {
        writer.write(each.getKey(), each.getValue().endOffset());
        due.remove(each.getKey(), each.getValue());
      }
      problem = Optional.empty();
      failures = 0;
    } catch (IOException e) {
      failedAtNanos = clock.nanoTime();
      failures = Math.min(failures + 1, MAX_SHIFT);
      problem = Optional.of(e.toString());
    } finally {
      turn.unlock();
    }
  }

  /** How many entries wait. */
  public int waiting() {
    return due.size();
  }

  /** How long the entry that waits longest has waited, in milliseconds; 0 if none waits. */
  public long waitedMs() {
    long now = clock.nanoTime();
    return due.values().stream()
        .mapToLong(each -> TimeUnit.NANOSECONDS.toMillis(now - each.sinceNanos()))
        .max()
        .orElse(0);
  }

  /** Why the last attempt failed; empty if it did not, or hangs. */
  public Optional<String> problem() {
    return problem;
  }
}
