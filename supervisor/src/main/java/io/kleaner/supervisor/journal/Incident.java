// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.journal;

/**
 * Something that happened, or was done about it.
 *
 * @param id ascending, also over restarts
 * @param atMs milliseconds since the epoch
 * @param kind what
 * @param subject a worker, a partition, a log directory or the service
 * @param summary one sentence
 * @param evidence what was seen, numbers and stacks; never keys or values
 * @param nextStep what to do, empty if nothing
 */
public record Incident(
    long id,
    long atMs,
    Kind kind,
    String subject,
    String summary,
    String evidence,
    String nextStep) {

  /** What happened. */
  public enum Kind {
    SERVICE_STARTED,
    SERVICE_STOPPED,
    WORKER_DEAD,
    WORKER_HUNG,
    WORKER_STARVED,
    WORKER_RESTARTED,
    WORKER_INTERRUPTED,
    ZOMBIE_ENDED,
    BUDGET_SPENT,
    PARTITION_FAILED,
    PARTITION_QUARANTINED,
    PARTITION_RELEASED,
    PARTITION_RECOVERED,
    PARTITION_STALLED,
    PARTITION_MOVING,
    FALLING_BEHIND,
    LOG_DIR_BLIND,
    LOG_DIR_SEEN,
    LOG_DIR_ISOLATED,
    PARTITION_VANISHED,
    QUARANTINES_LOST,
    REMEDIES_OFF,
    THROTTLE_CHANGED,
    CONDITION_BEGAN,
    CONDITION_ENDED,
    CULPRIT_FOUND,
    REMEDY_ASKED,
    REMEDY_ANSWERED,
    REMEDY_BEGUN,
    REMEDY_EFFECTIVE,
    REMEDY_FAILED,
    REMEDY_REFUSED,
    FAULT_INJECTED;

    /** Whether something was done here, not only seen. */
    public boolean isRemedy() {
      return this == WORKER_RESTARTED || this == PARTITION_QUARANTINED || this == REMEDY_EFFECTIVE;
    }
  }
}
