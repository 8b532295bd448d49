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

  /** The read and write buffers of all cleaner threads together, in bytes. */
  public static final String IO_BUFFER = "log.cleaner.io.buffer.size";

  /** What those buffers grow to at need, each, in bytes. */
  public static final String LARGEST_MESSAGE = "message.max.bytes";

  /** The broker applies no metadata for so long, if a thread falls asleep while it is restarted. */
  static final long LONGEST_SLEEP_MS = 5_000;

  /** Kafka looks at the rate after the first piece of work that ends so long after a sleep. */
  private static final long CHECK_MS = 300;

  /** More than a broker's cleaner threads read and write together, from memory even. */
  private static final double FASTEST_BYTES_PER_MS = (1L << 30) / 1_000.0;

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

  /**
   * The most that is accounted at once: every thread's read buffer and write buffer, grown to the
   * largest message if that is larger.
   */
  public static long largestChunk(long ioBufferBytes, long largestMessageBytes, int threads) {
    return Math.max(ioBufferBytes, 2L * threads * largestMessageBytes);
  }

  /**
   * How long a thread can sleep in the throttle at most, in milliseconds. It sleeps off what all
   * threads read and wrote since the last sleep: what fits between two looks at the rate, and one
   * chunk.
   */
  static long longestSleepMs(double bytesPerSecond, long chunkBytes) {
    return (long)
        Math.ceil((CHECK_MS * FASTEST_BYTES_PER_MS + chunkBytes) / bytesPerSecond * 1_000);
  }

  /**
   * Why the cleaner must not be restarted while it is throttled to a rate: the thread could be
   * asleep, or fall asleep, for too long. A sleep has the length that it began with, whatever the
   * rate becomes, and no look can tell how long the next one is.
   */
  public static Optional<String> refuseSleeps(double bytesPerSecond, long chunkBytes) {
    long sleepMs = longestSleepMs(bytesPerSecond, chunkBytes);
    return bytesPerSecond > 0 && sleepMs <= LONGEST_SLEEP_MS
        ? Optional.empty()
        : Optional.of(
            "at "
                + RATE
                + "="
                + bytesPerSecond
                + " a cleaner thread may sleep in the throttle for up to "
                + (sleepMs / 1_000 + 1)
                + " s at a time, and the broker would wait for it and apply no metadata meanwhile"
                + " (up to "
                + LONGEST_SLEEP_MS / 1_000
                + " s are put up with, which takes a rate of at least "
                + leastRate(chunkBytes)
                + ")");
  }

  private static long leastRate(long chunkBytes) {
    return (long)
        Math.ceil((CHECK_MS * FASTEST_BYTES_PER_MS + chunkBytes) * 1_000 / LONGEST_SLEEP_MS);
  }

  /** Why the number of threads is not changed: Kafka takes at most twice, at least half. */
  public static Optional<String> refuseThreads(int now, int wanted, long bufferBytes) {
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
