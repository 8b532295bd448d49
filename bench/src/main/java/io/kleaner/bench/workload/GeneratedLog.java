// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench.workload;

import io.kleaner.core.oracle.KafkaLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A log directory on disk as a broker that has stopped cleanly leaves it: segments, indexes,
 * producer snapshots, checkpoints.
 *
 * @param dir the log directory
 */
public record GeneratedLog(Path dir, List<Partition> partitions) {

  /** When all records were made; cleans take place at that time too. */
  public static final long TIME_MS = 1_700_000_000_000L;

  /** {@code segment.bytes} of the topic, which decides how a cleaner joins segments. */
  public static final Map<String, String> CONFIG = Map.of("segment.bytes", "1073741824");

  /** When a segment is full; smaller than what the topic says, so that there is more than one. */
  public static final long SEGMENT_BYTES = 128L << 20;

  private static final long SEED = 42;
  private static final String TOPIC = "bench";

  /**
   * One partition.
   *
   * @param name of its directory
   * @param firstDirtyOffset where an earlier clean ended
   * @param endOffset the log end offset, exclusive, where an empty active segment begins
   * @param records of data batches
   * @param dirtyRecords of them, those from the first dirty offset on
   * @param bytes of all segments
   */
  public record Partition(
      String name,
      long firstDirtyOffset,
      long endOffset,
      long records,
      long dirtyRecords,
      long bytes) {}

  /** Generates a workload. */
  public static GeneratedLog write(Workload workload, Path dir, long segmentBytes)
      throws IOException {
    Files.createDirectories(dir);
    List<Partition> partitions = new ArrayList<>();
    for (int i = 0; i < workload.partitions().size(); i++) {
      Workload.Part part = workload.partitions().get(i);
      String name = TOPIC + "-" + i;
      partitions.add(
          new PartitionWriter(part.shape(), SEED + i, dir.resolve(name), segmentBytes)
              .write(name, part.records()));
      // Gives it the indexes and the producer snapshot that a broker would have left.
      KafkaLog.open(dir.resolve(name), CONFIG, 0, TIME_MS, false).close();
    }
    Files.writeString(dir.resolve("meta.properties"), "version=1\ncluster.id=bench\nnode.id=1\n");
    Files.createFile(dir.resolve(".kafka_cleanshutdown"));
    checkpoint(dir, "replication-offset-checkpoint", partitions, Partition::endOffset);
    checkpoint(dir, "cleaner-offset-checkpoint", partitions, Partition::firstDirtyOffset);
    return new GeneratedLog(dir, List.copyOf(partitions));
  }

  private static void checkpoint(
      Path dir, String file, List<Partition> partitions, ToLongFunction<Partition> offset)
      throws IOException {
    List<String> lines = new ArrayList<>(List.of("0", "" + partitions.size()));
    for (Partition partition : partitions) {
      String number = partition.name().substring(TOPIC.length() + 1);
      lines.add(TOPIC + " " + number + " " + offset.applyAsLong(partition));
    }
    Files.write(dir.resolve(file), lines);
  }

  /**
   * A copy that costs nothing: both cleaners replace logs and never write into old ones. What else
   * there is gets copied.
   *
   * @param to must not exist
   */
  public Path links(Path to) throws IOException {
    try (Stream<Path> files = Files.walk(dir)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Path target = to.resolve(dir.relativize(file).toString());
        if (file.toString().endsWith(".log")) {
          Files.createLink(target, file);
        } else {
          Files.copy(file, target);
        }
      }
    }
    return to;
  }

  /** Its segments' logs, in order. */
  public List<Path> logs() throws IOException {
    try (Stream<Path> files = Files.walk(dir)) {
      return files
          .filter(file -> file.toString().endsWith(".log"))
          .sorted()
          .collect(Collectors.toList());
    }
  }

  /** Bytes of all segments. */
  public long bytes() {
    return partitions.stream().mapToLong(Partition::bytes).sum();
  }

  /** Records of data batches. */
  public long records() {
    return partitions.stream().mapToLong(Partition::records).sum();
  }

  /** Dirty records of the partition that has most. */
  public long mostDirtyRecords() {
    return partitions.stream().mapToLong(Partition::dirtyRecords).max().orElse(0);
  }
}
