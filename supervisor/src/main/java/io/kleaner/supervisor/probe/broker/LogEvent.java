// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import io.kleaner.core.logdir.TopicPartition;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Something that a broker's log says of its cleaner. */
public sealed interface LogEvent {

  /** When the broker wrote it, milliseconds since the epoch; when we read it if it doesn't say. */
  long atMs();

  /** The line, cut to a bounded length. */
  String line();

  /**
   * A thread began to clean a partition.
   *
   * @param thread number of the thread, if the line names it
   */
  record BeganCleaning(long atMs, String line, OptionalInt thread, TopicPartition partition)
      implements LogEvent {}

  /**
   * A thread finished a partition.
   *
   * @param firstDirtyOffset where it began
   * @param endOffset where it ended, exclusive: where the next clean begins
   * @param bytesBefore read, -1 if the lines don't say
   * @param bytesAfter written, -1 if the lines don't say
   */
  record Cleaned(
      long atMs,
      String line,
      OptionalInt thread,
      TopicPartition partition,
      long firstDirtyOffset,
      long endOffset,
      long bytesBefore,
      long bytesAfter)
      implements LogEvent {}

  /**
   * A thread died.
   *
   * @param throwable class of what it died of, with its message; empty if that line was not seen
   * @param culprit the partition that it had begun to clean and not finished; empty if none was
   *     seen
   */
  record DiedOf(
      long atMs,
      String line,
      OptionalInt thread,
      Optional<String> throwable,
      Optional<TopicPartition> culprit)
      implements LogEvent {

    /** Whether memory ran out, as on a batch that decompresses far beyond its size. */
    public boolean isOutOfMemory() {
      return throwable.filter(text -> text.contains("OutOfMemoryError")).isPresent();
    }
  }

  /** A thread, or all of the cleaner, stopped; also said on the way to a restart. */
  record Stopped(long atMs, String line, OptionalInt thread) implements LogEvent {}

  /** A thread, or all of the cleaner, started. */
  record Started(long atMs, String line, OptionalInt thread) implements LogEvent {}

  /** The broker started: marks and dead threads of before are gone. */
  record BrokerStarted(long atMs, String line) implements LogEvent {}

  /** The broker begins to stop, which may take minutes; its cleaner ends on the way. */
  record BrokerStops(long atMs, String line) implements LogEvent {}

  /**
   * A partition will not be cleaned again until the broker restarts or the replica moves.
   *
   * @param cause class and message of the exception; empty if that line was not seen
   */
  record MarkedUncleanable(long atMs, String line, TopicPartition partition, Optional<String> cause)
      implements LogEvent {}

  /**
   * Records without a key were dropped.
   *
   * @param partition that was being cleaned; empty if that was not seen
   */
  record InvalidMessages(long atMs, String line, long count, Optional<TopicPartition> partition)
      implements LogEvent {}

  /**
   * A segment had more messages than the offset map holds, which ends the thread before 0.10.1
   * (KAFKA-3894).
   *
   * @param messages in the segment, as it counts them
   * @param segment as the line names it
   * @param capacity how many fit
   * @param baseOffset of the segment, if its name says it
   * @param partition of the segment, or what the thread began last
   */
  record MapTooSmall(
      long atMs,
      String line,
      long messages,
      String segment,
      long capacity,
      OptionalLong baseOffset,
      Optional<TopicPartition> partition)
      implements LogEvent {}

  /**
   * The cleaner met a message that its buffers don't hold, and makes them larger; from 0 to 0 it
   * does so for ever.
   *
   * @param times how often in a row the line came
   */
  record GrowingBuffers(long atMs, String line, long fromBytes, long toBytes, long times)
      implements LogEvent {

    /** The same after others like it. */
    GrowingBuffers again(long timesBefore) {
      return new GrowingBuffers(atMs, line, fromBytes, toBytes, times + timesBefore);
    }
  }

  /**
   * A log directory was taken offline.
   *
   * @param dir as the line names it
   */
  record LogDirFailed(long atMs, String line, String dir) implements LogEvent {}
}
