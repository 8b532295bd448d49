// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.swap;

import io.kleaner.core.io.FileEntry;
import io.kleaner.core.io.FileHandle;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.keymap.SpillPlace;
import io.kleaner.core.record.BatchCursor;
import io.kleaner.core.segment.SegmentFileName;
import io.kleaner.core.segment.SegmentFileName.Kind;
import io.kleaner.core.segment.SegmentFileName.Stage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Decides from the files of a partition directory how an interrupted clean, ours or a broker's, is
 * finished or undone: as a broker's loader does it, and better where that would lose data.
 *
 * <p>A loader deletes every {@code .swap} at or above the least {@code .cleaned}. Where a stale
 * {@code .cleaned} lies beside a committed {@code .swap} whose old segments are gone, that is the
 * only copy of its records: here it is kept. A loader also deletes producer snapshots in the
 * swapped range; here they stay.
 *
 * <p>Reads only; {@link RecoveryPlan#apply} acts. Stateless; thread-safe.
 */
public final class SwapRecovery {

  private static final int BUFFER_BYTES = 64 * 1024;

  private final FileSystem fileSystem;

  /**
   * @param fileSystem where the directories are
   */
  public SwapRecovery(FileSystem fileSystem) {
    this.fileSystem = fileSystem;
  }

  /** Looks at a partition directory and decides; changes nothing. */
  public RecoveryPlan plan(Path dir) throws IOException {
    Listing files = new Listing(dir, fileSystem.list(dir));
    List<RecoveryAction> actions = new ArrayList<>();
    Set<Long> invalid = files.invalidSwaps();
    boolean undone = deleteLeftovers(files, invalid, actions);
    boolean finished = finishSwaps(files, invalid, actions);
    if (finished) {
      return new RecoveryPlan(
          RecoveryPlan.Result.FINISHED,
          "an interrupted clean had committed new segments; they were put in place",
          actions);
    }
    if (undone) {
      return new RecoveryPlan(
          RecoveryPlan.Result.UNDONE,
          "an interrupted clean had committed nothing more; what it left was removed",
          actions);
    }
    return new RecoveryPlan(
        RecoveryPlan.Result.NOTHING_TO_DO, "no clean was interrupted here", List.of());
  }

  private static boolean deleteLeftovers(
      Listing files, Set<Long> invalid, List<RecoveryAction> actions) {
    int before = actions.size();
    for (SegmentFileName file : files.at(Stage.SWAP)) {
      if (invalid.contains(file.baseOffset())) {
        actions.add(new RecoveryAction.Delete(file.toString()));
      }
    }
    if (actions.size() > before) {
      // A .swap without the .cleaned that makes it invalid would look committed.
      actions.add(new RecoveryAction.Sync());
    }
    for (SegmentFileName file : files.at(Stage.CLEANED)) {
      actions.add(new RecoveryAction.Delete(file.toString()));
    }
    files.spills.forEach(name -> actions.add(new RecoveryAction.Delete(name)));
    for (SegmentFileName file : files.at(Stage.DELETED)) {
      actions.add(new RecoveryAction.Delete(file.toString()));
    }
    return actions.size() > before;
  }

  private boolean finishSwaps(Listing files, Set<Long> invalid, List<RecoveryAction> actions)
      throws IOException {
    List<SegmentFileName> swaps =
        files.at(Stage.SWAP).stream().filter(file -> !invalid.contains(file.baseOffset())).toList();
    if (swaps.isEmpty()) {
      return false;
    }
    actions.add(new RecoveryAction.Sync());
    long from = Long.MAX_VALUE;
    long to = Long.MIN_VALUE;
    for (SegmentFileName swap : swaps) {
      if (swap.kind() == Kind.LOG) {
        from = Math.min(from, swap.baseOffset());
        to = Math.max(to, nextOffset(files.dir, swap));
      }
    }
    for (SegmentFileName live : files.at(Stage.LIVE)) {
      boolean covered = live.baseOffset() >= from && live.baseOffset() < to;
      if (covered && live.kind() != Kind.PRODUCER_SNAPSHOT) {
        actions.add(new RecoveryAction.Delete(live.toString()));
      }
    }
    actions.add(new RecoveryAction.Sync());
    TreeSet<Long> bases = new TreeSet<>();
    swaps.forEach(swap -> bases.add(swap.baseOffset()));
    for (long base : bases) {
      place(files, swaps, base, actions);
    }
    return true;
  }

  private static void place(
      Listing files, List<SegmentFileName> swaps, long base, List<RecoveryAction> actions) {
    boolean logComes = false;
    for (SegmentFileName swap : swaps) {
      if (swap.baseOffset() == base && swap.kind() == Kind.LOG) {
        actions.add(rename(swap));
        actions.add(new RecoveryAction.Sync());
        logComes = true;
      }
    }
    boolean hasLog = logComes || files.has(SegmentFileName.live(base, Kind.LOG));
    for (SegmentFileName swap : swaps) {
      if (swap.baseOffset() == base && swap.kind() != Kind.LOG) {
        actions.add(hasLog ? rename(swap) : new RecoveryAction.Delete(swap.toString()));
      }
    }
    actions.add(new RecoveryAction.Sync());
  }

  private static RecoveryAction rename(SegmentFileName swap) {
    return new RecoveryAction.Rename(swap.toString(), swap.at(Stage.LIVE).toString());
  }

  /** The offset after a log's last batch, its base offset if it has none. */
  private long nextOffset(Path dir, SegmentFileName log) throws IOException {
    Path path = log.in(dir);
    try (FileHandle file = fileSystem.openRead(path)) {
      BatchCursor batches = new BatchCursor(BUFFER_BYTES, BatchCursor.MAX_CONTROL_BATCH_BYTES);
      batches.open(path, file, 0, file.size(), log.baseOffset(), BatchCursor.Check.SKIM);
      long next = log.baseOffset();
      while (batches.next()) {
        next = batches.header().nextOffset();
      }
      return next;
    }
  }

  /** The names of a partition directory that mean something to a recovery. */
  private final class Listing {

    private final Path dir;
    private final Set<SegmentFileName> names = new HashSet<>();
    private final List<String> spills = new ArrayList<>();

    Listing(Path dir, List<FileEntry> entries) {
      this.dir = dir;
      for (FileEntry entry : entries) {
        if (entry.isFile()) {
          SegmentFileName.parse(entry.name()).ifPresent(names::add);
          if (SpillPlace.isSpillFile(entry.name())) {
            spills.add(entry.name());
          }
        }
      }
    }

    List<SegmentFileName> at(Stage stage) {
      return names.stream()
          .filter(name -> name.stage() == stage)
          .sorted(
              Comparator.comparingLong(SegmentFileName::baseOffset)
                  .thenComparing(SegmentFileName::kind))
          .toList();
    }

    boolean has(SegmentFileName name) {
      return names.contains(name);
    }

    /** Bases whose {@code .swap} files were not committed. */
    Set<Long> invalidSwaps() throws IOException {
      long leastCleaned =
          at(Stage.CLEANED).stream()
              .mapToLong(SegmentFileName::baseOffset)
              .min()
              .orElse(Long.MAX_VALUE);
      NavigableMap<Long, SegmentFileName> live = new TreeMap<>();
      for (SegmentFileName name : at(Stage.LIVE)) {
        if (name.kind() == Kind.LOG) {
          live.put(name.baseOffset(), name);
        }
      }
      Set<Long> invalid = new HashSet<>();
      for (SegmentFileName swap : at(Stage.SWAP)) {
        boolean suspect = swap.baseOffset() >= leastCleaned;
        if (suspect && !isOnlyCopy(swap, live)) {
          invalid.add(swap.baseOffset());
        }
      }
      return invalid;
    }

    /**
     * Whether no live segment holds all that a {@code .swap} stands for: those it replaces are
     * gone, or have begun to go, which they do only after it was committed.
     */
    private boolean isOnlyCopy(SegmentFileName swap, NavigableMap<Long, SegmentFileName> live)
        throws IOException {
      if (!has(new SegmentFileName(swap.baseOffset(), Kind.LOG, Stage.SWAP))) {
        return false;
      }
      var below = live.floorEntry(swap.baseOffset());
      if (below == null) {
        return true;
      }
      return below.getKey() == swap.baseOffset()
          ? hasRetiredAbove(swap.baseOffset(), live)
          : nextOffset(dir, below.getValue()) <= swap.baseOffset();
    }

    /**
     * Whether a segment above a base, but below the newest one, was retired and its offsets are in
     * no live segment. A peer's renames may reach the disk in any order.
     */
    private boolean hasRetiredAbove(long base, NavigableMap<Long, SegmentFileName> live)
        throws IOException {
      for (SegmentFileName deleted : at(Stage.DELETED)) {
        long retired = deleted.baseOffset();
        if (deleted.kind() == Kind.LOG
            && retired > base
            && retired < live.lastKey()
            && nextOffset(dir, live.floorEntry(retired).getValue()) <= retired) {
          return true;
        }
      }
      return false;
    }
  }
}
