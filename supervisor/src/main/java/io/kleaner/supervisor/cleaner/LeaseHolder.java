// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cleaner;

import io.kleaner.core.swap.Fence;
import java.io.IOException;
import java.util.Optional;

/**
 * The lease that one worker has now. A worker that was given up never takes another, so what it
 * does late meets the revoked one. Written by its worker, read by anyone; thread-safe.
 */
final class LeaseHolder implements Fence {

  private volatile Optional<Lease> lease = Optional.empty();

  void take(Lease taken) {
    lease = Optional.of(taken);
  }

  void drop() {
    lease = Optional.empty();
  }

  Optional<Lease> current() {
    return lease;
  }

  /** Goes on only with a lease that was not taken away. */
  void require() throws IOException {
    Optional<Lease> current = lease;
    if (current.isEmpty()) {
      throw new IOException("a worker without a lease tried to touch files");
    }
    current.get().require();
  }

  @Override
  public void pass(Commit commit) throws IOException {
    require();
    lease.orElseThrow().pass(commit);
  }

  void settled() {
    lease.ifPresent(Lease::settled);
  }
}
