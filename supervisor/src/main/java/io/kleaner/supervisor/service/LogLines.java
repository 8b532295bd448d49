// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Log lines of those who must not wait for the log: where it goes may be blocked, or full, or the
 * disk that is watched. Written by a daemon thread of its own; bounded, and what finds no room is
 * dropped and counted. If that thread dies of an Error, another takes its place at once, or at the
 * next line if there was no memory for it; the line in its hands counts as dropped. Thread-safe.
 */
public final class LogLines {

  /** Lines that wait at most. */
  static final int CAPACITY = 4_096;

  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private final Logger log;
  private final Queue<Line> lines = new ConcurrentLinkedQueue<>();
  private final AtomicInteger waiting = new AtomicInteger();
  private final LongAdder dropped = new LongAdder();
  private volatile long revivals;
  private volatile boolean closing;
  private volatile Thread writer;

  private record Line(Level level, String text) {}

  /**
   * @param log where the lines go
   */
  public LogLines(Logger log) {
    this.log = log;
    writer = fresh();
    writer.start();
  }

  /** In the name of a class. */
  static LogLines of(Class<?> speaker) {
    return new LogLines(LoggerFactory.getLogger(speaker));
  }

  private Thread fresh() {
    Thread made = new Thread(this::write, "kleaner-log");
    made.setDaemon(true);
    made.setUncaughtExceptionHandler((dying, error) -> replace(dying));
    return made;
  }

  private synchronized void replace(Thread dead) {
    if (writer != dead) {
      return;
    }
    Thread made = fresh();
    // Before it writes: whoever reads a line of it finds it counted.
    revivals++;
    try {
      made.start();
    } catch (OutOfMemoryError e) {
      revivals--;
      throw e;
    }
    writer = made;
  }

  /** Has a line written, or drops it; never waits for the log. */
  public void add(Level level, String text) {
    if (waiting.incrementAndGet() > CAPACITY) {
      waiting.decrementAndGet();
      dropped.increment();
      return;
    }
    lines.add(new Line(level, text));
    Thread current = writer;
    if (current.isAlive()) {
      LockSupport.unpark(current);
    } else if (!closing) {
      revive(current);
    }
  }

  private void revive(Thread dead) {
    try {
      replace(dead);
    } catch (OutOfMemoryError none) {
      // The system has no thread to give; the next line asks again.
    }
  }

  /** Lines that found no room, or that the log would not take. */
  public long dropped() {
    return dropped.sum();
  }

  /** How often its thread died and was replaced. */
  public long revivals() {
    return revivals;
  }

  private void write() {
    while (true) {
      Line line = lines.poll();
      if (line != null) {
        waiting.decrementAndGet();
        write(line);
      } else if (closing) {
        return;
      } else {
        LockSupport.parkNanos(POLL_NANOS);
        // Nobody here interrupts; a flag left set would turn the pause into a hot loop.
        Thread.interrupted();
      }
    }
  }

  private void write(Line line) {
    boolean written = false;
    try {
      log.atLevel(line.level()).log(line.text());
      written = true;
    } catch (RuntimeException e) {
      // A log that fails: the next line may do better.
    } finally {
      if (!written) {
        dropped.increment();
      }
    }
  }

  /**
   * Writes what is left, and ends.
   *
   * @param millis to wait for that at most
   */
  public void close(long millis) throws InterruptedException {
    closing = true;
    Thread last = writer;
    LockSupport.unpark(last);
    last.join(Math.max(1, millis));
  }
}
