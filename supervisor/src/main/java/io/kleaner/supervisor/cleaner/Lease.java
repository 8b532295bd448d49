// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cleaner;

import io.kleaner.core.swap.Fence;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The right of one worker to work on one partition, which can be taken away until a group's swap
 * has begun to commit.
 *
 * <pre>
 *            pass          settled
 *   HELD ----------> COMMITTING ----------> HELD
 *    | revoke            | revoke: too late
 *    v                   v
 *   REVOKED          COMMITTING
 * </pre>
 *
 * <p>Check and commit are one step: whoever passes has left {@code HELD}, so that it cannot be
 * revoked any more; whoever was revoked cannot pass. Nobody ever waits for anybody: a worker may
 * hang inside a commit, and its supervisor must not. Thread-safe.
 */
public final class Lease implements Fence {

  private enum State {
    HELD,
    COMMITTING,
    REVOKED
  }

  private final AtomicReference<State> state = new AtomicReference<>(State.HELD);
  private final PartitionId partition;
  private final AgentState holder;
  private final long epoch;

  Lease(PartitionId partition, AgentState holder, long epoch) {
    this.partition = partition;
    this.holder = holder;
    this.epoch = epoch;
  }

  /** What it is for. */
  public PartitionId partition() {
    return partition;
  }

  /** The name of the worker that holds it. */
  public String holder() {
    return holder.id();
  }

  /** Whether it is this very agent's, not only one's of the same name. */
  public boolean isOf(AgentState agent) {
    return holder == agent;
  }

  /** About how far its holder's clean of the partition is, 0 to 1; 0 if none is under way. */
  double progress() {
    return holder.lease().filter(each -> each == this).isPresent()
        ? Math.max(0, holder.progress())
        : 0;
  }

  /** Higher than that of every lease of the partition before. */
  public long epoch() {
    return epoch;
  }

  /**
   * Commits, unless the lease was revoked. It cannot be revoked from now on until {@link #settled}.
   *
   * @throws LeaseRevokedException if it was revoked; nothing was committed
   */
  @Override
  public void pass(Commit commit) throws IOException {
    if (!state.compareAndSet(State.HELD, State.COMMITTING)) {
      throw new LeaseRevokedException(this);
    }
    commit.run();
  }

  /** What was begun by {@link #pass} is over: all files have their final names. */
  public void settled() {
    state.compareAndSet(State.COMMITTING, State.HELD);
  }

  /**
   * Takes the lease away.
   *
   * @return false if it is too late: a swap has begun to commit, and only its worker can finish it
   */
  public boolean revoke() {
    return state.compareAndSet(State.HELD, State.REVOKED) || isRevoked();
  }

  public boolean isRevoked() {
    return state.get() == State.REVOKED;
  }

  /**
   * Goes on only with a lease that was not taken away.
   *
   * @throws LeaseRevokedException if it was
   */
  public void require() throws LeaseRevokedException {
    if (isRevoked()) {
      throw new LeaseRevokedException(this);
    }
  }
}
