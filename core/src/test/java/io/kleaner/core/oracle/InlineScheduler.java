// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.oracle;

import java.util.concurrent.Delayed;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.server.util.Scheduler;

/**
 * Runs what Kafka schedules once at once, such as the deletion of replaced segments, and what it
 * schedules periodically never.
 */
final class InlineScheduler implements Scheduler {

  @Override
  public void startup() {}

  @Override
  public void shutdown() {}

  @Override
  public ScheduledFuture<?> schedule(String name, Runnable task, long delayMs, long periodMs) {
    if (periodMs < 0) {
      task.run();
    }
    return new Done();
  }

  @Override
  public void resizeThreadPool(int newSize) {}

  /** Nothing is left to wait for. */
  private static final class Done implements ScheduledFuture<Void> {

    @Override
    public long getDelay(TimeUnit unit) {
      return 0;
    }

    @Override
    public int compareTo(Delayed other) {
      return Long.compare(0, other.getDelay(TimeUnit.NANOSECONDS));
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
      return false;
    }

    @Override
    public boolean isCancelled() {
      return false;
    }

    @Override
    public boolean isDone() {
      return true;
    }

    @Override
    public Void get() {
      return null;
    }

    @Override
    public Void get(long timeout, TimeUnit unit) {
      return null;
    }
  }
}
