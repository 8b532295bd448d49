// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import io.kleaner.core.pace.CancelToken;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/**
 * The thread on which remedies are carried out and segments are looked through: never the
 * supervisor's, since a broker may not answer. One job at a time; what it has to tell, the
 * supervisor fetches. Thread-safe.
 */
final class HandsThread implements AutoCloseable {

  private static final int WAITING = 32;
  private static final long POLL_MS = 100;

  private final BlockingQueue<Runnable> jobs = new ArrayBlockingQueue<>(WAITING);
  private final Queue<Runnable> told = new ConcurrentLinkedQueue<>();
  private final CancelToken token = new CancelToken();
  private final Thread thread;

  HandsThread(String name) {
    thread = new Thread(this::run, name);
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** Has a job done; false if too much waits. */
  boolean offer(Runnable job) {
    return jobs.offer(job);
  }

  /** Tells the supervisor something, at its next look. */
  void tell(Runnable news) {
    told.add(news);
  }

  /** Runs what was told; on the supervisor's thread. */
  void fetch() {
    for (Runnable news = told.poll(); news != null; news = told.poll()) {
      news.run();
    }
  }

  /** Whether it ran and has ended. */
  boolean hasEnded() {
    return thread.getState() == Thread.State.TERMINATED;
  }

  /** Does what waits on the caller's thread; for one that is stepped by hand. */
  void runWaiting() {
    for (Runnable job = jobs.poll(); job != null; job = jobs.poll()) {
      job.run();
    }
  }

  /** Cancelled when all is to end. */
  CancelToken token() {
    return token;
  }

  private void run() {
    while (!token.isCancelled()) {
      try {
        Runnable job = jobs.poll(POLL_MS, TimeUnit.MILLISECONDS);
        if (job != null) {
          job.run();
        }
      } catch (InterruptedException e) {
        // Nobody here interrupts; the end comes by the token.
        Thread.interrupted();
      }
    }
  }

  /** Ends it: a remedy that is under way takes back what it set, within some seconds. */
  @Override
  public void close() {
    token.cancel();
    try {
      thread.join(TimeUnit.SECONDS.toMillis(10));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
