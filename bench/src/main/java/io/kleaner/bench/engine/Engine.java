// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench.engine;

import java.io.IOException;
import java.nio.file.Path;

/** A cleaner under measurement. Used for one clean after the other, by one thread. */
interface Engine {

  /**
   * Cleans every partition of a log directory whole.
   *
   * @param meter started when what counts begins, and stopped when it is over
   */
  Phases clean(Path logDir, Meter meter) throws IOException;

  /** Bytes of the key map that a key takes when the map is as full as it may get. */
  double mapBytesPerKey();

  /**
   * How long each phase took, added up over partitions, and what was peculiar about it.
   *
   * @param mapNanos finding out what is superseded
   * @param copyNanos the rest
   * @param rounds how often the log was rewritten, 1 if the map had room for all
   * @param spilledBytes of keys written to disk
   */
  record Phases(long mapNanos, long copyNanos, int rounds, long spilledBytes) {

    /** Nothing yet. */
    static final Phases NONE = new Phases(0, 0, 0, 0);

    /** Both together: the rounds of the one that needed more. */
    Phases plus(Phases other) {
      return new Phases(
          mapNanos + other.mapNanos,
          copyNanos + other.copyNanos,
          Math.max(rounds, other.rounds),
          spilledBytes + other.spilledBytes);
    }
  }
}
