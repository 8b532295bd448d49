// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What a disk holds: names, and the files that they stand for. Applies operations to itself; made
 * by replaying operations it says what a crash may leave.
 *
 * <p>Not thread-safe.
 */
public final class DiskState {

  private final Map<Path, Integer> names = new TreeMap<>();
  private final Map<Integer, byte[]> contents = new HashMap<>();
  private final Map<Integer, Long> modifiedMs = new HashMap<>();

  /** The files of a real directory tree, under the paths they have below it. */
  public static DiskState of(Path tree, Path as) throws IOException {
    DiskState state = new DiskState();
    try (Stream<Path> files = Files.walk(tree)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        if (Files.isRegularFile(file)) {
          int number = state.contents.size();
          state.names.put(as.resolve(tree.relativize(file).toString()), number);
          state.contents.put(number, Files.readAllBytes(file));
          state.modifiedMs.put(number, Files.getLastModifiedTime(file).toMillis());
        }
      }
    }
    return state;
  }

  /** A copy that changes apart from this. */
  public DiskState copy() {
    DiskState copy = new DiskState();
    copy.names.putAll(names);
    copy.contents.putAll(contents);
    copy.modifiedMs.putAll(modifiedMs);
    return copy;
  }

  /** What this and another hold together; their paths are different ones. */
  public DiskState plus(DiskState other) {
    DiskState both = copy();
    int shift = nextFile();
    other.names.forEach((path, file) -> both.names.put(path, file + shift));
    other.contents.forEach((file, bytes) -> both.contents.put(file + shift, bytes));
    other.modifiedMs.forEach((file, time) -> both.modifiedMs.put(file + shift, time));
    return both;
  }

  /** Writes all files below a directory into a real one. */
  public void materialise(Path dir, Path into) throws IOException {
    for (Map.Entry<Path, Integer> name : names.entrySet()) {
      if (name.getKey().startsWith(dir)) {
        Path file = into.resolve(dir.relativize(name.getKey()).toString());
        Files.createDirectories(file.getParent());
        Files.write(file, contents.get(name.getValue()));
        Files.setLastModifiedTime(file, FileTime.fromMillis(modifiedMs.get(name.getValue())));
      }
    }
  }

  /** Names and contents of the files directly in a directory. */
  public Map<String, byte[]> files(Path dir) {
    Map<String, byte[]> files = new TreeMap<>();
    names.forEach(
        (path, file) -> {
          if (path.getParent().equals(dir)) {
            files.put(path.getFileName().toString(), contents.get(file));
          }
        });
    return files;
  }

  Map<Path, Integer> names() {
    return names;
  }

  byte[] content(int file) {
    return contents.get(file);
  }

  long modifiedMs(int file) {
    return modifiedMs.get(file);
  }

  int nextFile() {
    return contents.size();
  }

  void apply(DiskOp op) {
    if (op instanceof DiskOp.Create create) {
      names.put(create.path(), create.file());
      touchNew(create.file());
    } else if (op instanceof DiskOp.Rename rename) {
      Integer file = names.remove(rename.from());
      if (file != null) {
        names.put(rename.to(), file);
      }
    } else if (op instanceof DiskOp.Delete delete) {
      names.remove(delete.path());
    } else if (op instanceof DiskOp.Write write) {
      write(write);
    } else if (op instanceof DiskOp.Truncate cut) {
      contents.computeIfPresent(
          cut.file(),
          (file, bytes) -> Arrays.copyOf(bytes, (int) Math.min(bytes.length, cut.sizeBytes())));
    } else if (op instanceof DiskOp.Touch touch) {
      modifiedMs.put(touch.file(), touch.lastModifiedMs());
    }
  }

  private void touchNew(int file) {
    contents.putIfAbsent(file, new byte[0]);
    modifiedMs.putIfAbsent(file, 0L);
  }

  private void write(DiskOp.Write write) {
    byte[] old = contents.getOrDefault(write.file(), new byte[0]);
    int end = Math.toIntExact(write.position() + write.bytes().limit());
    byte[] bytes = Arrays.copyOf(old, Math.max(old.length, end));
    write.bytes().get(0, bytes, (int) write.position(), write.bytes().limit());
    contents.put(write.file(), bytes);
    modifiedMs.putIfAbsent(write.file(), 0L);
  }

  /**
   * What is left when the power fails after some operations: all that was synced, and of the rest
   * each one with a certain chance, names as well as bytes, no order among them assumed.
   *
   * @param percent the chance, 0 to 100
   */
  public DiskState afterCrash(List<DiskOp> done, int percent, long seed) {
    Random random = new Random(seed);
    DiskState left = copy();
    Map<Integer, List<DiskOp>> bytes = new HashMap<>();
    Map<Path, List<DiskOp>> entries = new HashMap<>();
    // A file may be renamed that has no durable name yet: who it is follows from what was asked.
    DiskState asked = copy();
    for (DiskOp op : done) {
      if (op instanceof DiskOp.Sync sync) {
        drain(bytes.remove(sync.file()), left);
      } else if (op instanceof DiskOp.SyncDir sync) {
        drain(entries.remove(sync.dir()), left);
      } else if (op instanceof DiskOp.Create create) {
        left.touchNew(create.file());
        pend(entries, create.path(), create);
      } else if (op instanceof DiskOp.Rename rename) {
        pend(entries, rename.to(), new DiskOp.Linked(rename, asked.names.get(rename.from())));
      } else if (op instanceof DiskOp.Delete delete) {
        pend(entries, delete.path(), delete);
      } else if (op instanceof DiskOp.Write write) {
        bytes.computeIfAbsent(write.file(), file -> new ArrayList<>()).add(op);
      } else if (op instanceof DiskOp.Truncate cut) {
        bytes.computeIfAbsent(cut.file(), file -> new ArrayList<>()).add(op);
      } else {
        left.apply(op);
      }
      asked.apply(op);
    }
    entries.values().forEach(ops -> survive(ops, left, percent, random));
    bytes.values().forEach(ops -> survive(ops, left, percent, random));
    return left;
  }

  private static void pend(Map<Path, List<DiskOp>> entries, Path path, DiskOp op) {
    entries.computeIfAbsent(path.getParent(), dir -> new ArrayList<>()).add(op);
  }

  private static void drain(List<DiskOp> ops, DiskState into) {
    if (ops != null) {
      ops.forEach(into::applyDurably);
    }
  }

  private static void survive(List<DiskOp> ops, DiskState left, int percent, Random random) {
    for (DiskOp op : ops) {
      if (random.nextInt(100) < percent) {
        left.applyDurably(op);
      }
    }
  }

  private void applyDurably(DiskOp op) {
    if (op instanceof DiskOp.Linked linked) {
      names.remove(linked.rename().from(), linked.file());
      names.put(linked.rename().to(), linked.file());
    } else {
      apply(op);
    }
  }
}
