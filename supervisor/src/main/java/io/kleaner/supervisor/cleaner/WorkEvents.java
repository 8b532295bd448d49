// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cleaner;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.LongAdder;

/**
 * What workers tell their supervisor. Bounded: if nobody listens, further ones are dropped and
 * counted, and no worker waits. Thread-safe.
 */
public final class WorkEvents {

  private static final int CAPACITY = 16_384;

  private final BlockingQueue<WorkEvent> queue = new ArrayBlockingQueue<>(CAPACITY);
  private final LongAdder dropped = new LongAdder();

  void tell(WorkEvent event) {
    if (!queue.offer(event)) {
      dropped.increment();
    }
  }

  /** Everything told since the last time. */
  public List<WorkEvent> drain() {
    List<WorkEvent> events = new ArrayList<>();
    queue.drainTo(events);
    return events;
  }

  /** How many were lost because nobody listened. */
  public long dropped() {
    return dropped.sum();
  }
}
