// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.swap;

import io.kleaner.core.io.DiskOp;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Predicate;

/** A rule of the swap, and the changes of a clean as they would be if it were broken. */
enum BrokenRule {
  /** Outputs are durable before they are committed. */
  FILES_ARE_SYNCED(CrashScenario.ONE_GROUP) {
    @Override
    List<DiskOp> broken(List<DiskOp> ops) {
      return without(ops, DiskOp.Sync.class::isInstance);
    }
  },

  /** The commit is durable before anything old goes. */
  DIRECTORY_IS_SYNCED(CrashScenario.ONE_GROUP) {
    @Override
    List<DiskOp> broken(List<DiskOp> ops) {
      return without(ops, DiskOp.SyncDir.class::isInstance);
    }
  },

  /** The old segments retire after the commit, not before. */
  COMMIT_COMES_FIRST(CrashScenario.ONE_GROUP) {
    @Override
    List<DiskOp> broken(List<DiskOp> ops) {
      List<DiskOp> retirements = only(ops, op -> renamesTo(op, ".deleted"));
      List<DiskOp> rest = without(ops, op -> renamesTo(op, ".deleted"));
      rest.addAll(first(rest, op -> renamesTo(op, ".swap")), retirements);
      return rest;
    }
  },

  /** No two groups are committed and unfinished at the same time. */
  ONE_GROUP_AT_A_TIME(CrashScenario.UNTOUCHED_BETWEEN) {
    @Override
    List<DiskOp> broken(List<DiskOp> ops) {
      // The first group's finish is put off until the last group's commit is durable.
      int retires = first(ops, op -> renamesTo(op, ".deleted"));
      int next = retires + first(ops.subList(retires, ops.size()), op -> creates(op, ".cleaned"));
      int commits = next + first(ops.subList(next, ops.size()), op -> renamesTo(op, ".deleted"));
      List<DiskOp> late = new ArrayList<>(ops.subList(0, retires));
      late.addAll(ops.subList(next, commits));
      late.addAll(ops.subList(retires, next));
      late.addAll(ops.subList(commits, ops.size()));
      return late;
    }
  },

  /** Groups are replaced in ascending order, or a value outlives its tombstone. */
  OLDEST_GROUP_FIRST(CrashScenario.TRANSACTIONS_AND_TOMBSTONES) {
    @Override
    List<DiskOp> broken(List<DiskOp> ops) {
      int first = first(ops, op -> creates(op, ".cleaned"));
      int settled =
          first + first(ops.subList(first, ops.size()), op -> deletes(op, ".log.deleted"));
      int next = settled + first(ops.subList(settled, ops.size()), op -> creates(op, ".cleaned"));
      int last = lastChangeOfPartition(ops);
      List<DiskOp> turned = new ArrayList<>(ops.subList(0, first));
      turned.addAll(ops.subList(next, last));
      turned.addAll(ops.subList(first, next));
      turned.addAll(ops.subList(last, ops.size()));
      return turned;
    }
  },

  /** Old segments above the last new batch go ascending, or a value outlives its tombstone. */
  TRAILING_SEGMENTS_ASCEND(CrashScenario.TRAILING_SEGMENTS) {
    @Override
    List<DiskOp> broken(List<DiskOp> ops) {
      int value = first(ops, op -> renamesTo(op, "1.log.deleted"));
      int tombstone = first(ops, op -> renamesTo(op, "2.log.deleted"));
      List<DiskOp> turned = new ArrayList<>(ops);
      Collections.swap(turned, value, tombstone);
      return turned;
    }
  },

  /** Of several outputs the first is committed last, or a loader takes its range for all. */
  HIGHEST_BASE_FIRST(CrashScenario.ROLLED_OUTPUT) {
    @Override
    List<DiskOp> broken(List<DiskOp> ops) {
      int others = first(ops, op -> renamesTo(op, ".swap"));
      int sync = others + first(ops.subList(others, ops.size()), DiskOp.SyncDir.class::isInstance);
      int end =
          sync + 1 + first(ops.subList(sync + 1, ops.size()), DiskOp.SyncDir.class::isInstance);
      List<DiskOp> turned = new ArrayList<>(ops.subList(0, others));
      turned.addAll(ops.subList(sync + 1, end));
      turned.add(ops.get(sync));
      turned.addAll(ops.subList(others, sync));
      turned.addAll(ops.subList(end, ops.size()));
      return turned;
    }
  },

  /** An old transaction index is replaced by an empty one, or it outlives its marker. */
  EMPTY_TRANSACTION_INDEX_IS_SHIPPED(CrashScenario.EMPTIED_TRANSACTION) {
    @Override
    List<DiskOp> broken(List<DiskOp> ops) {
      int shipped =
          ((DiskOp.Create) ops.get(first(ops, op -> creates(op, ".txnindex.cleaned")))).file();
      return without(
          ops,
          op ->
              creates(op, ".txnindex.cleaned")
                  || renamesTo(op, ".txnindex.swap")
                  || (op instanceof DiskOp.Rename rename && ends(rename.from(), ".txnindex.swap"))
                  || op.equals(new DiskOp.Sync(shipped))
                  || (op instanceof DiskOp.Touch touch && touch.file() == shipped));
    }
  },

  /** Stale {@code .cleaned} files are gone before anything is committed. */
  NO_STALE_CLEANED(CrashScenario.LEFTOVERS) {
    @Override
    List<DiskOp> broken(List<DiskOp> ops) {
      return without(ops, op -> deletes(op, ".txnindex.cleaned"));
    }
  };

  private final CrashScenario scenario;

  BrokenRule(CrashScenario scenario) {
    this.scenario = scenario;
  }

  /** A partition on which it matters. */
  CrashScenario scenario() {
    return scenario;
  }

  abstract List<DiskOp> broken(List<DiskOp> ops);

  private static List<DiskOp> without(List<DiskOp> ops, Predicate<DiskOp> unwanted) {
    return only(ops, unwanted.negate());
  }

  private static List<DiskOp> only(List<DiskOp> ops, Predicate<DiskOp> wanted) {
    return new ArrayList<>(ops.stream().filter(wanted).toList());
  }

  private static int first(List<DiskOp> ops, Predicate<DiskOp> wanted) {
    for (int i = 0; i < ops.size(); i++) {
      if (wanted.test(ops.get(i))) {
        return i;
      }
    }
    throw new AssertionError("the clean makes no such change");
  }

  private static int lastChangeOfPartition(List<DiskOp> ops) {
    int last = 0;
    for (int i = 0; i < ops.size(); i++) {
      if (deletes(ops.get(i), ".deleted")) {
        last = i + 1;
      }
    }
    return last;
  }

  private static boolean renamesTo(DiskOp op, String suffix) {
    return op instanceof DiskOp.Rename rename && ends(rename.to(), suffix);
  }

  private static boolean creates(DiskOp op, String suffix) {
    return op instanceof DiskOp.Create create && ends(create.path(), suffix);
  }

  private static boolean deletes(DiskOp op, String suffix) {
    return op instanceof DiskOp.Delete delete && ends(delete.path(), suffix);
  }

  private static boolean ends(Path path, String suffix) {
    return path.toString().endsWith(suffix);
  }
}
