// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import io.kleaner.core.segment.Segment;
import io.kleaner.supervisor.probe.broker.CleanAhead.Kind;
import io.kleaner.supervisor.probe.broker.CleanAhead.Trouble;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * How far the dirty range of one partition was read ahead of the cleaner, and what was met. Each
 * byte is read once as long as its file stays; what was read is forgotten where it is clean by now
 * or another file stands, and all of it where the log went back. What was wrong and is cleaned is
 * looked for. Not thread-safe. Memory: some hundred bytes for each dirty segment.
 */
final class AheadScan {

  private static final int KEPT_OF_A_KIND = 20;
  private static final long HORIZON_BYTES = 256 * 1024;

  private final TreeMap<Long, AheadPart> parts = new TreeMap<>();

  /** Wrong checksums of which it is to be found out what the clean did. */
  private final List<Trouble> cleaned = new ArrayList<>();

  /** What it did. */
  private final List<Trouble> results = new ArrayList<>();

  private List<Segment> all = List.of();
  private List<Segment> dirty = List.of();
  private Optional<CleanAhead.Horizons> horizons = Optional.empty();
  private Optional<String> unreadable = Optional.empty();
  private long horizonsOf = -1;
  private long firstDirty = -1;

  /** Whether there is something that was not read yet. */
  boolean isBehind() {
    return horizonsOf != firstDirty || readBytes() < dirtyBytes();
  }

  /** Whether something is to be looked at again. */
  boolean wantsSecondLook() {
    return !cleaned.isEmpty()
        || parts.values().stream().anyMatch(each -> !each.suspects().isEmpty());
  }

  private long dirtyBytes() {
    return dirty.stream().mapToLong(Segment::logBytes).sum();
  }

  private long readBytes() {
    return parts.values().stream().mapToLong(AheadPart::position).sum();
  }

  /**
   * Notes what the log is now.
   *
   * @param newAll its segments, in the order of the log
   * @param newDirty those that hold dirt and can be cleaned
   * @param newFirstDirty where the dirt begins
   */
  void note(List<Segment> newAll, List<Segment> newDirty, long newFirstDirty) {
    if (newFirstDirty < firstDirty) {
      parts.clear();
      cleaned.clear();
      results.clear();
    } else if (newFirstDirty > firstDirty) {
      // Each clean goes over the whole log, and may do now what the one before did not.
      results.stream().filter(each -> each.kind() == Kind.COPIED).forEach(this::addCleaned);
    }
    all = newAll;
    dirty = newDirty;
    firstDirty = newFirstDirty;
    TreeMap<Long, Segment> listed = new TreeMap<>();
    dirty.forEach(each -> listed.put(each.baseOffset(), each));
    parts
        .entrySet()
        .removeIf(
            part -> {
              Segment segment = listed.get(part.getKey());
              boolean stays = segment != null && part.getValue().identity().mayBe(segment);
              if (!stays) {
                forget(part.getValue());
              }
              return !stays;
            });
    parts.values().forEach(this::forgetClean);
  }

  /** What was wrong in a file that is gone was cleaned, or the log was cut. */
  private void forget(AheadPart part) {
    part.troubles().stream()
        .filter(each -> each.kind() == Kind.WRONG_CRC)
        .forEach(this::addCleaned);
  }

  private void forgetClean(AheadPart part) {
    part.troubles().stream()
        .filter(each -> each.kind() == Kind.WRONG_CRC && each.baseOffset() < firstDirty)
        .forEach(this::addCleaned);
    part.forgetBelow(firstDirty);
  }

  private void addCleaned(Trouble trouble) {
    if (cleaned.stream().noneMatch(each -> each.baseOffset() == trouble.baseOffset())) {
      cleaned.add(trouble);
    }
  }

  /** Looks again, and reads on, as far as the budget goes. */
  void step(AheadReader reader, AheadBudget budget) {
    unreadable = Optional.empty();
    lookAgain(reader, budget);
    lookForCleaned(reader, budget);
    if (horizonsOf != firstDirty && !budget.isSpent()) {
      readHorizons(reader, budget);
    }
    for (Segment each : dirty) {
      AheadPart part = parts.get(each.baseOffset());
      if (budget.isSpent()) {
        return;
      }
      if (part != null && part.isRead()) {
        continue;
      }
      try (SealedLog log = reader.open(each)) {
        AheadPart same = partOf(log);
        same.wasRead(
            reader.read(
                log,
                same.rest(each, firstDirty),
                budget,
                (trouble, lowest) -> add(same, trouble, lowest)));
      } catch (IOException e) {
        // The next segment may be readable; this one is tried again.
        unreadable = Optional.of(Reason.of(e));
      }
    }
  }

  /** What is known of this very file; nothing if it took the name of another. */
  private AheadPart partOf(SealedLog log) {
    long base = log.segment().baseOffset();
    AheadPart part = parts.get(base);
    if (part != null && part.identity().equals(log.identity())) {
      return part;
    }
    if (part != null) {
      forget(part);
    }
    AheadPart anew = new AheadPart(log.identity(), base);
    parts.put(base, anew);
    return anew;
  }

  private void lookAgain(AheadReader reader, AheadBudget budget) {
    for (Segment each : dirty) {
      AheadPart part = parts.get(each.baseOffset());
      if (part == null || part.suspects().isEmpty()) {
        continue;
      }
      try (SealedLog log = reader.open(each)) {
        AheadPart same = partOf(log);
        for (AheadPart.Suspect suspect : List.copyOf(same.suspects())) {
          if (budget.isLate()) {
            return;
          }
          long at = suspect.trouble().position();
          List<Trouble> met = new ArrayList<>();
          reader.read(
              log,
              new AheadReader.Stretch(at, suspect.lowestOffset(), at + 1, firstDirty, true),
              budget,
              (trouble, lowest) -> met.add(trouble));
          if (!same.isConfirmed(suspect, met)) {
            break;
          }
        }
      } catch (IOException e) {
        unreadable = Optional.of(Reason.of(e));
      }
    }
  }

  private void lookForCleaned(AheadReader reader, AheadBudget budget) {
    for (Trouble each : List.copyOf(cleaned)) {
      if (budget.isLate()) {
        return;
      }
      try {
        Optional<Trouble> became = reader.afterClean(all, each, budget);
        cleaned.remove(each);
        results.removeIf(before -> before.baseOffset() == each.baseOffset());
        became
            // One that stands in the dirt is met there.
            .filter(result -> result.kind() == Kind.LAUNDERED || result.baseOffset() < firstDirty)
            .ifPresent(results::add);
        if (results.size() > 2 * KEPT_OF_A_KIND) {
          results.remove(0);
        }
      } catch (IOException e) {
        unreadable = Optional.of(Reason.of(e));
      }
    }
  }

  private void readHorizons(AheadReader reader, AheadBudget budget) {
    List<Segment> clean = all.stream().filter(each -> each.baseOffset() < firstDirty).toList();
    try {
      horizons = reader.horizons(clean, firstDirty, HORIZON_BYTES, budget);
    } catch (IOException e) {
      // No reason to stay away from the dirt.
      horizons = Optional.empty();
    }
    horizonsOf = firstDirty;
  }

  /** Keeps so many of each kind; of bombs the largest. */
  private void add(AheadPart part, Trouble trouble, long lowestOffset) {
    List<Trouble> same = met().filter(each -> each.kind() == trouble.kind()).toList();
    if (same.size() >= KEPT_OF_A_KIND) {
      Trouble smallest =
          same.stream().min(Comparator.comparingLong(Trouble::becomesBytes)).orElseThrow();
      if (smallest.becomesBytes() >= trouble.becomesBytes()) {
        return;
      }
      parts.values().forEach(each -> each.troubles().remove(smallest));
    }
    part.add(trouble, lowestOffset);
  }

  private Stream<Trouble> met() {
    return parts.values().stream()
        .flatMap(
            part ->
                Stream.concat(
                    part.troubles().stream(),
                    part.suspects().stream().map(AheadPart.Suspect::trouble)));
  }

  /** What is known by now. */
  CleanAhead found() {
    List<Trouble> troubles = new ArrayList<>(results);
    parts.values().forEach(each -> troubles.addAll(each.troubles()));
    troubles.sort(Comparator.comparingLong(Trouble::baseOffset));
    return new CleanAhead(
        troubles,
        parts.values().stream().mapToInt(each -> each.suspects().size()).sum(),
        parts.values().stream()
            .flatMap(each -> each.largest().stream())
            .max(Comparator.comparingLong(CleanAhead.Largest::bytes)),
        readBytes(),
        dirtyBytes(),
        unreadable,
        horizons);
  }
}
