// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import io.kleaner.core.segment.Segment;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How far the dirty range of one partition was read ahead of the cleaner, and what was met. Each
 * byte is read once as long as the log only grows and gets clean; what was read is forgotten where
 * it is clean by now, and all of it where the log went back. Not thread-safe.
 */
final class AheadScan {

  private static final int TROUBLES_KEPT = 20;
  private static final long HORIZON_BYTES = 256 * 1024;

  private final List<CleanAhead.Trouble> troubles = new ArrayList<>();
  private Optional<CleanAhead.Largest> largest = Optional.empty();
  private Optional<CleanAhead.Horizons> horizons = Optional.empty();
  private long horizonsOf = -1;
  private long firstDirty = -1;
  private long segment = -1;
  private long position;

  /**
   * Whether there is something that was not read yet.
   *
   * @param dirty segments that hold dirt, in the order of the log
   */
  boolean isBehind(List<Segment> dirty) {
    return horizonsOf != firstDirty || unread(dirty) > 0;
  }

  /**
   * Bytes of these segments that are not read yet.
   *
   * @param dirty segments that hold dirt, in the order of the log
   */
  private long unread(List<Segment> dirty) {
    return dirty.stream().mapToLong(each -> each.logBytes() - begin(each)).sum();
  }

  /** Where reading goes on in a segment, its end if it was read. */
  private long begin(Segment one) {
    if (one.baseOffset() < segment) {
      return one.logBytes();
    }
    // One that is shorter than what was read of it is another.
    return one.baseOffset() == segment && position <= one.logBytes() ? position : 0;
  }

  /**
   * Notes where the dirty range begins.
   *
   * @param dirty segments that hold dirt
   */
  void note(List<Segment> dirty, long newFirstDirty) {
    boolean gone =
        !dirty.isEmpty()
            && segment >= dirty.get(0).baseOffset()
            && dirty.stream().noneMatch(each -> each.baseOffset() == segment);
    if (newFirstDirty < firstDirty || gone) {
      troubles.clear();
      largest = Optional.empty();
      segment = -1;
      position = 0;
    }
    firstDirty = newFirstDirty;
    troubles.removeIf(each -> each.baseOffset() < newFirstDirty);
    largest = largest.filter(each -> each.baseOffset() >= newFirstDirty);
  }

  /**
   * Reads on.
   *
   * @param clean segments below the dirt, in the order of the log
   * @param budgetBytes how much is read, about
   * @return how much was
   * @throws IOException if segments are replaced meanwhile; reading goes on where it was
   */
  long step(AheadReader reader, List<Segment> dirty, List<Segment> clean, long budgetBytes)
      throws IOException {
    long left = budgetBytes;
    if (horizonsOf != firstDirty) {
      horizons = reader.horizons(clean, firstDirty, HORIZON_BYTES);
      horizonsOf = firstDirty;
      left -= HORIZON_BYTES;
    }
    for (Segment each : dirty) {
      long from = begin(each);
      if (left <= 0) {
        break;
      }
      if (from >= each.logBytes()) {
        continue;
      }
      long lowest = each.baseOffset();
      AheadReader.Read read =
          reader.read(each, from, firstDirty, left, trouble -> add(trouble, lowest));
      segment = each.baseOffset();
      position = read.endPosition();
      left -= read.readBytes();
      if (read.largest().isPresent()
          && (largest.isEmpty() || largest.get().bytes() < read.largest().get().bytes())) {
        largest = read.largest();
      }
    }
    return budgetBytes - left;
  }

  /** Keeps it, unless it was met before, in a read that did not come to its end. */
  private void add(CleanAhead.Trouble trouble, long lowestOffset) {
    boolean known =
        troubles.stream()
            .anyMatch(
                each ->
                    each.segment().equals(trouble.segment())
                        && each.position() == trouble.position());
    if (!known && troubles.size() < TROUBLES_KEPT) {
      troubles.add(
          trouble.baseOffset() >= 0
              ? trouble
              : new CleanAhead.Trouble(
                  trouble.kind(),
                  trouble.segment(),
                  trouble.position(),
                  Math.max(firstDirty, lowestOffset),
                  trouble.text(),
                  trouble.becomesBytes()));
    }
  }

  /** What is known by now. */
  CleanAhead found(List<Segment> dirty) {
    long all = dirty.stream().mapToLong(Segment::logBytes).sum();
    return new CleanAhead(troubles, largest, all - unread(dirty), all, horizons);
  }
}
