// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a broker's log files said of its cleaner, as far as they were read. Immutable.
 *
 * @param events the newest few thousand, the oldest first
 * @param files that are read
 * @param readToEnd whether what stood in them when we came was read
 * @param version the broker's release, as the last line says that tells it
 */
public record CleanerLog(
    List<LogEvent> events, List<LogFile> files, boolean readToEnd, Optional<String> version) {

  /** Keeps its own copies. */
  public CleanerLog {
    events = List.copyOf(events);
    files = List.copyOf(files);
  }

  /**
   * A log file that is read.
   *
   * @param file which
   * @param readBytes how far in the present file
   * @param skippedBytes passed over because more came than could be read
   * @param problem why it could not be read last time, empty if it could
   * @param timesOffMs by how much the times in it are ahead of when it was written, if that is a
   *     whole number of quarter hours, as of another zone; 0 if they are not
   */
  public record LogFile(
      Path file, long readBytes, long skippedBytes, Optional<String> problem, long timesOffMs) {}

  /** The newest event of a kind. */
  public <E extends LogEvent> Optional<E> last(Class<E> kind) {
    for (int i = events.size() - 1; i >= 0; i--) {
      if (kind.isInstance(events.get(i))) {
        return Optional.of(kind.cast(events.get(i)));
      }
    }
    return Optional.empty();
  }
}
