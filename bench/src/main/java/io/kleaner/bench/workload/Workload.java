// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench.workload;

import java.util.List;

/**
 * A log directory to be generated.
 *
 * @param name such as {@code W1}
 * @param title what it is, in a few words
 * @param partitions what it holds
 */
public record Workload(String name, String title, List<Part> partitions) {

  private static final int BATCH_OVERHEAD = 61;
  private static final int RECORD_OVERHEAD = 12;

  /**
   * One partition.
   *
   * @param records about how many; the last batch is a whole one
   */
  public record Part(PartitionShape shape, long records) {

    /** Key and value bytes before compression, about. */
    public long bytes() {
      return records * shape.recordBytes();
    }

    /** Bytes on disk without compression, at most about. */
    public long diskBytes() {
      double batchRecords = (shape.leastBatch() + shape.largestBatch()) / 2.0;
      double batchBytes = shape.transactional() ? 2 * BATCH_OVERHEAD : BATCH_OVERHEAD;
      return (long) (bytes() + records * (RECORD_OVERHEAD + batchBytes / batchRecords));
    }
  }

  /** Keeps its own copy. */
  public Workload {
    partitions = List.copyOf(partitions);
  }

  /** A workload of one partition. */
  public static Workload single(String name, String title, PartitionShape shape, long records) {
    return new Workload(name, title, List.of(new Part(shape, records)));
  }

  /** The same with other values, where they are not too short for them. */
  public Workload of(Values values) {
    return new Workload(
        name,
        title,
        partitions.stream()
            .map(part -> new Part(part.shape().of(values), part.records()))
            .toList());
  }

  /** Key and value bytes before compression, about. */
  public long bytes() {
    return partitions.stream().mapToLong(Part::bytes).sum();
  }

  /** Bytes on disk without compression, at most about. */
  public long diskBytes() {
    return partitions.stream().mapToLong(Part::diskBytes).sum();
  }

  /** Records, about. */
  public long records() {
    return partitions.stream().mapToLong(Part::records).sum();
  }
}
