// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Tells entries that several files have from entries that happened several times: a logger may
 * write to more than one file, and a death that is read twice is still one. Remembers the last few
 * thousand, which have to come roughly in the order of their times. Not thread-safe.
 */
final class Copies {

  private static final int REMEMBERED = 4_096;
  private static final int KEY_CHARS = 500;

  /** Clocks are put back by one, or by two. */
  private static final long HALF_HOUR_MS = 1_800_000;

  private final int files;
  private final Map<Key, int[]> timesByFile = new LinkedHashMap<>();

  /** The first line tells thread and event; of what follows one file may have more by now. */
  private record Key(long inHalfHourMs, String head) {}

  /**
   * @param files how many are read
   */
  Copies(int files) {
    this.files = files;
  }

  /**
   * Takes an entry.
   *
   * @param file by its number, that it was read from
   * @return whether another file had it, as often as this one by now
   */
  boolean isCopy(LogEntry entry, int file) {
    if (files == 1) {
      return false;
    }
    // Of an hour that comes twice, one file may take for the first what another takes for the
    // second;
    // which time was written is in the line.
    Key key = new Key(Math.floorMod(entry.atMs(), HALF_HOUR_MS), cut(entry.head()));
    int[] times = timesByFile.computeIfAbsent(key, each -> new int[files]);
    if (timesByFile.size() > REMEMBERED) {
      timesByFile.remove(timesByFile.keySet().iterator().next());
    }
    int most = 0;
    for (int each : times) {
      most = Math.max(most, each);
    }
    return ++times[file] <= most;
  }

  private static String cut(String head) {
    return head.length() <= KEY_CHARS ? head : head.substring(0, KEY_CHARS);
  }
}
