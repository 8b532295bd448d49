// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

/** What the second pass counted. Mutable while it runs, owned by its worker. */
final class FateCounts {
  long batchesKept;
  long batchesRewritten;
  long batchesEmptied;
  long batchesDropped;
  long batchesConverted;
  long recordsKept;
  long abortedRemoved;
  long markersRemoved;

  /** What the fates say the output has to hold, whoever writes it. */
  long batchesDecided;

  long recordsDecided;

  /** Adds what another lane counted. */
  void add(FateCounts other) {
    batchesKept += other.batchesKept;
    batchesRewritten += other.batchesRewritten;
    batchesEmptied += other.batchesEmptied;
    batchesDropped += other.batchesDropped;
    batchesConverted += other.batchesConverted;
    recordsKept += other.recordsKept;
    abortedRemoved += other.abortedRemoved;
    markersRemoved += other.markersRemoved;
    batchesDecided += other.batchesDecided;
    recordsDecided += other.recordsDecided;
  }
}
