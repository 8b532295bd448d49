// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cleaner;

/** A worker as its supervisor sees it: it can be looked at and told to stop, and no more. */
public interface Worker {

  /** What it is at. */
  AgentState state();

  /** Whether its thread runs, or has yet to. */
  boolean isAlive();

  /** Where its thread is now, the innermost frame first. */
  StackTraceElement[] stack();

  /** Asks it to stop; it does so before its next commit, or at the end of the one it is in. */
  void stop();

  /**
   * Waits for its end.
   *
   * @return whether it has ended
   */
  boolean join(long millis) throws InterruptedException;
}
