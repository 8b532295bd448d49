// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cleaner;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentSkipListMap;

/** How the looks at log directories went; written by the scouts, read by anyone. Thread-safe. */
public final class ScanReport {

  /**
   * Of one log directory.
   *
   * @param problem why the last look failed, empty if it did not
   * @param failures looks that failed in a row
   * @param freeBytes usable on its disk, -1 if not known
   * @param scannedAtMs when the last look that succeeded ended, milliseconds since the epoch, -1 if
   *     none did
   * @param scannedAtNanos the same by the clock that nobody sets; empty if none did
   * @param tookMs how long the last look took
   * @param lost whether the directory was given up after that look
   */
  public record Entry(
      Optional<String> problem,
      int failures,
      long freeBytes,
      long scannedAtMs,
      OptionalLong scannedAtNanos,
      long tookMs,
      boolean lost) {

    /** Nobody has looked. */
    public static final Entry NONE =
        new Entry(Optional.empty(), 0, -1, -1, OptionalLong.empty(), 0, false);
  }

  private final Map<Path, Entry> entries = new ConcurrentSkipListMap<>();

  /** A look succeeded. */
  public void scanned(Path logDir, long freeBytes, long nowMs, long nowNanos) {
    entries.put(
        logDir,
        new Entry(
            Optional.empty(),
            0,
            freeBytes,
            nowMs,
            OptionalLong.of(nowNanos),
            of(logDir).tookMs(),
            false));
  }

  /** A look failed, or a directory could not be taken. */
  public void failed(Path logDir, String problem, long nowMs) {
    failed(logDir, problem, of(logDir).lost());
  }

  /** A directory was given up: nothing is known of it until the next look that succeeds. */
  public void lost(Path logDir, String problem) {
    failed(logDir, problem, true);
  }

  private void failed(Path logDir, String problem, boolean lost) {
    Entry last = of(logDir);
    entries.put(
        logDir,
        new Entry(
            Optional.of(problem),
            last.failures() + 1,
            last.freeBytes(),
            last.scannedAtMs(),
            last.scannedAtNanos(),
            last.tookMs(),
            lost));
  }

  void took(Path logDir, long millis) {
    entries.computeIfPresent(
        logDir,
        (path, last) ->
            new Entry(
                last.problem(),
                last.failures(),
                last.freeBytes(),
                last.scannedAtMs(),
                last.scannedAtNanos(),
                millis,
                last.lost()));
  }

  /** Of one log directory. */
  public Entry of(Path logDir) {
    return entries.getOrDefault(logDir, Entry.NONE);
  }

  /** How long the longest of the last looks took, in milliseconds. */
  public long tookMs() {
    return entries.values().stream().mapToLong(Entry::tookMs).max().orElse(0);
  }
}
