// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

/**
 * The offsets of a partition as a client sees them.
 *
 * @param highWatermark up to where all replicas in sync agree, exclusive
 * @param lastStableOffset up to where every transaction is decided, exclusive; at most the high
 *     watermark
 */
public record Offsets(long highWatermark, long lastStableOffset) {

  /** How far open transactions hold back what can be cleaned, in offsets. */
  public long lastStableLag() {
    return highWatermark - lastStableOffset;
  }
}
