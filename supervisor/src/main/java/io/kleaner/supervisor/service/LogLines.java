// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.event.Level;

/**
 * Log lines of those who must not wait for the log: where it goes may be blocked, or full, or the
 * disk that is watched. Written by a daemon thread of its own; bounded, and what finds no room is
 * dropped and counted. Thread-safe.
 */
public final class LogLines {

  private static final int CAPACITY = 4_096;
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private final Logger log;
  private final Queue<Line> lines = new ConcurrentLinkedQueue<>();
  private final AtomicInteger waiting = new AtomicInteger();
  private final LongAdder dropped = new LongAdder();
  private final Thread writer = new Thread(this::write, "kleaner-log");
  private volatile boolean closing;

  private record Line(Level level, String text) {}

  /**
   * @param log where the lines go
   */
  public LogLines(Logger log) {
    this.log = log;
    writer.setDaemon(true);
    writer.start();
  }

  /** Has a line written, or drops it; never waits. */
  public void add(Level level, String text) {
    if (waiting.incrementAndGet() > CAPACITY) {
      waiting.decrementAndGet();
      dropped.increment();
      return;
    }
    lines.add(new Line(level, text));
    LockSupport.unpark(writer);
  }

  /** Lines that found no room. */
  public long dropped() {
    return dropped.sum();
  }

  private void write() {
    while (true) {
      try {
        Line line = lines.poll();
        if (line != null) {
          waiting.decrementAndGet();
          log.atLevel(line.level()).log(line.text());
        } else if (closing) {
          return;
        } else {
          LockSupport.parkNanos(POLL_NANOS);
        }
      } catch (Throwable e) {
        // A log that fails, or a heap that is full: the next line may do better.
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
    LockSupport.unpark(writer);
    writer.join(Math.max(1, millis));
  }
}
