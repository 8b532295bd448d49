// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cleaner;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

/** How the looks at log directories went; written by the scout, read by anyone. Thread-safe. */
public final class ScanReport {

  /**
   * Of one log directory.
   *
   * @param problem why the last look failed, empty if it did not
   * @param freeBytes usable on its disk, -1 if not known
   * @param scannedAtMs when the last look that succeeded ended, -1 if none did
   */
  public record Entry(Optional<String> problem, long freeBytes, long scannedAtMs) {

    static final Entry NONE = new Entry(Optional.empty(), -1, -1);
  }

  private final Map<Path, Entry> entries = new ConcurrentSkipListMap<>();
  private volatile long tookMs;

  void scanned(Path logDir, long freeBytes, long nowMs) {
    entries.put(logDir, new Entry(Optional.empty(), freeBytes, nowMs));
  }

  /** A look failed, or a directory could not be taken. */
  public void failed(Path logDir, String problem, long nowMs) {
    Entry last = entries.getOrDefault(logDir, Entry.NONE);
    entries.put(logDir, new Entry(Optional.of(problem), last.freeBytes(), last.scannedAtMs()));
  }

  void took(long millis) {
    tookMs = millis;
  }

  /** Of all log directories. */
  public Map<Path, Entry> entries() {
    return Map.copyOf(entries);
  }

  /** How long the last look at all took, in milliseconds. */
  public long tookMs() {
    return tookMs;
  }
}
