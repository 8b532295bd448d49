// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.oracle;

import java.util.function.Supplier;
import org.apache.kafka.common.utils.Time;

/** A clock for Kafka's code that stands still. */
public final class FrozenTime implements Time {

  private final long nowMs;

  /**
   * @param nowMs milliseconds since the epoch
   */
  public FrozenTime(long nowMs) {
    this.nowMs = nowMs;
  }

  @Override
  public long milliseconds() {
    return nowMs;
  }

  @Override
  public long nanoseconds() {
    return nowMs * 1_000_000;
  }

  @Override
  public void sleep(long ms) {
    throw new UnsupportedOperationException("time stands still");
  }

  @Override
  public void waitObject(Object monitor, Supplier<Boolean> condition, long deadlineMs) {
    throw new UnsupportedOperationException("time stands still");
  }
}
