// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench.engine;

import java.util.HashMap;
import java.util.Map;

/**
 * What one clean took.
 *
 * @param mapS seconds of the first phase, added up over partitions
 * @param copyS seconds of the rest, added up over partitions
 * @param totalS seconds from beginning to end
 * @param cpuS processor seconds of the whole process, garbage collector and compiler included
 * @param rssBytes peak resident memory of the process so far
 * @param allocatedBytes of the Java heap
 * @param bytesPerKey of a full key map
 * @param bytesRead by read calls
 * @param bytesWritten by write calls
 * @param rounds how often the log was rewritten
 * @param spilledBytes of keys written to disk
 */
public record Figures(
    double mapS,
    double copyS,
    double totalS,
    double cpuS,
    long rssBytes,
    long allocatedBytes,
    double bytesPerKey,
    long bytesRead,
    long bytesWritten,
    int rounds,
    long spilledBytes) {

  /** One line of {@code name=value}. */
  public String toLine() {
    return "mapS="
        + mapS
        + " copyS="
        + copyS
        + " totalS="
        + totalS
        + " cpuS="
        + cpuS
        + " rssBytes="
        + rssBytes
        + " allocatedBytes="
        + allocatedBytes
        + " bytesPerKey="
        + bytesPerKey
        + " bytesRead="
        + bytesRead
        + " bytesWritten="
        + bytesWritten
        + " rounds="
        + rounds
        + " spilledBytes="
        + spilledBytes;
  }

  /**
   * What {@link #toLine} has written.
   *
   * @throws IllegalArgumentException if it is something else
   */
  public static Figures parse(String line) {
    Map<String, String> values = new HashMap<>();
    for (String pair : line.strip().split(" ")) {
      int equals = pair.indexOf('=');
      if (equals < 0) {
        throw new IllegalArgumentException("not figures: " + line);
      }
      values.put(pair.substring(0, equals), pair.substring(equals + 1));
    }
    return new Figures(
        Double.parseDouble(values.get("mapS")),
        Double.parseDouble(values.get("copyS")),
        Double.parseDouble(values.get("totalS")),
        Double.parseDouble(values.get("cpuS")),
        Long.parseLong(values.get("rssBytes")),
        Long.parseLong(values.get("allocatedBytes")),
        Double.parseDouble(values.get("bytesPerKey")),
        Long.parseLong(values.get("bytesRead")),
        Long.parseLong(values.get("bytesWritten")),
        Integer.parseInt(values.get("rounds")),
        Long.parseLong(values.get("spilledBytes")));
  }
}
