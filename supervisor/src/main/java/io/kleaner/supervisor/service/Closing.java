// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import io.kleaner.core.time.Clock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Closes what a service is made of: whatever one part does, all others are closed too, and all of
 * it together takes no longer than a given time. What has not ended then is left to its thread,
 * which keeps no process alive. Not thread-safe; owned by whoever closes.
 */
public final class Closing {

  private final Deadline deadline;
  private final ConcurrentLinkedQueue<IOException> failures = new ConcurrentLinkedQueue<>();
  private final List<String> late = new ArrayList<>();

  /** Something to close; may take long. */
  @FunctionalInterface
  public interface Part {
    void close() throws Exception;
  }

  /**
   * @param millis for all of it
   */
  public Closing(Clock clock, long millis) {
    this.deadline = Deadline.in(clock, millis);
  }

  /**
   * Closes parts at the same time, and waits for them.
   *
   * @param reservedMs of the time for what comes after
   * @param parts by name
   */
  public void together(long reservedMs, Map<String, Part> parts) {
    Map<String, Thread> threads = new TreeMap<>();
    parts.forEach(
        (name, part) -> {
          Thread thread = new Thread(() -> close(name, part), "kleaner-close-" + name);
          thread.setDaemon(true);
          threads.put(name, thread);
          try {
            thread.start();
          } catch (OutOfMemoryError noThread) {
            close(name, part);
          }
        });
    threads.forEach((name, thread) -> await(name, thread, reservedMs));
  }

  private void close(String name, Part part) {
    try {
      part.close();
    } catch (Throwable failure) {
      failures.add(new IOException(name + " could not be closed: " + failure, failure));
    }
  }

  private void await(String name, Thread thread, long reservedMs) {
    try {
      thread.join(deadline.leftMs(reservedMs));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (thread.isAlive()) {
      late.add(name);
    }
  }

  /** What has not ended in time so far, by name. */
  public List<String> late() {
    return List.copyOf(late);
  }

  /**
   * Says what went wrong.
   *
   * @throws IOException the first failure, the others suppressed in it
   */
  public void finish() throws IOException {
    List<IOException> all = new ArrayList<>(failures);
    if (all.isEmpty()) {
      return;
    }
    IOException first = all.get(0);
    all.subList(1, all.size()).forEach(first::addSuppressed);
    throw first;
  }
}
