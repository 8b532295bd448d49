// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cleaner;

import io.kleaner.core.pace.CancelToken;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A worker's thread: one duty, done again and again until it is told to stop. However it ends, its
 * state says so.
 *
 * <p>An interrupt that nobody here asked for does not end it. An {@link Error} does: what is left
 * of a thread after that is not to be trusted.
 */
public final class Agent implements Worker, Runnable {

  private static final long IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private final AgentState state;
  private final CancelToken token;
  private final Duty duty;
  private final Thread thread;

  Agent(AgentState state, CancelToken token, Duty duty) {
    this.state = state;
    this.token = token;
    this.duty = duty;
    this.thread = new Thread(this, "kleaner-" + state.id());
    this.thread.setDaemon(true);
    // Its end is in its state, with the reason; the default would print it besides.
    this.thread.setUncaughtExceptionHandler((ended, why) -> state.died(why));
  }

  void start() {
    thread.start();
  }

  @Override
  public AgentState state() {
    return state;
  }

  @Override
  public boolean isAlive() {
    return thread.isAlive();
  }

  @Override
  public StackTraceElement[] stack() {
    return thread.getStackTrace();
  }

  @Override
  public void stop() {
    token.cancel();
  }

  @Override
  public boolean join(long millis) throws InterruptedException {
    thread.join(Math.max(1, millis));
    return !thread.isAlive();
  }

  @Override
  public void run() {
    try (duty) {
      while (!token.isCancelled()) {
        if (!duty.step()) {
          state.idle();
          rest();
        }
      }
      state.ended(Optional.empty());
    } catch (Throwable t) {
      state.died(t);
    }
  }

  private void rest() {
    try {
      if (token.sleep(IDLE_NANOS)) {
        state.beat();
      }
    } catch (InterruptedException e) {
      // Nobody here interrupts; a stop comes by the token.
      Thread.interrupted();
    }
  }
}
