// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import io.kleaner.core.pace.CancelToken;
import io.kleaner.core.pace.Throttle;

/**
 * Counts the bytes a clean moves, and every so many of them looks whether it should stop, slow down
 * or tell how far it is. At its end it tells what the last step did not.
 *
 * <p>What a clean moves after its last step is noted at its end, and waited for by whoever begins
 * next: many small partitions are held to the rate like a large one.
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
  private long bytesPassed;
  private long bytesWritten;
  private long batches;
  private long lastOffset = -1;
  private boolean untold;

  Pacer(CancelToken token, Throttle throttle, Progress progress) {
    this.token = token;
    this.throttle = throttle;
    this.progress = progress;
  }

  /** Waits for what was moved before this clean. */
  void begin() {
    throttle.acquire(0, token);
  }

  /** Notes what was moved since the last step; waits for nothing. */
  synchronized void end() {
    throttle.note(sinceStep);
    sinceStep = 0;
  }

  /** Tells how far the clean came, if that was not told yet; on the thread that made it. */
  synchronized void tell() {
    if (untold) {
      untold = false;
      progress.moved(bytesRead + bytesPassed, bytesWritten, batches, lastOffset);
    }
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

  /** Batches of the log need not be read, up to an offset: that is progress, and no I/O. */
  synchronized void passed(long bytes, int count, long upToOffset) {
    untold = true;
    bytesPassed += bytes;
    batches += count;
    lastOffset = upToOffset;
  }

  /** Bytes were written. */
  synchronized void wrote(long bytes) {
    bytesWritten += bytes;
    step(bytes);
  }

  private void step(long bytes) {
    untold = true;
    sinceStep += bytes;
    if (sinceStep >= STEP_BYTES) {
      throttle.acquire(sinceStep, token);
      sinceStep = 0;
      if (Thread.currentThread() == owner) {
        tell();
      }
      token.throwIfCancelled();
    }
  }

  synchronized long bytesRead() {
    return bytesRead;
  }

  synchronized long bytesWritten() {
    return bytesWritten;
  }

  /** Told from time to time how far a clean is, and at its end. */
  @FunctionalInterface
  interface Progress {
    void moved(long bytesRead, long bytesWritten, long batches, long lastOffset);
  }
}
