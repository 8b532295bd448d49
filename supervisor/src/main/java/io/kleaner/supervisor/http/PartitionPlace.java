// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.http;

import java.util.Comparator;
import java.util.Map;
import java.util.Optional;

/**
 * Where a partition stands among all of them: by topic, number and log directory, none of which
 * changes while it is cleaned. So whoever goes on after the last one that was read sees each once,
 * whatever gets dirty, clean, new or lost meanwhile. Immutable.
 *
 * @param logDir empty if it is not known
 */
record PartitionPlace(String topic, int number, String logDir)
    implements Comparable<PartitionPlace> {

  private static final Comparator<PartitionPlace> ORDER =
      Comparator.comparing(PartitionPlace::topic)
          .thenComparingInt(PartitionPlace::number)
          .thenComparing(PartitionPlace::logDir);

  /** Of a partition as the API shows it. */
  static PartitionPlace of(Map<String, Object> partition) {
    return read(partition.get("partition") + "," + partition.getOrDefault("logDir", ""))
        .orElseThrow();
  }

  /** Understands what {@link #text} wrote; empty if it is none. */
  static Optional<PartitionPlace> read(String text) {
    int comma = text.indexOf(',');
    String name = comma < 0 ? text : text.substring(0, comma);
    int dash = name.lastIndexOf('-');
    try {
      return dash < 1
          ? Optional.empty()
          : Optional.of(
              new PartitionPlace(
                  name.substring(0, dash),
                  Integer.parseInt(name.substring(dash + 1)),
                  comma < 0 ? "" : text.substring(comma + 1)));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** As one goes on after it. A topic has no comma in its name. */
  String text() {
    return topic + "-" + number + "," + logDir;
  }

  @Override
  public int compareTo(PartitionPlace other) {
    return ORDER.compare(this, other);
  }
}
