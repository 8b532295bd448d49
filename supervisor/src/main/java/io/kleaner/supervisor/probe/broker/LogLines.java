// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Makes entries of the lines of one log file. Understands Kafka's own layout ({@code [2026-01-31
 * 12:00:00,123] INFO …}, of log4j 1 and 2), the same without brackets or with a {@code T} and a
 * zone, as containers have it, and lines that begin with a level after a thread.
 *
 * <p>An entry is handed out when the next one begins, or when nothing more came for a while. Not
 * thread-safe.
 */
final class LogLines {

  private static final int MAX_REST = 40;
  private static final Pattern TIMED =
      Pattern.compile(
          "^\\[?(\\d{4}-\\d\\d-\\d\\d)[ T](\\d\\d:\\d\\d:\\d\\d)(?:[,.](\\d{1,3})\\d*)?"
              + "(Z|[+-]\\d\\d:?\\d\\d)?(?=[\\] ,]|$)");
  private static final Pattern LEVELLED =
      Pattern.compile("^(?:\\[[^\\]]{1,80}\\] )?(?:TRACE|DEBUG|INFO|WARN|ERROR|FATAL)\\b");

  /** Threads write their lines a little out of the order of their times. */
  private static final long DISORDER_MS = 60_000;

  private static final OptionalLong NO_TIME = OptionalLong.empty();

  /**
   * The time of a line.
   *
   * @param byZone whether it says nothing of its zone
   */
  private record Time(long atMs, boolean byZone) {}

  private final ZoneId zone;
  private String head = "";
  private long headAtMs;
  private final List<String> rest = new ArrayList<>();
  private boolean open;
  private OptionalLong newest = OptionalLong.empty();

  /** Of the line before, if it names no zone. */
  private long lastMs = Long.MIN_VALUE + DISORDER_MS;

  /**
   * @param zone of times that name none: the broker's
   */
  LogLines(ZoneId zone) {
    this.zone = zone;
  }

  /**
   * Takes the next line.
   *
   * @param nowMs stands for a time that the line doesn't have
   * @return the entry that ended before it
   */
  Optional<LogEntry> line(String line, long nowMs) {
    Optional<Time> time = time(line);
    if (time.isEmpty() && !LEVELLED.matcher(line).find()) {
      if (open && rest.size() < MAX_REST) {
        rest.add(line);
      }
      return Optional.empty();
    }
    Optional<LogEntry> ended = flush();
    open = true;
    head = line;
    headAtMs = time.map(Time::atMs).orElse(nowMs);
    newest =
        time.filter(each -> each.byZone).map(each -> OptionalLong.of(each.atMs)).orElse(NO_TIME);
    return ended;
  }

  /** The time of the newest entry, if that names no zone of its own. */
  OptionalLong newestByZone() {
    return newest;
  }

  /** The entry that is under way, if nothing more is to be expected of it. */
  Optional<LogEntry> flush() {
    if (!open) {
      return Optional.empty();
    }
    LogEntry entry = new LogEntry(headAtMs, head, rest);
    open = false;
    rest.clear();
    return Optional.of(entry);
  }

  /** Forgets what is under way: the file is another one. */
  void reset() {
    open = false;
    rest.clear();
  }

  private Optional<Time> time(String line) {
    Matcher timed = TIMED.matcher(line);
    if (!timed.find()) {
      return Optional.empty();
    }
    try {
      LocalDateTime local = LocalDateTime.parse(timed.group(1) + "T" + timed.group(2));
      String offset = timed.group(4);
      ZoneId in = offset == null ? zone : ZoneId.of(offset);
      String fraction = timed.group(3);
      long ms = fraction == null ? 0 : Long.parseLong((fraction + "00").substring(0, 3));
      long atMs = local.atZone(in).toInstant().toEpochMilli() + ms;
      if (offset == null) {
        if (atMs < lastMs - DISORDER_MS) {
          // Of an hour that comes twice, where clocks are put back, it is the second.
          atMs = local.atZone(in).withLaterOffsetAtOverlap().toInstant().toEpochMilli() + ms;
        }
        lastMs = atMs;
      }
      return Optional.of(new Time(atMs, offset == null));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }
}
