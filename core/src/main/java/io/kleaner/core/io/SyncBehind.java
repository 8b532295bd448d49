// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.io;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * Makes a file durable on another thread while its owner writes on. The kernel tells a failure once
 * and then forgets it, so what went wrong here is kept for who syncs next.
 *
 * <p>Thread-safe.
 */
final class SyncBehind {

  private final FileChannel channel;
  private final Executor syncs;
  private boolean running;
  private Throwable failure;

  SyncBehind(FileChannel channel, Executor syncs) {
    this.channel = channel;
    this.syncs = syncs;
  }

  /** Begins, unless it is at it or has failed. */
  void begin() {
    synchronized (this) {
      if (running || failure != null) {
        return;
      }
      running = true;
    }
    try {
      syncs.execute(this::run);
    } catch (RejectedExecutionException | OutOfMemoryError e) {
      // Nobody is there to do it, or no thread is to be had, which the JVM tells as memory: the
      // owner's own sync does all of it.
      end(null);
    }
  }

  /** Whatever goes wrong is the owner's to know. */
  @SuppressWarnings("IllegalCatch")
  private void run() {
    Throwable problem = null;
    try {
      channel.force(false);
    } catch (IOException | RuntimeException | Error e) {
      problem = e;
    }
    end(problem);
  }

  private synchronized void end(Throwable problem) {
    running = false;
    failure = problem;
    notifyAll();
  }

  /**
   * Waits until it is not at it. An interrupt ends the wait and stays set: what the owner does with
   * the file next meets it.
   *
   * @throws IOException if any of it failed since the file was opened
   */
  synchronized void await() throws IOException {
    while (running) {
      try {
        wait();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
    if (failure != null) {
      throw new IOException("what was written could not be made durable: " + failure, failure);
    }
  }
}
