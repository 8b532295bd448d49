// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import io.kleaner.core.io.FileEntry;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.time.Clock;
import java.io.IOException;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Follows a broker's log files. Begins near their ends, so that what happened shortly before we
 * came is known too. Lines of several files are put in the order of their times, because which file
 * a line goes to depends on the release and its configuration. A line that two of them have counts
 * once, and a file that is named twice, also by a link, is read once.
 *
 * <p>Not thread-safe; owned by one lookout.
 */
final class BrokerLogProbe implements AutoCloseable {

  private static final long FIRST_LOOK_BYTES = 8L * 1024 * 1024;
  private static final long QUARTER_HOUR_MS = 15 * 60_000L;
  private static final long LOGGED_WITHIN_MS = 5_000;

  /** Zones are no further apart, of 12 hours behind to 14 ahead. */
  private static final long ZONES_MS = 26 * 3_600_000L;

  private final FileSystem fileSystem;
  private final Clock clock;
  private final List<Followed> files = new ArrayList<>();
  private final CleanerLogParser parser = new CleanerLogParser();
  private final EventStore events = new EventStore();
  private final Copies copies;
  private boolean changed = true;
  private List<LogEvent> shown = List.of();

  /** An entry, and the number of the file that has it. */
  private record Read(LogEntry entry, int file) {}

  private static final class Followed {
    private final LogTail tail;
    private final LogLines lines;
    private Optional<String> problem = Optional.empty();
    private int looks;
    private long timesOffMs;

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
    this.fileSystem = fileSystem;
    this.clock = clock;
    Map<Path, Path> named = new LinkedHashMap<>();
    files.forEach(file -> named.putIfAbsent(real(fileSystem, file), file));
    for (Path file : named.values()) {
      this.files.add(
          new Followed(new LogTail(fileSystem, file, FIRST_LOOK_BYTES), new LogLines(zone)));
    }
    copies = new Copies(this.files.size());
  }

  /** One that is not there yet is what its name says. */
  private static Path real(FileSystem fileSystem, Path file) {
    try {
      return fileSystem.realPath(file);
    } catch (IOException e) {
      return file.toAbsolutePath().normalize();
    }
  }

  /**
   * Reads on.
   *
   * @throws IOException if none of the files can be read
   */
  CleanerLog look() throws IOException {
    List<Read> entries = new ArrayList<>();
    // One time for all, or copies of a line that has none would be of two.
    long nowMs = clock.nowMs();
    IOException failure = new IOException("no log file was named");
    boolean any = false;
    for (int i = 0; i < files.size(); i++) {
      Followed each = files.get(i);
      try {
        read(i, nowMs, entries);
        each.problem = Optional.empty();
        any = true;
      } catch (IOException e) {
        failure = e;
        each.problem = Optional.of(Reason.of(e));
      }
    }
    entries.sort(Comparator.comparingLong(read -> read.entry().atMs()));
    for (Read read : entries) {
      if (copies.isCopy(read.entry(), read.file())) {
        continue;
      }
      for (LogEvent event : parser.parse(read.entry())) {
        events.add(event);
        changed = true;
      }
    }
    if (!any) {
      // What was read until then is kept for the next look.
      throw failure;
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
                        each.problem,
                        each.timesOffMs))
            .toList(),
        files.stream().allMatch(each -> each.readToEnd() || each.problem.isPresent()),
        parser.version());
  }

  private void read(int file, long nowMs, List<Read> entries) throws IOException {
    Followed each = files.get(file);
    boolean more = each.tail.read(line -> keep(each.lines.line(line, nowMs), file, entries));
    if (more) {
      noteTimes(each);
    } else {
      // Nothing came since the last look: what is under way is whole.
      keep(each.lines.flush(), file, entries);
    }
    each.looks++;
  }

  /** A line is written when it is logged: then its file changed last. */
  private void noteTimes(Followed each) throws IOException {
    Optional<FileEntry> file = fileSystem.stat(real(fileSystem, each.tail.path()));
    OptionalLong newest = each.lines.newestByZone();
    if (file.isPresent() && newest.isPresent()) {
      each.timesOffMs = quarterHours(newest.getAsLong() - file.get().lastModifiedMs());
    }
  }

  /** The same as whole quarter hours, by which zones differ; 0 if it is no such number. */
  private static long quarterHours(long ms) {
    long whole = Math.round((double) ms / QUARTER_HOUR_MS) * QUARTER_HOUR_MS;
    return Math.abs(ms - whole) <= LOGGED_WITHIN_MS && Math.abs(whole) <= ZONES_MS ? whole : 0;
  }

  /** Others are dropped at once: a first look reads many megabytes. */
  private static void keep(Optional<LogEntry> entry, int file, List<Read> entries) {
    entry.filter(CleanerLogParser::concerns).ifPresent(each -> entries.add(new Read(each, file)));
  }

  @Override
  public void close() throws IOException {
    for (Followed each : files) {
      each.tail.close();
    }
  }
}
