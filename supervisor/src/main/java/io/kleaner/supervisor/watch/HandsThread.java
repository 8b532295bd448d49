// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import io.kleaner.core.pace.CancelToken;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/**
 * The thread on which remedies are carried out and segments are looked through: never the
 * supervisor's, since a broker may not answer. One job at a time; what it has to tell, the
 * supervisor fetches. A job that fails ends itself alone; an {@link Error} ends the thread, since
 * what is left of one after that is not to be trusted. Either is told. Whoever offered a job is
 * told, too, if the end came before its turn. Thread-safe.
 */
final class HandsThread implements AutoCloseable {

  private static final int WAITING = 32;
  private static final long POLL_MS = 5_000;
  private static final Job NOTHING = new Job(() -> {}, () -> {});

  private final BlockingQueue<Job> jobs = new ArrayBlockingQueue<>(WAITING);
  private final Queue<Runnable> told = new ConcurrentLinkedQueue<>();
  private final Queue<RuntimeException> failures = new ConcurrentLinkedQueue<>();
  private final CancelToken token = new CancelToken();
  private final Thread thread;
  private volatile Throwable death;
  private volatile boolean givenUp;

  private record Job(Runnable work, Runnable notBegun) {}

  HandsThread(String name) {
    thread = new Thread(this::run, name);
    thread.setDaemon(true);
    // Told by the supervisor; the default would print it besides.
    thread.setUncaughtExceptionHandler((ended, why) -> death = why);
  }

  void start() {
    thread.start();
  }

  /**
   * Has a job done.
   *
   * @param notBegun run instead, by whatever thread, if the end comes before the job's turn
   * @return false if it is not taken, since too much waits or all is over; neither is run then
   */
  boolean offer(Runnable work, Runnable notBegun) {
    Job job = new Job(work, notBegun);
    if (givenUp || !jobs.offer(job)) {
      return false;
    }
    // Looked at afterwards: either it is taken back here, or whoever gives up finds it.
    return !givenUp || !jobs.remove(job);
  }

  /** Why a job was not begun, a clause. */
  String whyNotBegun() {
    if (token.isCancelled()) {
      return "stopping; not begun";
    }
    return givenUp ? "its thread has ended; not begun" : "too much waits to be done; not begun";
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

  /** Why jobs failed since this was asked last; on the supervisor's thread. */
  List<RuntimeException> failures() {
    List<RuntimeException> all = new ArrayList<>();
    for (RuntimeException each = failures.poll(); each != null; each = failures.poll()) {
      all.add(each);
    }
    return all;
  }

  /** What ended it before its time. */
  Optional<Throwable> death() {
    return Optional.ofNullable(death);
  }

  /** Whether it ran and has ended. */
  boolean hasEnded() {
    return thread.getState() == Thread.State.TERMINATED;
  }

  /** Does what waits on the caller's thread; for one that is stepped by hand. */
  void runWaiting() {
    for (Job job = jobs.poll(); job != null; job = jobs.poll()) {
      carryOut(job.work);
    }
  }

  private void carryOut(Runnable work) {
    try {
      work.run();
    } catch (RuntimeException e) {
      failures.add(e);
    }
  }

  /** Cancelled when all is to end. */
  CancelToken token() {
    return token;
  }

  private void run() {
    try {
      while (!token.isCancelled()) {
        doNext();
      }
    } finally {
      giveUpWaiting();
    }
  }

  private void doNext() {
    try {
      Job job = jobs.poll(POLL_MS, TimeUnit.MILLISECONDS);
      if (job != null) {
        carryOut(job.work);
      }
    } catch (InterruptedException e) {
      // Nobody here interrupts; the end comes by the token.
      Thread.interrupted();
    }
  }

  private void giveUpWaiting() {
    givenUp = true;
    for (Job job = jobs.poll(); job != null; job = jobs.poll()) {
      carryOut(job.notBegun);
    }
  }

  /** Waits for its end. */
  void join(long millis) throws InterruptedException {
    thread.join(millis);
  }

  /**
   * Ends it: a remedy that is under way takes back what it set, within some seconds; what waits is
   * not begun.
   */
  @Override
  public void close() {
    token.cancel();
    // It wakes by that; where the queue is full it is not asleep.
    jobs.offer(NOTHING);
    try {
      join(TimeUnit.SECONDS.toMillis(10));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      // It may never have been started, or may not have ended yet.
      giveUpWaiting();
    }
  }
}
