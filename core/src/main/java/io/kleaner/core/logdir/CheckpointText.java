// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.logdir;

import io.kleaner.core.io.FileEntry;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.io.SmallFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The frame that all of Kafka's checkpoint files share: a version, a count, and as many lines. As
 * strict as a broker, which takes the log directory offline over a line that it cannot read.
 */
final class CheckpointText {

  private static final String VERSION = "0";
  private static final int FIRST_ENTRY_LINE = 3;
  private static final Pattern WHITESPACE = Pattern.compile("\\s+");

  private final Path path;

  CheckpointText(Path path) {
    this.path = path;
  }

  /**
   * A line of a file.
   *
   * @param number from 1
   */
  record Line(int number, String text) {

    String[] fields() {
      return WHITESPACE.split(text);
    }
  }

  /** The lines after the count; none if the file is missing, empty, or ends before the count. */
  List<Line> read(FileSystem fileSystem) throws IOException {
    Optional<FileEntry> entry = fileSystem.stat(path);
    if (entry.isEmpty()) {
      return List.of();
    }
    RegularFiles.require(entry.get());
    return parse(SmallFile.text(fileSystem, path));
  }

  List<Line> parse(String text) throws UnusableDirectoryException {
    List<Line> lines = new ArrayList<>();
    text.lines().forEach(line -> lines.add(new Line(lines.size() + 1, line)));
    if (lines.isEmpty()) {
      return lines;
    }
    if (!lines.get(0).text().equals(VERSION)) {
      throw malformed(lines.get(0), "version " + VERSION);
    }
    if (lines.size() < FIRST_ENTRY_LINE - 1) {
      return List.of();
    }
    Line count = lines.get(1);
    List<Line> entries = lines.subList(FIRST_ENTRY_LINE - 1, lines.size());
    if (number(count, count.text()) != entries.size()) {
      throw malformed(count, entries.size() + " entries, as follow it");
    }
    return entries;
  }

  static String format(List<String> entries) {
    StringBuilder text = new StringBuilder();
    text.append(VERSION).append('\n').append(entries.size()).append('\n');
    entries.forEach(entry -> text.append(entry).append('\n'));
    return text.toString();
  }

  long number(Line line, String field) throws UnusableDirectoryException {
    try {
      return Long.parseLong(field);
    } catch (NumberFormatException e) {
      throw malformed(line, "a number where '" + field + "' stands");
    }
  }

  UnusableDirectoryException malformed(Line line, String expected) {
    return new UnusableDirectoryException(
        path
            + " is malformed at line "
            + line.number()
            + ": expected "
            + expected
            + ", found '"
            + line.text()
            + "'; nothing was changed.",
        "Correct the line, or move the file away while no broker runs; a broker with this file"
            + " takes the log directory offline.");
  }
}
