// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import io.kleaner.supervisor.alert.Alert;
import io.kleaner.supervisor.cleaner.PartitionState;
import java.util.List;

/**
 * What the supervisor saw and thought at one tick; immutable, for whoever shows it.
 *
 * @param atMs milliseconds since the epoch
 * @param lagMs how much later than it should the tick was
 * @param ticks since the service started
 * @param judged what is thought of each partition
 * @param totals cleans, failures, bytes read, bytes written, bytes reclaimed
 */
record Snapshot(
    long atMs,
    long lagMs,
    long ticks,
    List<WorkerCare.WorkerSeen> workers,
    List<PartitionState> partitions,
    Judged judged,
    List<LogDirCare.LogDirSeen> logDirs,
    List<Alert> alerts,
    List<Long> totals) {

  static final Snapshot NONE =
      new Snapshot(
          -1,
          0,
          0,
          List.of(),
          List.of(),
          Judged.NOTHING,
          List.of(),
          List.of(),
          List.of(0L, 0L, 0L, 0L, 0L));
}
