// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cleaner;

import io.kleaner.core.pace.CancelToken;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Lets a worker meet the fault that was armed for it. Owned by its thread. */
final class FaultSwitch {

  private static final long HANG_STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final AgentState state;
  private final CancelToken token;

  FaultSwitch(AgentState state, CancelToken token) {
    this.state = state;
    this.token = token;
  }

  /** In the middle of a clean. What the engine would take for the partition's fault waits. */
  void atWork() {
    if (state.armed().isPresent() && state.armed().get() != Fault.OOM) {
      atRest();
    }
  }

  /** Between two pieces of work. */
  void atRest() {
    if (state.armed().isEmpty()) {
      return;
    }
    switch (state.takeFault().orElseThrow()) {
      case OOM -> throw new OutOfMemoryError("asked for by the fault switch");
      case STACKOVERFLOW -> throw new StackOverflowError("asked for by the fault switch");
      case LINKAGE -> throw new NoClassDefFoundError("asked for by the fault switch");
      case INTERRUPT -> Thread.currentThread().interrupt();
      case HANG -> hang();
    }
  }

  /** Neither gets on nor listens to interrupts, until it is given up. */
  private void hang() {
    while (!token.isCancelled()) {
      LockSupport.parkNanos(this, HANG_STEP_NANOS);
      Thread.interrupted();
    }
  }
}
