// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cleaner;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * News that workers have for their supervisor. Bounded: if nobody listens, further ones are dropped
 * and counted. Nobody waits for anybody: there is no lock that a worker could stop in. What a
 * partition is held for does not come this way, so that it cannot be lost. Thread-safe.
 */
public final class WorkEvents {

  /** What waits at most. */
  static final int CAPACITY = 16_384;

  private final Queue<WorkEvent> queue = new ConcurrentLinkedQueue<>();
  private final AtomicInteger waiting = new AtomicInteger();
  private final LongAdder dropped = new LongAdder();

  /** Tells something, or drops it. */
  public void tell(WorkEvent event) {
    if (waiting.incrementAndGet() > CAPACITY) {
      waiting.decrementAndGet();
      dropped.increment();
    } else {
      queue.add(event);
    }
  }

  /** Everything told since the last time. */
  public List<WorkEvent> drain() {
    List<WorkEvent> events = new ArrayList<>();
    // No more than once round: workers that tell all the time must not keep the supervisor.
    for (int i = waiting.get(); i > 0; i--) {
      WorkEvent event = queue.poll();
      if (event == null) {
        break;
      }
      waiting.decrementAndGet();
      events.add(event);
    }
    return events;
  }

  /** How many were lost because nobody listened. */
  public long dropped() {
    return dropped.sum();
  }
}
