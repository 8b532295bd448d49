// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.broker;

import io.kleaner.supervisor.probe.broker.CleanerThread;
import io.kleaner.supervisor.probe.broker.Seen;
import io.kleaner.supervisor.probe.broker.StackClass;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Tells a thread that goes from read to read from one that is stuck in one. A stack can't: a JVM
 * stops its threads for a look where they come out of the system, so that one which reads from
 * memory and hashes in between is met in a read nearly always (measured). Its processor time can: a
 * thread that waits for a disk or a lock uses none. Not thread-safe.
 */
final class ThreadMovement {

  /** Of the time between two looks; the machine may be busy with others. */
  private static final int CPU_SHARE = 4;

  /** What was used over longer says nothing about now. */
  private static final long RECENT_NANOS = 500_000_000;

  private Map<Long, Long> cpuNanos = Map.of();
  private long lookedNanos;

  /**
   * The threads as they were seen; one that was in a read or write, and has used the processor for
   * a good part of the time since the look before, is shown as what it is, at work.
   *
   * @param nowNanos when they were seen, by a clock that nobody sets
   */
  Seen<List<CleanerThread>> judge(Seen<List<CleanerThread>> seen, long nowNanos) {
    Map<Long, Long> before = cpuNanos;
    long sinceNanos = nowNanos - lookedNanos;
    Map<Long, Long> now = new HashMap<>();
    for (CleanerThread each : seen.get().orElse(List.of())) {
      if (each.cpuNanos() >= 0) {
        now.put(each.id(), each.cpuNanos());
      }
    }
    cpuNanos = now;
    lookedNanos = nowNanos;
    return seen.map(
        threads ->
            threads.stream()
                .map(each -> moved(each, before, sinceNanos) ? atWork(each) : each)
                .toList());
  }

  private static boolean moved(CleanerThread thread, Map<Long, Long> before, long sinceNanos) {
    Long usedBefore = before.get(thread.id());
    return thread.stack() == StackClass.BLOCKED_IO
        && thread.javaState() == Thread.State.RUNNABLE
        && usedBefore != null
        && sinceNanos > 0
        && sinceNanos <= RECENT_NANOS
        && thread.cpuNanos() - usedBefore >= sinceNanos / CPU_SHARE;
  }

  private static CleanerThread atWork(CleanerThread thread) {
    return new CleanerThread(
        thread.name(),
        thread.id(),
        thread.javaState(),
        StackClass.CLEANING,
        thread.frames(),
        thread.cpuNanos());
  }
}
