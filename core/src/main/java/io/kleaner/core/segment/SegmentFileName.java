// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.segment;

import java.nio.file.Path;
import java.util.Optional;

/**
 * The name of one file of a segment or of a producer snapshot: a base offset in twenty digits, the
 * kind of file, and where it stands in a replacement.
 *
 * <p>Two shapes are understood, as a Kafka broker writes them: {@code
 * 00000000000000000042.log.cleaned} and, for a file retired by a clean, {@code
 * 00000000000000000042.log.deleted}. Anything else is not ours to touch.
 *
 * @param baseOffset the offset in the name, not negative
 * @param kind which file of the segment
 * @param stage where it stands in a replacement
 */
public record SegmentFileName(long baseOffset, Kind kind, Stage stage) {

  /** Which file of a segment. */
  public enum Kind {
    LOG(".log"),
    OFFSET_INDEX(".index"),
    TIME_INDEX(".timeindex"),
    TXN_INDEX(".txnindex"),
    PRODUCER_SNAPSHOT(".snapshot");

    private final String extension;

    Kind(String extension) {
      this.extension = extension;
    }

    /** With its dot. */
    public String extension() {
      return extension;
    }
  }

  /** Where a file stands in a replacement. */
  public enum Stage {
    /** In use. */
    LIVE(""),
    /** Being written, or written and not committed. */
    CLEANED(".cleaned"),
    /** Committed, not yet in its final place. */
    SWAP(".swap"),
    /** Replaced, to be deleted. */
    DELETED(".deleted");

    private final String suffix;

    Stage(String suffix) {
      this.suffix = suffix;
    }

    /** With its dot; empty for a file in use. */
    public String suffix() {
      return suffix;
    }
  }

  private static final int DIGITS = 20;

  /** Checks that the offset is not negative. */
  public SegmentFileName {
    if (baseOffset < 0) {
      throw new IllegalArgumentException("base offset " + baseOffset + " is negative");
    }
  }

  /** The live file of a kind. */
  public static SegmentFileName live(long baseOffset, Kind kind) {
    return new SegmentFileName(baseOffset, kind, Stage.LIVE);
  }

  /** Understands a file name; empty for a name that is not a segment's. */
  public static Optional<SegmentFileName> parse(String name) {
    if (name.length() <= DIGITS || name.charAt(DIGITS) != '.') {
      return Optional.empty();
    }
    for (int i = 0; i < DIGITS; i++) {
      char c = name.charAt(i);
      if (c < '0' || c > '9') {
        return Optional.empty();
      }
    }
    long baseOffset;
    try {
      baseOffset = Long.parseLong(name.substring(0, DIGITS));
    } catch (NumberFormatException tooLarge) {
      return Optional.empty();
    }
    String rest = name.substring(DIGITS);
    for (Kind kind : Kind.values()) {
      if (rest.startsWith(kind.extension)) {
        String suffix = rest.substring(kind.extension.length());
        for (Stage stage : Stage.values()) {
          if (suffix.equals(stage.suffix)) {
            return Optional.of(new SegmentFileName(baseOffset, kind, stage));
          }
        }
      }
    }
    return Optional.empty();
  }

  /** The same file at another stage. */
  public SegmentFileName at(Stage other) {
    return new SegmentFileName(baseOffset, kind, other);
  }

  /** The file's path in a partition directory. */
  public Path in(Path partitionDir) {
    return partitionDir.resolve(toString());
  }

  /** The name as it stands on disk. */
  @Override
  public String toString() {
    String digits = Long.toString(baseOffset);
    return "0".repeat(DIGITS - digits.length()) + digits + kind.extension + stage.suffix;
  }
}
