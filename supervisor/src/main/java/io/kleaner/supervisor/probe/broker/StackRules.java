// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import java.util.List;

/**
 * Tells from a stack what a cleaner thread is at. Knows the classes of Kafka 4 ({@code
 * org.apache.kafka.storage.internals.log}) and those before ({@code kafka.log}). Pure.
 */
public final class StackRules {

  private static final String THROTTLER = ".Throttler.";

  private StackRules() {}

  /**
   * Judges one stack.
   *
   * @param frames {@code class.method:line} each, the innermost first
   */
  public static StackClass classify(Thread.State state, List<String> frames) {
    if (frames.isEmpty()) {
      return StackClass.UNKNOWN;
    }
    if (state == Thread.State.BLOCKED) {
      return StackClass.BLOCKED_IO;
    }
    boolean waits = state == Thread.State.WAITING || state == Thread.State.TIMED_WAITING;
    if (waits && contains(frames, THROTTLER)) {
      return StackClass.THROTTLED;
    }
    if (waits) {
      return contains(frames, "CountDownLatch.await") && !isInCleaner(frames)
          ? StackClass.IDLE
          : contains(frames, "Lock.lock") || isInFile(frames)
              ? StackClass.BLOCKED_IO
              : StackClass.UNKNOWN;
    }
    if (state == Thread.State.RUNNABLE && isInFile(frames)) {
      return StackClass.BLOCKED_IO;
    }
    return state == Thread.State.RUNNABLE && isInCleanerThread(frames)
        ? StackClass.CLEANING
        : StackClass.UNKNOWN;
  }

  /** Whether it is inside the cleaning of a log. */
  private static boolean isInCleaner(List<String> frames) {
    return contains(frames, ".log.Cleaner.");
  }

  private static boolean isInCleanerThread(List<String> frames) {
    return isInCleaner(frames)
        || contains(frames, "LogCleaner$CleanerThread.")
        || contains(frames, ".log.LogCleaner");
  }

  /** A call into the system shows as RUNNABLE, however long the disk takes. */
  private static boolean isInFile(List<String> frames) {
    String innermost = frames.get(0);
    return innermost.startsWith("sun.nio.ch.")
        || innermost.startsWith("java.base/sun.nio.ch.")
        || innermost.contains("sun.nio.fs.")
        || innermost.contains("FileChannel")
        || innermost.contains("FileDispatcher")
        || innermost.contains("java.io.File")
        || innermost.contains("java.io.UnixFileSystem")
        || innermost.contains("java.io.RandomAccessFile")
        || innermost.contains("MappedByteBuffer.force")
        || innermost.contains("MappedMemoryUtils.force")
        || innermost.contains("MappedMemoryUtils.load");
  }

  private static boolean contains(List<String> frames, String part) {
    return frames.stream().anyMatch(frame -> frame.contains(part));
  }
}
