// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import io.kleaner.core.logdir.TopicPartition;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Understands what brokers of all releases from 0.9 on write about their cleaner. Remembers which
 * partition each thread is at, since nothing else names the culprit of a death. Entries have to
 * come in the order of their times.
 *
 * <p>Does no I/O. Not thread-safe.
 */
final class CleanerLogParser {

  private static final int MAX_LINE_CHARS = 1000;
  private static final String THREAD = "kafka-log-cleaner-thread-";
  private static final Pattern THREAD_NUMBER = Pattern.compile("kafka-log-cleaner-thread-(\\d+)");
  private static final Pattern BEGINS =
      Pattern.compile("(?:Cleaner (\\d+): )?Beginning cleaning of log (\\S+?)\\.?(?= |$)");
  private static final Pattern CLEANED =
      Pattern.compile(
          "Log cleaner thread (\\d+) cleaned log (\\S+) \\(dirty section = \\[(\\d+), (\\d+)\\]\\)");
  private static final Pattern SIZE =
      Pattern.compile("(Start|End) size: ([\\d.,\\u00a0\\u202f ]+) MB");
  private static final Pattern UNCLEANABLE =
      Pattern.compile("Marking its partition \\((\\S+?)\\) as uncleanable");
  private static final Pattern INVALID =
      Pattern.compile("Found (\\d+) invalid messages during compaction");
  private static final Pattern MAP_TOO_SMALL =
      Pattern.compile("(\\d+) messages in segment (\\S+) but offset map can fit only (\\d+)");
  private static final Pattern THROWABLE =
      Pattern.compile("^(?:[\\w$]+\\.)+[\\w$]*(?:Error|Exception|Throwable)\\b.*");
  private static final Pattern BROKER_STARTS =
      Pattern.compile(
          "\\[Kafka ?Server (?:id=)?\\d+\\],? starting\\b"
              + "|\\bstarting \\(kafka\\.server\\.KafkaServer\\)"
              + "|kafka\\.server\\.KafkaServer - starting\\b"
              + "|\\[BrokerServer id=\\d+\\] Transition from SHUTDOWN to STARTING");
  private static final Pattern BROKER_STOPS =
      Pattern.compile(
          "\\[(?:Kafka ?|Broker)Server (?:id=)?\\d+\\],? shutting down\\b"
              + "|\\bshutting down \\(kafka\\.server\\.(?:Kafka|Broker)Server\\)");
  private static final Pattern GROWING =
      Pattern.compile("Growing cleaner I/O buffers from (\\d+) ?bytes to (\\d+) bytes");
  private static final Pattern DIR_FAILED =
      Pattern.compile(
          "Stopping serving (?:logs|replicas) in (?:log )?dir (\\S+)"
              + "|Failed to clean up log for \\S+ in dir (\\S+) due to IOException");

  /** Each client in the broker's JVM says it too, and is of the same release. */
  private static final Pattern VERSION = Pattern.compile("\\bKafka version ?: ?(\\d+(?:\\.\\d+)+)");

  private Optional<String> version = Optional.empty();

  /** A thread that has finished dies of nothing there. */
  private final Begun atWork = new Begun();

  /** Finished or not: what is told of a clean comes after its end. */
  private final Begun begun = new Begun();

  /** Whether an entry may say anything; cheap, for the many that don't. */
  static boolean concerns(LogEntry entry) {
    String head = entry.head();
    return head.contains("lean")
        || head.contains("START")
        || head.contains("starting")
        || head.contains("shutting down")
        || head.contains("Stopping serving")
        || head.contains("invalid messages")
        || head.contains("Kafka version")
        || entry.rest().stream().anyMatch(line -> line.contains("cleaned log"));
  }

  /** What an entry says of the cleaner; nothing for most entries. */
  List<LogEvent> parse(LogEntry entry) {
    String head = entry.head();
    List<LogEvent> events = new ArrayList<>();
    Matcher says = VERSION.matcher(head);
    if (says.find()) {
      version = Optional.of(says.group(1));
    }
    Matcher starts = BROKER_STARTS.matcher(head);
    if (starts.find()) {
      atWork.clear();
      begun.clear();
      events.add(new LogEvent.BrokerStarted(entry.atMs(), cut(head)));
    }
    if (BROKER_STOPS.matcher(head).find()) {
      events.add(new LogEvent.BrokerStops(entry.atMs(), cut(head)));
    }
    begins(entry, events);
    cleaned(entry, events);
    mapTooSmall(entry, events);
    threads(entry, events);
    uncleanable(entry, events);
    numbers(entry, events);
    return events;
  }

  /** The broker's release, as the last entry says that tells it. */
  Optional<String> version() {
    return version;
  }

  private void begins(LogEntry entry, List<LogEvent> events) {
    Matcher begins = BEGINS.matcher(entry.head());
    if (!begins.find()) {
      return;
    }
    TopicPartition.ofDirectoryName(begins.group(2))
        .ifPresent(
            partition -> {
              OptionalInt thread = number(begins.group(1));
              atWork.begin(thread, partition);
              begun.begin(thread, partition);
              events.add(
                  new LogEvent.BeganCleaning(entry.atMs(), cut(entry.head()), thread, partition));
            });
  }

  private void cleaned(LogEntry entry, List<LogEvent> events) {
    String text = text(entry);
    Matcher cleaned = CLEANED.matcher(text);
    if (!cleaned.find()) {
      return;
    }
    Optional<TopicPartition> partition = TopicPartition.ofDirectoryName(cleaned.group(2));
    if (partition.isEmpty()) {
      return;
    }
    atWork.end(partition.get());
    long before = -1;
    long after = -1;
    Matcher size = SIZE.matcher(text);
    while (size.find()) {
      long bytes = megabytes(size.group(2));
      if (size.group(1).equals("Start")) {
        before = bytes;
      } else {
        after = bytes;
      }
    }
    events.add(
        new LogEvent.Cleaned(
            entry.atMs(),
            cut(cleaned.group()),
            number(cleaned.group(1)),
            partition.get(),
            Long.parseLong(cleaned.group(3)),
            Long.parseLong(cleaned.group(4)),
            before,
            after));
  }

  private void threads(LogEntry entry, List<LogEvent> events) {
    String head = entry.head();
    OptionalInt thread = thread(head);
    if (head.contains(THREAD)) {
      if (head.contains("Error due to")) {
        Optional<TopicPartition> culprit = culprit(entry, thread);
        // Who takes its place has begun nothing yet.
        atWork.of(thread).ifPresent(atWork::end);
        events.add(new LogEvent.DiedOf(entry.atMs(), cut(head), thread, throwable(entry), culprit));
      } else if (head.matches(".*[\\]:,] Stopped\\b.*")) {
        events.add(new LogEvent.Stopped(entry.atMs(), cut(head), thread));
      } else if (head.matches(".*[\\]:,] Starting\\b.*")) {
        events.add(new LogEvent.Started(entry.atMs(), cut(head), thread));
      }
    } else if (head.contains("Starting the log cleaner")) {
      atWork.clear();
      events.add(new LogEvent.Started(entry.atMs(), cut(head), thread));
    } else if (head.contains("Shutting down the log cleaner")) {
      events.add(new LogEvent.Stopped(entry.atMs(), cut(head), thread));
    }
  }

  /** Before the death of which it is the reason: one entry may tell both. */
  private void mapTooSmall(LogEntry entry, List<LogEvent> events) {
    Matcher small = MAP_TOO_SMALL.matcher(text(entry));
    if (small.find()) {
      String segment = small.group(2);
      events.add(
          new LogEvent.MapTooSmall(
              entry.atMs(),
              cut(small.group()),
              Long.parseLong(small.group(1)),
              segment,
              Long.parseLong(small.group(3)),
              segmentBase(segment),
              segmentPartition(segment).or(() -> atWork.of(thread(entry.head())))));
    }
  }

  /** A message that names the segment is worth more than what the thread began. */
  private Optional<TopicPartition> culprit(LogEntry entry, OptionalInt thread) {
    Matcher small = MAP_TOO_SMALL.matcher(text(entry));
    if (small.find() && segmentPartition(small.group(2)).isPresent()) {
      return segmentPartition(small.group(2));
    }
    return atWork.of(thread);
  }

  private void uncleanable(LogEntry entry, List<LogEvent> events) {
    Matcher marked = UNCLEANABLE.matcher(entry.head());
    if (marked.find()) {
      TopicPartition.ofDirectoryName(marked.group(1))
          .ifPresent(
              partition -> {
                atWork.end(partition);
                events.add(
                    new LogEvent.MarkedUncleanable(
                        entry.atMs(), cut(entry.head()), partition, throwable(entry)));
              });
    }
  }

  private void numbers(LogEntry entry, List<LogEvent> events) {
    Matcher invalid = INVALID.matcher(text(entry));
    if (invalid.find()) {
      events.add(
          new LogEvent.InvalidMessages(
              entry.atMs(),
              cut(invalid.group()),
              Long.parseLong(invalid.group(1)),
              begun.of(thread(entry.head()))));
    }
    Matcher growing = GROWING.matcher(entry.head());
    if (growing.find()) {
      events.add(
          new LogEvent.GrowingBuffers(
              entry.atMs(),
              cut(entry.head()),
              Long.parseLong(growing.group(1)),
              Long.parseLong(growing.group(2)),
              1));
    }
    Matcher failed = DIR_FAILED.matcher(entry.head());
    if (failed.find()) {
      String dir = failed.group(1) == null ? failed.group(2) : failed.group(1);
      events.add(new LogEvent.LogDirFailed(entry.atMs(), cut(entry.head()), dir));
    }
  }

  private static Optional<String> throwable(LogEntry entry) {
    return entry.rest().stream()
        .filter(line -> THROWABLE.matcher(line).matches())
        .findFirst()
        .map(CleanerLogParser::cut);
  }

  private static Optional<TopicPartition> segmentPartition(String segment) {
    int slash = segment.lastIndexOf('/');
    if (slash < 0) {
      return Optional.empty();
    }
    String dir = segment.substring(0, slash);
    return TopicPartition.ofDirectoryName(dir.substring(dir.lastIndexOf('/') + 1));
  }

  private static OptionalLong segmentBase(String segment) {
    Matcher base = Pattern.compile("(\\d{20})\\.log$").matcher(segment);
    return base.find() ? OptionalLong.of(Long.parseLong(base.group(1))) : OptionalLong.empty();
  }

  private static OptionalInt thread(String line) {
    Matcher thread = THREAD_NUMBER.matcher(line);
    return thread.find() ? number(thread.group(1)) : OptionalInt.empty();
  }

  private static OptionalInt number(String digits) {
    return digits == null || digits.length() > 9
        ? OptionalInt.empty()
        : OptionalInt.of(Integer.parseInt(digits));
  }

  /** The broker writes numbers in its own locale; what cannot be told is not known. */
  private static long megabytes(String text) {
    String plain = text.replaceAll("[\\u00a0\\u202f ]", "");
    int mark = Math.max(plain.lastIndexOf('.'), plain.lastIndexOf(','));
    String whole = (mark < 0 ? plain : plain.substring(0, mark)).replaceAll("[.,]", "");
    String fraction = mark < 0 ? "" : plain.substring(mark + 1);
    try {
      return Math.round(Double.parseDouble("0" + whole + "." + fraction + "0") * 1024 * 1024);
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  private static String text(LogEntry entry) {
    return entry.rest().isEmpty()
        ? entry.head()
        : entry.head() + "\n" + String.join("\n", entry.rest());
  }

  private static String cut(String text) {
    return text.length() <= MAX_LINE_CHARS ? text : text.substring(0, MAX_LINE_CHARS) + "…";
  }
}
