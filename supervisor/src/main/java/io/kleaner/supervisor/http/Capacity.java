// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.http;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What answers may cost, all connections together: one thread that puts long ones together, with a
 * short queue, and a bound on bytes that readers have not taken yet. Who finds no room is told to
 * come again; health is answered beside all this. Thread-safe.
 */
final class Capacity implements AutoCloseable {

  private static final int WAITING = 32;

  private final ThreadPoolExecutor answers;
  private final long mostBytes;
  private final AtomicLong bytes = new AtomicLong();

  /**
   * @param mostBytes of answers that are under way; a single one may be larger
   */
  Capacity(long mostBytes) {
    this.mostBytes = mostBytes;
    this.answers =
        new ThreadPoolExecutor(
            1,
            1,
            1,
            TimeUnit.MINUTES,
            new ArrayBlockingQueue<>(WAITING),
            task -> {
              Thread thread = new Thread(task, "kleaner-http-answers");
              thread.setDaemon(true);
              return thread;
            });
  }

  /** Has a long answer put together; false if too many wait already. */
  boolean work(Runnable task) {
    try {
      answers.execute(task);
      return true;
    } catch (RejectedExecutionException e) {
      return false;
    }
  }

  /** Takes room for an answer; false if readers have too much to take already. */
  boolean take(long size) {
    long before = bytes.getAndAdd(size);
    if (before > 0 && before + size > mostBytes) {
      bytes.addAndGet(-size);
      return false;
    }
    return true;
  }

  /** Gives back what {@link #take} took. */
  void giveBack(long size) {
    bytes.addAndGet(-size);
  }

  @Override
  public void close() {
    answers.shutdownNow();
  }
}
