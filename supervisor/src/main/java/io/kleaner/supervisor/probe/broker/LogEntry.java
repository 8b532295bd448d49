// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import java.util.List;

/**
 * One entry of a broker's log: a line with a time and a level, and the lines that follow it and
 * have none.
 *
 * @param atMs when it was written, milliseconds since the epoch; when it was read if it doesn't say
 * @param head its first line
 * @param rest of its lines, the first few dozen
 */
record LogEntry(long atMs, String head, List<String> rest) {

  LogEntry {
    rest = List.copyOf(rest);
  }
}
