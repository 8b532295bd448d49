// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.broker;

import io.kleaner.supervisor.probe.broker.ConfigValue.Origin;
import io.kleaner.supervisor.remedy.broker.ConfigOverride.Former;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Within which limits a cleaner's settings may be changed while its broker runs: Kafka's own, and
 * those that it should have. Pure; an empty answer means that it may.
 */
public final class TuningRules {

  /** What a cleaner may read and write in a second, in bytes. */
  public static final String RATE = "log.cleaner.io.max.bytes.per.second";

  /** The key maps of all cleaner threads together, in bytes. */
  public static final String BUFFER = "log.cleaner.dedupe.buffer.size";

  private static final long LEAST_BUFFER_PER_THREAD = 1024 * 1024;
  private static final int HEAP_SHARE = 4;

  private TuningRules() {}

  /** Why the throttle is not raised to a rate. */
  static Optional<String> refuseRate(Former now, double wanted) {
    Optional<Double> rate = number(now);
    if (rate.isEmpty() || now.origin() == Origin.DEFAULT) {
      return Optional.of("no throttle is set: " + RATE + " has Kafka's default, no limit");
    }
    if (!(wanted > rate.get())) {
      return Optional.of(
          RATE + " is " + now.effective().orElseThrow() + " now, and " + wanted + " is not more");
    }
    return Optional.empty();
  }

  /** Why the number of threads is not changed: Kafka takes at most twice, at least half. */
  static Optional<String> refuseThreads(int now, int wanted, long bufferBytes) {
    if (wanted == now) {
      return Optional.of(LeverRules.THREADS + " is " + now + " already");
    }
    if (wanted < 1 || wanted > 2L * now || wanted < now / 2) {
      return Optional.of(
          LeverRules.THREADS
              + " can go from "
              + now
              + " to at least "
              + Math.max(1, now / 2)
              + " and at most "
              + 2L * now
              + " in one step, not to "
              + wanted);
    }
    if (bufferBytes / wanted < LEAST_BUFFER_PER_THREAD) {
      return Optional.of(
          BUFFER
              + " is "
              + bufferBytes
              + ", which is less than the 1 MiB a thread that Kafka asks for with "
              + wanted
              + " threads");
    }
    return Optional.empty();
  }

  /** The largest buffer in one step: twice, and a quarter of the heap. */
  public static long largestBuffer(long nowBytes, long maxHeapBytes) {
    return Math.min(2 * nowBytes, maxHeapBytes / HEAP_SHARE);
  }

  /**
   * Why the buffer is not changed. Kafka takes any size, and is left without a single cleaner
   * thread when it doesn't fit the heap (measured on 4.3.1).
   */
  static Optional<String> refuseBuffer(
      long nowBytes, long wantedBytes, int threads, OptionalLong maxHeapBytes) {
    if (wantedBytes == nowBytes) {
      return Optional.of(BUFFER + " is " + nowBytes + " already");
    }
    if (wantedBytes / threads < LEAST_BUFFER_PER_THREAD) {
      return Optional.of(
          BUFFER
              + " has to be at least 1 MiB a thread, "
              + threads * LEAST_BUFFER_PER_THREAD
              + " for "
              + threads
              + ", not "
              + wantedBytes);
    }
    if (wantedBytes < nowBytes) {
      return Optional.empty();
    }
    if (maxHeapBytes.isEmpty()) {
      return Optional.of(
          "the broker's heap is not known (JMX tells it), and a buffer that doesn't fit it leaves"
              + " the broker without any cleaner thread");
    }
    if (wantedBytes > largestBuffer(nowBytes, maxHeapBytes.getAsLong())) {
      return Optional.of(
          BUFFER
              + " can go from "
              + nowBytes
              + " to at most "
              + largestBuffer(nowBytes, maxHeapBytes.getAsLong())
              + " in one step (twice, and a quarter of the heap of "
              + maxHeapBytes.getAsLong()
              + "), not to "
              + wantedBytes);
    }
    return Optional.empty();
  }

  static Optional<Double> number(Former setting) {
    try {
      return setting.effective().map(text -> Double.valueOf(text.strip()));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }
}
