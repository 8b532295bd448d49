// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import io.kleaner.core.io.FileSystem;
import io.kleaner.core.time.Clock;
import java.io.IOException;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Follows a broker's log files. Begins near their ends, so that what happened shortly before we
 * came is known too. Lines of several files are put in the order of their times, because which file
 * a line goes to depends on the release and its configuration.
 *
 * <p>Not thread-safe; owned by one lookout.
 */
final class BrokerLogProbe implements AutoCloseable {

  private static final long FIRST_LOOK_BYTES = 8L * 1024 * 1024;

  private final Clock clock;
  private final List<Followed> files = new ArrayList<>();
  private final CleanerLogParser parser = new CleanerLogParser();
  private final EventStore events = new EventStore();
  private boolean changed = true;
  private List<LogEvent> shown = List.of();

  private static final class Followed {
    private final LogTail tail;
    private final LogLines lines;
    private Optional<String> problem = Optional.empty();
    private int looks;

    Followed(LogTail tail, LogLines lines) {
      this.tail = tail;
      this.lines = lines;
    }

    /** Each look reads to the end, and the next one makes its last entry whole. */
    boolean readToEnd() {
      return looks > 1;
    }
  }

  /**
   * @param files at least one
   * @param zone of the times in them
   */
  BrokerLogProbe(FileSystem fileSystem, Clock clock, List<Path> files, ZoneId zone) {
    this.clock = clock;
    for (Path file : files) {
      this.files.add(
          new Followed(new LogTail(fileSystem, file, FIRST_LOOK_BYTES), new LogLines(zone)));
    }
  }

  /**
   * Reads on.
   *
   * @throws IOException if none of the files can be read
   */
  CleanerLog look() throws IOException {
    List<LogEntry> entries = new ArrayList<>();
    IOException failure = new IOException("no log file was named");
    boolean any = false;
    for (Followed each : files) {
      try {
        read(each, entries);
        each.problem = Optional.empty();
        any = true;
      } catch (IOException e) {
        failure = e;
        each.problem = Optional.of(Reason.of(e));
      }
    }
    if (!any) {
      throw failure;
    }
    entries.sort(Comparator.comparingLong(LogEntry::atMs));
    for (LogEntry entry : entries) {
      for (LogEvent event : parser.parse(entry)) {
        events.add(event);
        changed = true;
      }
    }
    if (changed) {
      shown = events.all();
      changed = false;
    }
    return new CleanerLog(
        shown,
        files.stream()
            .map(
                each ->
                    new CleanerLog.LogFile(
                        each.tail.path(),
                        each.tail.position(),
                        each.tail.skippedBytes(),
                        each.problem))
            .toList(),
        files.stream().allMatch(each -> each.readToEnd() || each.problem.isPresent()),
        parser.version());
  }

  private void read(Followed each, List<LogEntry> entries) throws IOException {
    long nowMs = clock.nowMs();
    boolean more = each.tail.read(line -> keep(each.lines.line(line, nowMs), entries));
    if (!more) {
      // Nothing came since the last look: what is under way is whole.
      keep(each.lines.flush(), entries);
    }
    each.looks++;
  }

  /** Others are dropped at once: a first look reads many megabytes. */
  private static void keep(Optional<LogEntry> entry, List<LogEntry> entries) {
    entry.filter(CleanerLogParser::concerns).ifPresent(entries::add);
  }

  @Override
  public void close() throws IOException {
    for (Followed each : files) {
      each.tail.close();
    }
  }
}
