// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

/**
 * What a cleaner's stack says that it is at. One look cannot tell spinning from cleaning: that is
 * judged over two, by processor time and checkpoints.
 */
public enum StackClass {
  /** Waits for something to clean. */
  IDLE,
  /** Runs in the cleaner's own code. */
  CLEANING,
  /** Sleeps in the throttle, because {@code log.cleaner.io.max.bytes.per.second} asks for it. */
  THROTTLED,
  /** In a read, write or sync of a file, or waits for a lock: the lever must not be pulled. */
  BLOCKED_IO,
  /** None of these. */
  UNKNOWN
}
