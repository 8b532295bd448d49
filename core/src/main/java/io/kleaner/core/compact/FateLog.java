// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import java.util.Arrays;

/**
 * Which batches of a group have survivors, in the order of the group, for a comparison afterwards.
 * One byte a batch; not thread-safe.
 */
final class FateLog {

  private boolean[] hasSurvivors = new boolean[1024];
  private int size;

  void add(boolean survives) {
    if (size == hasSurvivors.length) {
      hasSurvivors = Arrays.copyOf(hasSurvivors, size * 2);
    }
    hasSurvivors[size++] = survives;
  }

  /** Adds so many batches without survivors. */
  void addDropped(int batches) {
    for (int i = 0; i < batches; i++) {
      add(false);
    }
  }

  /** Adds all that another one holds. */
  void add(FateLog other) {
    for (int i = 0; i < other.size; i++) {
      add(other.hasSurvivors[i]);
    }
  }

  boolean get(int batch) {
    return hasSurvivors[batch];
  }

  int size() {
    return size;
  }

  void clear() {
    size = 0;
  }
}
