// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cleaner;

import io.kleaner.core.compact.CleanOptions;
import io.kleaner.core.compact.HighWatermarkChoice;
import io.kleaner.core.policy.UnkeyedPolicy;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * How the service cleans.
 *
 * @param topic only topics whose whole name matches, which are then taken for compacted where
 *     nothing says otherwise
 * @param highWatermark where it is taken from
 * @param expireTombstones whether tombstones and markers that are due are dropped
 * @param unkeyed what becomes of records without a key
 * @param upgradeFormat whether message formats 0 and 1 are written in format 2 though a broker may
 *     be too old to read that
 * @param clean memory, spills and verification, for each worker
 * @param maxRecordBytes the largest batch or record in memory, in bytes
 * @param scanIntervalMs between looks at which partitions there are and which have changed
 * @param fullScanIntervalMs after which a partition is looked into though nothing seems changed
 */
public record CleanerOptions(
    Optional<Pattern> topic,
    HighWatermarkChoice highWatermark,
    boolean expireTombstones,
    UnkeyedPolicy unkeyed,
    boolean upgradeFormat,
    CleanOptions clean,
    int maxRecordBytes,
    long scanIntervalMs,
    long fullScanIntervalMs) {

  /** The same with other options for each clean. */
  public CleanerOptions with(CleanOptions other) {
    return new CleanerOptions(
        topic,
        highWatermark,
        expireTombstones,
        unkeyed,
        upgradeFormat,
        other,
        maxRecordBytes,
        scanIntervalMs,
        fullScanIntervalMs);
  }
}
