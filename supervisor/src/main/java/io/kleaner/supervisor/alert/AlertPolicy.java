// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.alert;

/**
 * When an alert of a rule is told.
 *
 * @param holdOffMs how long its condition has to hold before it fires
 * @param repeatIntervalMs after which one that still fires is told again
 * @param resolveAfterMs how long its condition has to be gone before it is over, so that a crash
 *     loop is one alert and not many
 */
public record AlertPolicy(long holdOffMs, long repeatIntervalMs, long resolveAfterMs) {

  /** At once, again every four hours, over after half a minute. */
  public static final AlertPolicy DEFAULT = new AlertPolicy(0, 4 * 3_600_000L, 30_000);

  /** Checks that nothing is negative. */
  public AlertPolicy {
    if (holdOffMs < 0 || repeatIntervalMs <= 0 || resolveAfterMs < 0) {
      throw new IllegalArgumentException(
          "hold-off "
              + holdOffMs
              + " ms, repeat interval "
              + repeatIntervalMs
              + " ms, resolve after "
              + resolveAfterMs
              + " ms: not negative, the interval above 0");
    }
  }
}
