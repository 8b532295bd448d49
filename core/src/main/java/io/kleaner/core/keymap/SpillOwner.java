// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.keymap;

import io.kleaner.core.io.FileEntry;
import io.kleaner.core.io.FileLease;
import io.kleaner.core.io.FileSystem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A run's right to a directory that it and others spill into, and the end of what runs that were
 * killed have left there.
 *
 * <p>A run's spill files carry its mark, and as long as it lives it holds the lock of the file
 * {@code kleaner-MARK.owner} beside them. The lock goes with the process, however that ends:
 * whoever gets it knows that nobody needs the files any more. Files of other names, and whatever
 * this user may not delete, stay.
 *
 * <p>Closing it gives the right back; the run's spill files must be gone by then. Not thread-safe.
 */
public final class SpillOwner implements AutoCloseable {

  private static final String OWNER_SUFFIX = ".owner";
  private static final Pattern OURS =
      Pattern.compile(
          Pattern.quote(SpillPlace.PREFIX)
              + "("
              + SpillPlace.MARK_PATTERN
              + ")(-[0-9a-z-]+"
              + Pattern.quote(SpillPlace.SUFFIX)
              + "|"
              + Pattern.quote(OWNER_SUFFIX)
              + ")");
  private static final int ATTEMPTS = 10;

  private final SpillPlace place;
  private final FileLease lease;
  private final int removed;

  private SpillOwner(SpillPlace place, FileLease lease, int removed) {
    this.place = place;
    this.lease = lease;
    this.removed = removed;
  }

  /**
   * Removes what nobody owns any more, and takes a mark that nobody has.
   *
   * @param dir must exist
   * @throws IOException if no lock can be taken in it
   */
  public static SpillOwner take(FileSystem fileSystem, Path dir) throws IOException {
    int removed = sweep(fileSystem, dir);
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      SpillPlace place = SpillPlace.in(dir);
      Optional<FileLease> lease = fileSystem.tryLock(ownerFile(dir, place.mark()));
      if (lease.isPresent()) {
        return new SpillOwner(place, lease.get(), removed);
      }
      // Someone who swept the directory looked at the file in the moment between making and
      // locking.
    }
    throw new IOException("no lock can be taken in " + dir);
  }

  /**
   * Removes the spill files that no living process owns.
   *
   * @return how many there were
   */
  public static int sweep(FileSystem fileSystem, Path dir) throws IOException {
    Map<String, List<Path>> marked = new TreeMap<>();
    for (FileEntry entry : fileSystem.list(dir)) {
      Matcher name = OURS.matcher(entry.name());
      if (entry.isFile() && name.matches()) {
        marked.computeIfAbsent(name.group(1), mark -> new ArrayList<>());
        if (!entry.name().endsWith(OWNER_SUFFIX)) {
          marked.get(name.group(1)).add(entry.path());
        }
      }
    }
    int removed = 0;
    for (Map.Entry<String, List<Path>> run : marked.entrySet()) {
      removed += sweepRun(fileSystem, ownerFile(dir, run.getKey()), run.getValue());
    }
    return removed;
  }

  private static int sweepRun(FileSystem fileSystem, Path ownerFile, List<Path> spills) {
    int removed = 0;
    try {
      Optional<FileLease> lease = fileSystem.tryLock(ownerFile);
      if (lease.isEmpty()) {
        return 0;
      }
      try (FileLease held = lease.get()) {
        for (Path spill : spills) {
          removed += fileSystem.delete(spill) ? 1 : 0;
        }
        if (!held.created()) {
          fileSystem.delete(ownerFile);
        }
      }
    } catch (IOException e) {
      // Another user's: theirs to remove. What is left costs room, and nothing else.
      return removed;
    }
    return removed;
  }

  private static Path ownerFile(Path dir, String mark) {
    return dir.resolve(SpillPlace.PREFIX + mark + OWNER_SUFFIX);
  }

  /** Where the run spills. */
  public SpillPlace place() {
    return place;
  }

  /** How many files of killed runs were removed. */
  public int removed() {
    return removed;
  }

  @Override
  public void close() throws IOException {
    lease.close();
  }
}
