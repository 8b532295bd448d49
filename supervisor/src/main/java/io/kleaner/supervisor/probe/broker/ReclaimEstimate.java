// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

/**
 * How much a clean would free: an estimate, from a sample of the dirty range.
 *
 * @param bytes estimated
 * @param sampledBytes how much of the dirty range was read
 * @param dirtyBytes how long the dirty range is
 * @param sampledRecords records in the sample
 * @param supersededRecords those of them that a later record of the sample replaces
 */
public record ReclaimEstimate(
    long bytes, long sampledBytes, long dirtyBytes, long sampledRecords, long supersededRecords) {

  /** Why there is none yet. */
  public static final String NOT_SAMPLED_YET = "no sample was taken yet";
}
