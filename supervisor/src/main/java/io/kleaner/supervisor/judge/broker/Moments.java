// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge.broker;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** Times, spans and sizes as texts have them. */
public final class Moments {

  private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB"};

  private Moments() {}

  /** Such as {@code 90 s}, {@code 5 min}, {@code 7 h} or {@code 3 days}. */
  public static String span(long ms) {
    if (ms < 1_000) {
      return Math.max(0, ms) + " ms";
    }
    long seconds = ms / 1_000;
    if (seconds < 120) {
      return seconds + " s";
    }
    if (seconds < 7_200) {
      return seconds / 60 + " min";
    }
    return seconds < 172_800 ? seconds / 3_600 + " h" : seconds / 86_400 + " days";
  }

  /** A point in time, to the second, in UTC. */
  public static String at(long ms) {
    return Instant.ofEpochMilli(ms).truncatedTo(ChronoUnit.SECONDS).toString();
  }

  /** Such as {@code 12.5 MiB}. */
  public static String bytes(long bytes) {
    double value = bytes;
    int unit = 0;
    while (value >= 1024 && unit < UNITS.length - 1) {
      value /= 1024;
      unit++;
    }
    return unit == 0 ? bytes + " B" : String.format(Locale.ROOT, "%.1f %s", value, UNITS[unit]);
  }
}
