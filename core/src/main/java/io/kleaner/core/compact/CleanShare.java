// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import java.util.ArrayList;
import java.util.List;

/**
 * What one of several cleans at the same time may take.
 *
 * @param options with its share of the memory
 * @param lanes threads that work on it, 1 or more
 */
public record CleanShare(CleanOptions options, int lanes) {

  /**
   * Divides threads and memory among as many cleans at the same time as there are threads for. With
   * more threads than partitions, or than there is memory for a clean each, several work on one,
   * and none is idle.
   *
   * @param options with the memory of all of them together, which is never exceeded
   * @param threads of all of them together, 1 or more
   * @param partitions that wait to be cleaned
   * @return one for each clean that may run at the same time, at least one
   */
  public static List<CleanShare> of(CleanOptions options, int threads, int partitions) {
    long affordable = options.memoryBytes() / CleanOptions.LEAST_MEMORY_BYTES;
    int cleans = (int) Math.max(1, Math.min(Math.min(threads, partitions), affordable));
    CleanOptions each = options.withMemoryBytes(options.memoryBytes() / cleans);
    List<CleanShare> shares = new ArrayList<>();
    for (int i = 0; i < cleans; i++) {
      int lanes = threads / cleans + (i < threads % cleans ? 1 : 0);
      shares.add(new CleanShare(each, lanes));
    }
    return shares;
  }
}
