// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import io.kleaner.core.record.BatchCursor;
import io.kleaner.core.segment.WriteBuffers;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/**
 * The workers of one clean: the thread that runs it and as many helpers as it was given, each with
 * its own workbench. They take chunks of the log in order and work on them at the same time; what
 * has to be in order is done under the feed's lock or in turn. So the result is the same whatever
 * their number.
 *
 * <p>Not thread-safe; owned by the thread that runs the clean.
 */
final class Lanes implements AutoCloseable {

  private final Executor helpers;
  private final Chunks chunks;
  private final List<Workbench> benches = new ArrayList<>();
  private final int maxRecordBytes;

  /**
   * @param count 1 or more, the running thread included
   * @param helpers runs {@code count - 1} tasks at the same time; a task that it starts late finds
   *     nothing to do, and for one that it has no thread for the others do the work
   */
  Lanes(int count, Executor helpers, int maxRecordBytes, int readBytes) {
    this(count, helpers, maxRecordBytes, readBytes, Chunk::new);
  }

  Lanes(int count, Executor helpers, int maxRecordBytes, int readBytes, Chunks chunks) {
    this.helpers = helpers;
    this.chunks = chunks;
    this.maxRecordBytes = maxRecordBytes;
    for (int i = 0; i < count; i++) {
      benches.add(new Workbench(maxRecordBytes, readBytes));
    }
  }

  int count() {
    return benches.size();
  }

  boolean areSeveral() {
    return benches.size() > 1;
  }

  /** The largest batch or record that may be in memory, in bytes. */
  int maxRecordBytes() {
    return maxRecordBytes;
  }

  /** How many compressed payloads all of them opened so far; for whoever waits for them to end. */
  long payloadsOpened() {
    return benches.stream().mapToLong(Workbench::payloadsOpened).sum();
  }

  /** The write buffers of all of them, for one output. */
  WriteBuffers writeBuffers() {
    return new WriteBuffers(benches.stream().map(Workbench::out).toList());
  }

  /** What may be in write buffers at once, before a byte of it is on the disk. */
  long writeBufferBytes() {
    return benches.stream().mapToLong(each -> each.out().capacity()).sum();
  }

  Workbench bench(int lane) {
    return benches.get(lane);
  }

  /** Makes what a lane works on. */
  @FunctionalInterface
  interface Chunks {
    Chunk make(int lane, BatchCursor batches);
  }

  /** What a lane does with a chunk. */
  @FunctionalInterface
  interface Work {
    void on(Chunk chunk) throws IOException;
  }

  /**
   * Works until the feed has no more.
   *
   * @throws IOException what the earliest chunk that failed failed with, as if there had been one
   *     lane; nobody is at work then, whatever is thrown
   */
  void run(BatchFeed feed, Work work) throws IOException {
    try {
      onEach(lane -> run(feed, work, lane), e -> feed.fail(BatchFeed.BEFORE_ALL, e));
    } finally {
      feed.end();
    }
  }

  /** A part of some work that can be done in any order. */
  @FunctionalInterface
  interface Part {
    void run() throws IOException;
  }

  /**
   * Does all parts of some work, unless one fails.
   *
   * @throws IOException what the earliest part that failed failed with; nobody is at work then,
   *     whatever is thrown
   */
  void run(List<? extends Part> parts) throws IOException {
    // The last is for what is no part's.
    Throwable[] failures = new Throwable[parts.size() + 1];
    AtomicInteger next = new AtomicInteger();
    onEach(
        lane -> work(parts, next, failures),
        e -> {
          failures[parts.size()] = e;
          next.set(parts.size());
        });
    Throwable earliest = null;
    for (Throwable failure : failures) {
      if (earliest == null) {
        earliest = failure;
      } else if (failure != null && failure != earliest) {
        earliest.addSuppressed(failure);
      }
    }
    rethrow(earliest);
  }

  /**
   * Throws what was kept for the thread that runs the clean.
   *
   * @param failure null if nothing failed
   */
  static void rethrow(Throwable failure) throws IOException {
    if (failure instanceof IOException e) {
      throw e;
    }
    if (failure instanceof RuntimeException e) {
      throw e;
    }
    if (failure instanceof Error e) {
      throw e;
    }
  }

  /** Whatever goes wrong is kept for the thread that runs the clean. */
  @SuppressWarnings("IllegalCatch")
  private static void work(List<? extends Part> parts, AtomicInteger next, Throwable[] failures) {
    for (int i = next.getAndIncrement(); i < parts.size(); i = next.getAndIncrement()) {
      try {
        parts.get(i).run();
      } catch (IOException | RuntimeException | Error e) {
        failures[i] = e;
        next.set(parts.size()); // the parts before are under way or done
      }
    }
  }

  /**
   * Lets each lane that there is a thread for work. Nobody is at work when it returns, and nobody
   * begins later, whatever is thrown meanwhile.
   *
   * @param givenUp keeps what was thrown elsewhere than at work, and lets the others end soon
   */
  @SuppressWarnings("IllegalCatch")
  private void onEach(IntConsumer body, Consumer<Throwable> givenUp) {
    CountDownLatch ended = new CountDownLatch(benches.size() - 1);
    List<AtomicBoolean> claims = new ArrayList<>();
    for (int i = 1; i < benches.size(); i++) {
      claims.add(new AtomicBoolean());
    }
    try {
      askForHelp(body, claims, ended);
      body.accept(0);
    } catch (RuntimeException | Error e) {
      givenUp.accept(e);
    } finally {
      for (AtomicBoolean claimed : claims) {
        if (claimed.compareAndSet(false, true)) {
          ended.countDown();
        }
      }
      awaitUninterrupted(ended);
    }
  }

  private void askForHelp(IntConsumer body, List<AtomicBoolean> claims, CountDownLatch ended) {
    for (int i = 0; i < claims.size(); i++) {
      int lane = i + 1;
      AtomicBoolean claimed = claims.get(i);
      try {
        helpers.execute(
            () -> {
              if (claimed.compareAndSet(false, true)) {
                try {
                  body.accept(lane);
                } finally {
                  ended.countDown();
                }
              }
            });
      } catch (RejectedExecutionException | OutOfMemoryError e) {
        // No thread is to be had, which the JVM tells as memory. Those that are there do all of it;
        // where memory itself is short they are the ones to say so.
        return;
      }
    }
  }

  /** Whatever goes wrong is kept for the thread that runs the clean. */
  @SuppressWarnings("IllegalCatch")
  private void run(BatchFeed feed, Work work, int lane) {
    Chunk chunk = null;
    try {
      chunk = chunks.make(lane, benches.get(lane).batches());
      while (feed.next(chunk)) {
        work.on(chunk);
      }
    } catch (IOException | RuntimeException | Error e) {
      feed.fail(chunk == null ? BatchFeed.BEFORE_ALL : chunk.sequence(), e);
    }
  }

  private static void awaitUninterrupted(CountDownLatch ended) {
    boolean interrupted = false;
    while (true) {
      try {
        ended.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    for (Workbench bench : benches) {
      bench.close();
    }
  }
}
