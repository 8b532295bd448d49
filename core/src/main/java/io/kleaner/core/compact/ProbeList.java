// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import java.io.IOException;
import java.util.Arrays;

/**
 * Hashed keys of the one batch that straddles the first dirty offset, kept until everything newer
 * is known. At most a batch's worth; not thread-safe.
 */
final class ProbeList {

  private static final int FIELDS = 3;

  private long[] entries = new long[FIELDS * 16];
  private int size;

  void add(long first, long second, long ordinal) {
    if (size == entries.length) {
      entries = Arrays.copyOf(entries, size * 2);
    }
    entries[size++] = first;
    entries[size++] = second;
    entries[size++] = ordinal;
  }

  void forEach(Probe probe) throws IOException {
    for (int i = 0; i < size; i += FIELDS) {
      probe.accept(entries[i], entries[i + 1], entries[i + 2]);
    }
  }

  /** Takes one entry. */
  @FunctionalInterface
  interface Probe {
    void accept(long first, long second, long ordinal) throws IOException;
  }
}
