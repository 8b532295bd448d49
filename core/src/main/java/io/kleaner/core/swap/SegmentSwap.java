// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.swap;

import io.kleaner.core.io.FileHandle;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.segment.Segment;
import io.kleaner.core.segment.SegmentFileName;
import io.kleaner.core.segment.SegmentFileName.Kind;
import io.kleaner.core.segment.SegmentFileName.Stage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Puts new segments in place of a group of old ones, so that a crash at any moment leaves a state
 * from which both a broker's loader and {@link SwapRecovery} reach either all of the old or all of
 * the new.
 *
 * <pre>
 *  step                                             a crash from here on leads to
 *  1 attributes, sync of files, sync of directory   old: .cleaned is deleted
 *  2 .cleaned to .swap, highest base first          old: .swap at or above a .cleaned is deleted
 *    sync of directory: THE COMMIT                  new: .swap is finished
 *  3 old to .deleted                                new
 *  4 .swap to final names                           new
 *  5 .deleted and passed producer snapshots go      new
 * </pre>
 *
 * <p>No order is assumed among renames that no sync of the directory separates; where the order
 * matters, one does:
 *
 * <ul>
 *   <li>the first output is committed after the others, or a loader would take its range for all;
 *   <li>an old log goes before its indexes, or a log without its transaction index could live on
 *       and its aborted records with it;
 *   <li>old segments above the last new batch go one by one, ascending: a loader does not delete
 *       them, and a value must not outlive its tombstone;
 *   <li>a new log gets its name before its indexes, or a loader that still sees the log's {@code
 *       .swap} would delete them.
 * </ul>
 *
 * <p>Stateless apart from the file system; safe for several threads on different partitions.
 */
public final class SegmentSwap {

  private static final List<Kind> INDEXES =
      List.of(Kind.OFFSET_INDEX, Kind.TIME_INDEX, Kind.TXN_INDEX);
  private static final List<Kind> ALWAYS_WRITTEN =
      List.of(Kind.LOG, Kind.OFFSET_INDEX, Kind.TIME_INDEX);
  private static final List<Kind> SEGMENT_FILES =
      List.of(Kind.LOG, Kind.OFFSET_INDEX, Kind.TIME_INDEX, Kind.TXN_INDEX);

  private final FileSystem fileSystem;
  private final Fence fence;

  /**
   * @param fence asked at the commit
   */
  public SegmentSwap(FileSystem fileSystem, Fence fence) {
    this.fileSystem = fileSystem;
    this.fence = fence;
  }

  /**
   * Replaces a group.
   *
   * @throws IOException before the commit: the old segments are as they were, the outputs are left
   *     for recovery to delete; after it: recovery finishes what was begun
   */
  public void replace(GroupReplacement group) throws IOException {
    prepare(group);
    fence.pass(() -> commit(group));
    retire(group);
    settle(group);
    cleanUp(group);
  }

  private void prepare(GroupReplacement group) throws IOException {
    Path model = group.old().get(0).logFile();
    for (long base : group.newBaseOffsets()) {
      if (!exists(group, base, Kind.TXN_INDEX, Stage.CLEANED) && oldHasTxnIndex(group, base)) {
        // The old index would outlive a crash between the commit and its retirement.
        fileSystem.create(file(group, base, Kind.TXN_INDEX, Stage.CLEANED)).close();
      }
      for (Kind kind : SEGMENT_FILES) {
        if (exists(group, base, kind, Stage.CLEANED)) {
          Path file = file(group, base, kind, Stage.CLEANED);
          // Opened before it gets a mode that may not let it be opened for writing any more.
          try (FileHandle handle = fileSystem.openWrite(file)) {
            fileSystem.copyOwnership(model, file);
            fileSystem.setLastModifiedMs(file, group.lastModifiedMs());
            handle.sync();
          }
        }
      }
    }
    fileSystem.syncDir(group.dir());
  }

  private static boolean oldHasTxnIndex(GroupReplacement group, long base) {
    return group.old().stream().anyMatch(old -> old.baseOffset() == base && old.hasTxnIndex());
  }

  private void commit(GroupReplacement group) throws IOException {
    List<Long> bases = group.newBaseOffsets();
    for (int i = bases.size() - 1; i >= 0; i--) {
      if (i == 0 && bases.size() > 1) {
        fileSystem.syncDir(group.dir());
      }
      for (Kind kind : ALWAYS_WRITTEN) {
        // Not a move of what may be there: an output that has vanished is no output to commit.
        fileSystem.rename(
            file(group, bases.get(i), kind, Stage.CLEANED),
            file(group, bases.get(i), kind, Stage.SWAP));
      }
      move(group, bases.get(i), Kind.TXN_INDEX, Stage.CLEANED, Stage.SWAP);
    }
    fileSystem.syncDir(group.dir());
  }

  private void retire(GroupReplacement group) throws IOException {
    for (long base : group.newBaseOffsets()) {
      if (!exists(group, base, Kind.LOG, Stage.SWAP)) {
        throw new IOException(
            file(group, base, Kind.LOG, Stage.SWAP)
                + " has vanished after it was committed: the segments that it replaces are kept."
                + " Something else works in this directory; stop it, then run 'kleaner recover'.");
      }
    }
    for (Segment old : group.old()) {
      if (old.baseOffset() < group.nextOffset()) {
        move(group, old.baseOffset(), Kind.LOG, Stage.LIVE, Stage.DELETED);
      }
    }
    fileSystem.syncDir(group.dir());
    for (Segment old : group.old()) {
      if (old.baseOffset() >= group.nextOffset()) {
        move(group, old.baseOffset(), Kind.LOG, Stage.LIVE, Stage.DELETED);
        fileSystem.syncDir(group.dir());
      }
    }
    for (Segment old : group.old()) {
      for (Kind kind : INDEXES) {
        move(group, old.baseOffset(), kind, Stage.LIVE, Stage.DELETED);
      }
    }
    fileSystem.syncDir(group.dir());
  }

  private void settle(GroupReplacement group) throws IOException {
    for (long base : group.newBaseOffsets()) {
      move(group, base, Kind.LOG, Stage.SWAP, Stage.LIVE);
      fileSystem.syncDir(group.dir());
      for (Kind kind : INDEXES) {
        move(group, base, kind, Stage.SWAP, Stage.LIVE);
      }
      fileSystem.syncDir(group.dir());
    }
  }

  private void cleanUp(GroupReplacement group) throws IOException {
    List<Path> passed = new ArrayList<>();
    for (long base : group.newBaseOffsets()) {
      Path txnIndex = file(group, base, Kind.TXN_INDEX, Stage.LIVE);
      if (fileSystem.stat(txnIndex).filter(entry -> entry.sizeBytes() == 0).isPresent()) {
        passed.add(txnIndex);
      }
    }
    for (Segment old : group.old()) {
      for (Kind kind : SEGMENT_FILES) {
        passed.add(file(group, old.baseOffset(), kind, Stage.DELETED));
      }
      if (!group.newBaseOffsets().contains(old.baseOffset())) {
        passed.add(file(group, old.baseOffset(), Kind.PRODUCER_SNAPSHOT, Stage.LIVE));
      }
    }
    for (Path file : passed) {
      fileSystem.delete(file);
    }
    fileSystem.syncDir(group.dir());
  }

  private void move(GroupReplacement group, long base, Kind kind, Stage from, Stage to)
      throws IOException {
    if (exists(group, base, kind, from)) {
      fileSystem.rename(file(group, base, kind, from), file(group, base, kind, to));
    }
  }

  private boolean exists(GroupReplacement group, long base, Kind kind, Stage stage)
      throws IOException {
    return fileSystem.stat(file(group, base, kind, stage)).isPresent();
  }

  private static Path file(GroupReplacement group, long base, Kind kind, Stage stage) {
    return new SegmentFileName(base, kind, stage).in(group.dir());
  }
}
