// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import io.kleaner.core.segment.Segment;
import io.kleaner.supervisor.probe.broker.CleanAhead.Kind;
import io.kleaner.supervisor.probe.broker.CleanAhead.Trouble;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How far one segment was read ahead, and what was met in it. Holds of the one file that was read:
 * whoever finds another under its name begins anew. Not thread-safe.
 */
final class AheadPart {

  /**
   * What has to be met again before it is told.
   *
   * @param lowestOffset with which it is read
   */
  record Suspect(Trouble trouble, long lowestOffset) {

    private boolean isMetAgainAs(Trouble other) {
      return other.kind() == trouble.kind() && other.position() == trouble.position();
    }
  }

  private final SealedLog.Identity identity;
  private final List<Trouble> troubles = new ArrayList<>();
  private final List<Suspect> suspects = new ArrayList<>();
  private Optional<CleanAhead.Largest> largest = Optional.empty();
  private long position;
  private long nextOffset;

  /**
   * @param baseOffset of the segment
   */
  AheadPart(SealedLog.Identity identity, long baseOffset) {
    this.identity = identity;
    this.nextOffset = baseOffset;
  }

  SealedLog.Identity identity() {
    return identity;
  }

  /** Bytes that were read. */
  long position() {
    return position;
  }

  /** Whether all of it was read. */
  boolean isRead() {
    return position >= identity.sizeBytes();
  }

  List<Trouble> troubles() {
    return troubles;
  }

  List<Suspect> suspects() {
    return suspects;
  }

  Optional<CleanAhead.Largest> largest() {
    return largest;
  }

  /** Forgets what is clean by now. */
  void forgetBelow(long firstDirty) {
    troubles.removeIf(each -> each.baseOffset() < firstDirty);
    suspects.removeIf(each -> each.trouble().baseOffset() < firstDirty);
    largest = largest.filter(each -> each.baseOffset() >= firstDirty);
  }

  /** What is left to read. */
  AheadReader.Stretch rest(Segment segment, long firstDirty) {
    return new AheadReader.Stretch(position, nextOffset, segment.logBytes(), firstDirty, false);
  }

  /** Notes that the rest was read so far. */
  void wasRead(AheadReader.Read read) {
    position = read.endPosition();
    nextOffset = read.nextOffset();
    if (read.largest().isPresent()
        && (largest.isEmpty() || largest.get().bytes() < read.largest().get().bytes())) {
      largest = read.largest();
    }
  }

  /**
   * Notes what was met. A checksum that fits proves what was read; what doesn't fit, or is no
   * batch, may be a fault of the reading, and waits.
   */
  void add(Trouble trouble, long lowestOffset) {
    if (trouble.kind() == Kind.WRONG_CRC || trouble.kind() == Kind.NO_BATCH) {
      suspects.add(new Suspect(trouble, lowestOffset));
    } else {
      troubles.add(trouble);
    }
  }

  /**
   * Notes what was met where a suspect stands.
   *
   * @return whether it is the same
   */
  boolean isConfirmed(Suspect suspect, List<Trouble> met) {
    suspects.remove(suspect);
    if (met.stream().anyMatch(suspect::isMetAgainAs)) {
      troubles.add(suspect.trouble());
      return true;
    }
    // A fault of the reading: from there on all is read once more.
    long from = suspect.trouble().position();
    suspects.removeIf(each -> each.trouble().position() >= from);
    troubles.removeIf(each -> each.position() >= from);
    position = Math.min(position, from);
    nextOffset = Math.min(nextOffset, suspect.lowestOffset());
    return false;
  }
}
