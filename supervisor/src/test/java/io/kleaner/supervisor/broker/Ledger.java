// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.broker;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.common.header.Header;

/** What was written to one partition, and what of it counts. Not thread-safe. */
public final class Ledger {

  private final NavigableMap<Long, Entry> entries = new TreeMap<>();

  /**
   * One record.
   *
   * @param value empty for a tombstone
   * @param headers in one line
   * @param committed false for a record of an aborted transaction
   */
  public record Entry(String key, Optional<String> value, String headers, boolean committed) {

    /** Whether a record read back says the same. */
    public boolean says(Entry other) {
      return key.equals(other.key) && value.equals(other.value) && headers.equals(other.headers);
    }
  }

  /** Notes a record that the broker acknowledged. */
  public void add(long offset, Entry entry) {
    entries.put(offset, entry);
  }

  /** All records by offset. */
  public NavigableMap<Long, Entry> entries() {
    return entries;
  }

  /** Offsets of the newest committed record of each key whose value is not a tombstone. */
  public Map<String, Long> live() {
    Map<String, Long> newest = new LinkedHashMap<>();
    entries.forEach(
        (offset, entry) -> {
          if (entry.committed()) {
            newest.put(entry.key(), offset);
          }
        });
    newest.values().removeIf(offset -> entries.get(offset).value().isEmpty());
    return newest;
  }

  /**
   * Offsets of what a clean of all below a bound has to remove: records that were aborted, or have
   * a newer committed one of their key below the bound.
   */
  public Set<Long> removable(long bound) {
    Set<Long> removable = new TreeSet<>();
    Map<String, Long> newest = new LinkedHashMap<>();
    entries
        .headMap(bound, false)
        .forEach(
            (offset, entry) -> {
              Long older = entry.committed() ? newest.put(entry.key(), offset) : offset;
              if (older != null) {
                removable.add(older);
              }
            });
    return removable;
  }

  /** Headers in one line, to be compared. */
  public static String line(Iterable<Header> headers) {
    StringBuilder line = new StringBuilder();
    for (Header header : headers) {
      line.append(header.key())
          .append('=')
          .append(Objects.isNull(header.value()) ? "null" : Arrays.toString(header.value()))
          .append(';');
    }
    return line.toString();
  }
}
