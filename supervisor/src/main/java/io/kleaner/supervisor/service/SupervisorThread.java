// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Steps the supervisor. Whatever a step throws is counted, and the next step comes: this thread
 * must outlive what it watches, so nothing outside of the guarded step takes memory. Should it end
 * all the same, {@link #revive} puts another in its place. Thread-safe.
 */
public final class SupervisorThread implements Runnable {

  private final Supervisor<?> supervisor;
  private final AtomicLong failedTicks = new AtomicLong();
  private final AtomicLong revivals = new AtomicLong();
  private volatile boolean stopping;
  private volatile Runnable afterTick = () -> {};
  private volatile Thread thread;

  /** Not started yet. */
  public SupervisorThread(Supervisor<?> supervisor) {
    this.supervisor = supervisor;
    this.thread = fresh();
  }

  private Thread fresh() {
    Thread made = new Thread(this, "kleaner-supervisor");
    made.setDaemon(true);
    return made;
  }

  /** Begins. */
  public void start() {
    thread.start();
  }

  /** Has something done after each step that watches: a sign of life to whoever watches us. */
  public void afterTick(Runnable beat) {
    afterTick = beat;
  }

  /** Whether it runs. */
  public boolean isAlive() {
    return thread.isAlive();
  }

  /** Steps that threw. */
  public long failedTicks() {
    return failedTicks.get();
  }

  /** How often its thread had to be replaced. */
  public long revivals() {
    return revivals.get();
  }

  /**
   * Puts a new thread in the place of one that has ended without being told to; whoever waits for
   * the service's end asks for this every so often.
   *
   * @return whether the supervisor runs, or was told to stop
   */
  public synchronized boolean revive() {
    if (stopping || thread.isAlive()) {
      return true;
    }
    try {
      Thread made = fresh();
      made.start();
      thread = made;
      revivals.incrementAndGet();
      return true;
    } catch (OutOfMemoryError none) {
      // The system has no thread to give.
      return false;
    }
  }

  /** Asks it to end; it takes no further step. */
  public void stop() {
    stopping = true;
    LockSupport.unpark(thread);
  }

  /** Waits for its end. */
  public void join(long millis) throws InterruptedException {
    thread.join(Math.max(1, millis));
  }

  @Override
  public void run() {
    while (!stopping) {
      try {
        supervisor.tick();
        if (supervisor.isWatching()) {
          afterTick.run();
        }
      } catch (Throwable t) {
        // Counted, and no more: to say it would take memory that may not be there.
        failedTicks.incrementAndGet();
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(supervisor.tickIntervalMs()));
      // Nobody here interrupts; a flag left set would turn the pause into a hot loop.
      Thread.interrupted();
    }
  }
}
