// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import io.kleaner.supervisor.alert.Alert;
import java.util.List;
import java.util.Map;

/**
 * What a supervisor looks after, and how it is shown: workers of ours, or the cleaner of a broker.
 * Called on the supervisor's thread alone.
 *
 * @param <S> what was seen at one tick; immutable
 */
public interface Rounds<S> {

  /**
   * One look at everything; must not wait for anything that it looks at.
   *
   * @return whether what it is there for was looked at, whatever else failed
   */
  boolean look(long nowMs, Signals signals);

  /** Keeps what is to outlive the process and is not kept yet; there is no look after it. */
  default void keep(Signals signals) {}

  /** What the last look saw. */
  S seen(Tick tick);

  /** Enough of it to see that something moved, for listeners. */
  Map<String, Object> pulse(S seen);

  /**
   * A tick of the supervisor.
   *
   * @param atMs milliseconds since the epoch
   * @param lagMs how much later than it should it was
   * @param ticks since the service started
   * @param alerts pending, firing, lately resolved
   */
  record Tick(long atMs, long lagMs, long ticks, List<Alert> alerts) {
    /** Before the first one. */
    public static final Tick NONE = new Tick(-1, 0, 0, List.of());
  }
}
