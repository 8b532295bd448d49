// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.check;

import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * Something that is not as it should be.
 *
 * @param severity how bad it is
 * @param kind what it is, for a program
 * @param file where
 * @param position byte position in the file; empty if it is about the file as a whole
 * @param offset log offset, if it is about one; of a batch that cannot be read the lowest that it
 *     may have
 * @param expected what should be there
 * @param actual what is there
 * @param nextStep what follows, and what to do
 */
public record Finding(
    Severity severity,
    Kind kind,
    Path file,
    OptionalLong position,
    OptionalLong offset,
    String expected,
    String actual,
    String nextStep) {

  /** How bad a finding is. */
  public enum Severity {
    /** Data is lost or cannot be trusted. */
    ERROR,
    /** Nothing is lost, but a broker will have to repair it, or something was left behind. */
    WARNING
  }

  /** What a finding is about. */
  public enum Kind {
    CORRUPT_BATCH,
    CRC_MISMATCH,
    CORRUPT_RECORDS,
    TORN_TAIL,
    OVERLAPPING_SEGMENTS,
    OFFSET_BELOW_BASE,
    RELATIVE_OFFSET_OVERFLOW,
    OFFSET_INDEX,
    TIME_INDEX,
    TXN_INDEX,
    PRODUCER_SNAPSHOT,
    LEFTOVER,
    UNREADABLE
  }

  /** Whether batches after it, that may be sound, were not looked at: they take too much memory. */
  public boolean leavesUnread() {
    return kind == Kind.CORRUPT_BATCH && severity == Severity.WARNING;
  }

  /** One line for a report. */
  public String text() {
    StringBuilder line = new StringBuilder();
    line.append(severity).append(' ').append(kind).append(" in ");
    line.append(file.getParent() == null ? file : file.getParent().getFileName());
    line.append('/').append(file.getFileName());
    position.ifPresent(at -> line.append(" at byte ").append(at));
    offset.ifPresent(at -> line.append(" (offset ").append(at).append(')'));
    line.append(": expected ").append(expected).append(", found ").append(actual).append(". ");
    return line.append(nextStep).toString();
  }
}
