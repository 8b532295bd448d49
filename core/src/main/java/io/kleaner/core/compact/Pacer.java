// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import io.kleaner.core.pace.CancelToken;
import io.kleaner.core.pace.Throttle;

/**
 * Counts the bytes a clean moves, and every so many of them looks whether it should stop, slow down
 * or tell how far it is.
 *
 * <p>Thread-safe. Progress is told on the thread that made it alone.
 */
final class Pacer {

  private static final long STEP_BYTES = 1024 * 1024;

  private final CancelToken token;
  private final Throttle throttle;
  private final Progress progress;
  private final Thread owner = Thread.currentThread();
  private long sinceStep;
  private long bytesRead;
  private long bytesWritten;
  private long batches;
  private long lastOffset = -1;

  Pacer(CancelToken token, Throttle throttle, Progress progress) {
    this.token = token;
    this.throttle = throttle;
    this.progress = progress;
  }

  /** Bytes were read, or are about to be used. */
  synchronized void read(long bytes) {
    bytesRead += bytes;
    step(bytes);
  }

  /** Batches of the log were read, or are about to be used, up to an offset. */
  synchronized void read(long bytes, int count, long upToOffset) {
    batches += count;
    lastOffset = upToOffset;
    read(bytes);
  }

  /** Bytes were written. */
  synchronized void wrote(long bytes) {
    bytesWritten += bytes;
    step(bytes);
  }

  /** The beginning: waits until the rate has room for what was moved before. */
  void begin() {
    throttle.acquire(0, token);
  }

  private void step(long bytes) {
    sinceStep += bytes;
    if (sinceStep >= STEP_BYTES) {
      throttle.acquire(sinceStep, token);
      sinceStep = 0;
      if (Thread.currentThread() == owner) {
        progress.moved(bytesRead, bytesWritten, batches, lastOffset);
      }
      token.throwIfCancelled();
    }
  }

  /** The end: what was too little for a step counts too, and the next clean waits for it. */
  synchronized void end() {
    throttle.account(sinceStep);
    sinceStep = 0;
  }

  synchronized long bytesRead() {
    return bytesRead;
  }

  synchronized long bytesWritten() {
    return bytesWritten;
  }

  /** Told from time to time how far a clean is. */
  @FunctionalInterface
  interface Progress {
    void moved(long bytesRead, long bytesWritten, long batches, long lastOffset);
  }
}
