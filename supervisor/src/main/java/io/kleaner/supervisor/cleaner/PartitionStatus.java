// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cleaner;

/** What is known of a partition, by the last look at it and by what is done with it now. */
public enum PartitionStatus {
  /** Nobody has looked yet. */
  UNSEEN,
  /** Nothing in it is dirty and cleanable. */
  CLEAN,
  /** Something is dirty, and the rules say that it is not yet time. */
  NOT_ELIGIBLE,
  /** It waits for a worker. */
  DIRTY,
  /** A worker is at it. */
  CLEANING,
  /** It failed, and is tried again soon. */
  BACKOFF,
  /** It is left alone; the reason says why, and until when. */
  QUARANTINED,
  /** Its topic is not compacted. */
  NOT_COMPACTED,
  /** Nothing says whether its topic is compacted; it is not cleaned. */
  UNKNOWN_POLICY
}
