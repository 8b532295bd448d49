// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import io.kleaner.supervisor.remedy.QuarantinePolicy;
import io.kleaner.supervisor.remedy.RestartPolicy;

/**
 * How the service watches itself; all times in milliseconds.
 *
 * @param heartbeatIntervalMs between two looks at the workers
 * @param hungAfterMs without progress, neither idle nor throttled
 * @param stalledAfterMs a partition is eligible and does not move
 * @param blindAfterMs a log directory could not be looked at
 * @param trendWindowMs that rates are taken from
 * @param restarts how often dead workers are replaced
 * @param quarantine how long failing partitions are left alone
 */
public record SupervisionOptions(
    long heartbeatIntervalMs,
    long hungAfterMs,
    long stalledAfterMs,
    long blindAfterMs,
    long trendWindowMs,
    RestartPolicy.Limits restarts,
    QuarantinePolicy quarantine) {

  /** What holds if nothing else is said. */
  public static SupervisionOptions defaults() {
    return new SupervisionOptions(
        1_000,
        60_000,
        900_000,
        120_000,
        600_000,
        new RestartPolicy.Limits(500, 30_000, 20, 600_000, 60_000),
        new QuarantinePolicy(5_000, 60_000, 21_600_000));
  }
}
