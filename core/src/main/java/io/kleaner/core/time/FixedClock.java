// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.time;

/**
 * Wall time pinned to one instant, as {@code --now} asks; durations are still measured.
 *
 * @param nowMs milliseconds since the epoch
 */
public record FixedClock(long nowMs) implements Clock {

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }
}
