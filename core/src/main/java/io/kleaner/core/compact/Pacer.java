// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import io.kleaner.core.pace.CancelToken;
import io.kleaner.core.pace.Throttle;
import io.kleaner.core.record.BatchHeader;

/**
 * Counts the bytes a clean moves, and every so many of them looks whether it should stop, slow down
 * or tell how far it is. Not thread-safe; owned by one worker.
 */
final class Pacer {

  private static final long STEP_BYTES = 1024 * 1024;

  private final CancelToken token;
  private final Throttle throttle;
  private final Progress progress;
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
  void read(int bytes) {
    bytesRead += bytes;
    step(bytes);
  }

  /** A batch of the log was read, or is about to be used. */
  void read(BatchHeader batch) {
    batches++;
    lastOffset = batch.lastOffset();
    read(batch.sizeInBytes());
  }

  /** Bytes were written. */
  void wrote(int bytes) {
    bytesWritten += bytes;
    step(bytes);
  }

  private void step(int bytes) {
    sinceStep += bytes;
    if (sinceStep >= STEP_BYTES) {
      throttle.acquire(sinceStep, token);
      sinceStep = 0;
      progress.moved(bytesRead, bytesWritten, batches, lastOffset);
      token.throwIfCancelled();
    }
  }

  long bytesRead() {
    return bytesRead;
  }

  long bytesWritten() {
    return bytesWritten;
  }

  /** Told from time to time how far a clean is. */
  @FunctionalInterface
  interface Progress {
    void moved(long bytesRead, long bytesWritten, long batches, long lastOffset);
  }
}
