// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cleaner;

import io.kleaner.core.swap.Fence;
import java.io.IOException;
import java.util.Optional;

/**
 * The lease that one worker has now, and its right to the log directory. A worker that was given up
 * never takes another, so what it does late meets the revoked one. Written by its worker, read by
 * anyone; thread-safe.
 */
final class LeaseHolder implements Fence {

  private record Right(Lease lease, DirHold dir) {}

  private volatile Optional<Right> right = Optional.empty();

  /**
   * @param dir of the log directory that the partition is in
   */
  void take(Lease taken, DirHold dir) {
    right = Optional.of(new Right(taken, dir));
  }

  void drop() {
    right = Optional.empty();
  }

  Optional<Lease> current() {
    return right.map(Right::lease);
  }

  /** The right to the log directory of the current lease. */
  Optional<DirHold> dir() {
    return right.map(Right::dir);
  }

  /** Goes on only with a lease that was not taken away, in a directory that was not given up. */
  void require() throws IOException {
    require(right);
  }

  private static Right require(Optional<Right> current) throws IOException {
    if (current.isEmpty()) {
      throw new IOException("a worker without a lease tried to touch files");
    }
    // The directory first: its loss is not the end of the worker.
    current.get().dir().requireOpen();
    current.get().lease().require();
    return current.get();
  }

  /** Like {@link #require}, and only while the directory's lock keeps others out. */
  void requireHeld() throws IOException {
    require(right).dir().requireHeld();
  }

  @Override
  public void pass(Commit commit) throws IOException {
    Right current = require(right);
    current.dir().requireHeld();
    current.lease().pass(commit);
  }

  void settled() {
    current().ifPresent(Lease::settled);
  }
}
