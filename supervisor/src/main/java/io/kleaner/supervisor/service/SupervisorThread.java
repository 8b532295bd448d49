// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import io.kleaner.core.pace.CancelToken;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Steps the supervisor. Whatever a step throws is logged and counted, and the next step comes: this
 * thread must outlive what it watches. Thread-safe.
 */
public final class SupervisorThread implements Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(SupervisorThread.class);

  private final Supervisor<?> supervisor;
  private final CancelToken token = new CancelToken();
  private final Thread thread = new Thread(this, "kleaner-supervisor");
  private final AtomicLong failedTicks = new AtomicLong();
  private volatile Runnable afterTick = () -> {};

  /** Not started yet. */
  public SupervisorThread(Supervisor<?> supervisor) {
    this.supervisor = supervisor;
    thread.setDaemon(true);
  }

  /** Begins. */
  public void start() {
    thread.start();
  }

  /** Has something done after each step that went well: a sign of life to whoever watches us. */
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

  /** Ends it, within a second. */
  public void stop() {
    token.cancel();
    try {
      thread.join(TimeUnit.SECONDS.toMillis(1));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void run() {
    while (!token.isCancelled()) {
      try {
        supervisor.tick();
        afterTick.run();
      } catch (Throwable t) {
        // An OutOfMemoryError of a worker may strike here as well; there is nobody above us.
        if (failedTicks.incrementAndGet() <= 100) {
          LOG.error("the supervisor met a defect, and goes on", t);
        }
      }
      try {
        token.sleep(TimeUnit.MILLISECONDS.toNanos(supervisor.tickIntervalMs()));
      } catch (InterruptedException e) {
        // Nobody here interrupts; the end comes by the token.
        Thread.interrupted();
      }
    }
  }
}
