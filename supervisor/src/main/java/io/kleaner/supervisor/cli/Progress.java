// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import io.kleaner.core.io.FileEntry;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.segment.SegmentFileName;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.LongSupplier;

/**
 * Shows on a terminal how far a command is: at which of its partitions, and how much of that one
 * was read. Shows nothing if nobody watches.
 *
 * <p>Not thread-safe.
 */
final class Progress {

  private static final int STEPS = 100;

  /** Of a large partition a step more often: some ten a second. */
  private static final long MAX_STEP_BYTES = 32L * 1024 * 1024;

  private final Terminal terminal;
  private String what = "";
  private long totalBytes;
  private long bytes;
  private long shownBytes;

  Progress(Terminal terminal) {
    this.terminal = terminal;
  }

  /** Bytes of the segments in a directory; 0 if it cannot be listed. */
  static long logBytes(FileSystem fileSystem, Path partition) {
    try {
      return fileSystem.list(partition).stream()
          .filter(Progress::isLog)
          .mapToLong(FileEntry::sizeBytes)
          .sum();
    } catch (IOException e) {
      // Who reads it says so.
      return 0;
    }
  }

  private static boolean isLog(FileEntry file) {
    return SegmentFileName.parse(file.name())
        .filter(name -> name.stage() == SegmentFileName.Stage.LIVE)
        .filter(name -> name.kind() == SegmentFileName.Kind.LOG)
        .isPresent();
  }

  /**
   * A partition begins.
   *
   * @param doing what is done with it, such as {@code checking}
   * @param number which it is, from 1
   * @param of how many
   * @param total bytes that there are to read, at most; 0 if that is not known; asked for only if
   *     somebody watches
   */
  void begin(String partition, String doing, int number, int of, LongSupplier total) {
    if (!terminal.interactive()) {
      return;
    }
    what = partition + " (" + number + " of " + of + "): " + doing + ", ";
    totalBytes = total.getAsLong();
    bytes = 0;
    show();
  }

  /** Some further bytes of it were read. */
  void read(long count) {
    at(bytes + count);
  }

  /** So many bytes of it were read in all. */
  void at(long count) {
    bytes = count;
    if (Math.abs(bytes - shownBytes) >= stepBytes()) {
      show();
    }
  }

  private long stepBytes() {
    return totalBytes == 0 ? MAX_STEP_BYTES : Math.min(MAX_STEP_BYTES, totalBytes / STEPS + 1);
  }

  private void show() {
    shownBytes = bytes;
    terminal.progress(
        what
            + (totalBytes == 0
                ? Sizes.text(bytes) + " read"
                : Sizes.text(Math.min(bytes, totalBytes)) + " of " + Sizes.text(totalBytes)));
  }

  /** Takes it away, before a line that stays. */
  void end() {
    terminal.clearProgress();
  }
}
