// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.keymap;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * A directory for what is spilled, and the mark by which one run's files in it are known.
 *
 * @param dir holds the files; must exist
 * @param mark sixteen hexadecimal digits
 */
public record SpillPlace(Path dir, String mark) {

  /** Every spill file's name begins so. */
  public static final String PREFIX = "kleaner-";

  /** Every spill file's name ends so. */
  public static final String SUFFIX = ".spill";

  /** What a mark is, as a regular expression. */
  static final String MARK_PATTERN = "[0-9a-f]{16}";

  private static final Pattern MARK = Pattern.compile(MARK_PATTERN);
  private static final SecureRandom MARKS = new SecureRandom();

  /** Checks the mark. */
  public SpillPlace {
    if (!MARK.matcher(mark).matches()) {
      throw new IllegalArgumentException("mark '" + mark + "'");
    }
  }

  /** A place in a directory that nobody else spills into, or under a mark that nobody else has. */
  public static SpillPlace in(Path dir) {
    return new SpillPlace(dir, HexFormat.of().toHexDigits(MARKS.nextLong()));
  }

  /** Whether a file of that name is a spill file, whichever run's. */
  public static boolean isSpillFile(String fileName) {
    return fileName.startsWith(PREFIX) && fileName.endsWith(SUFFIX);
  }

  /**
   * A spill file of the run.
   *
   * @param name tells it from the run's others; letters, digits and hyphens
   */
  public Path file(String name) {
    return dir.resolve(PREFIX + mark + "-" + name + SUFFIX);
  }
}
