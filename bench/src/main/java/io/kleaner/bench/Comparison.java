// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench;

import io.kleaner.core.compact.CleanOptions;
import io.kleaner.core.compact.CleanStats;
import io.kleaner.core.compact.Cleaning;
import io.kleaner.core.oracle.DirectoryDiff;
import io.kleaner.core.oracle.KafkaOracle;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Cleans copies of one partition by Kafka's own cleaner and by ours in turn, in one JVM, on one
 * thread each, and compares what they leave. Not thread-safe.
 */
final class Comparison {

  private static final String SEGMENT_BYTES = "1073741824";
  private static final int KAFKA_BYTES_PER_SLOT = 24;

  private static final ThreadMXBean CPU = ManagementFactory.getThreadMXBean();

  private final Path temp;
  private final Path source;
  private final long activeBase;
  private final Map<String, String> config = Map.of("segment.bytes", SEGMENT_BYTES);
  private final List<Round> rounds = new ArrayList<>();

  /**
   * One clean by each.
   *
   * @param kafkaMapNanos of Kafka's first phase
   * @param kafkaCopyNanos of its second, swap and sync included
   * @param kleanerNanos of all of ours: survey, both passes, sync, verification, swap
   * @param kafkaCpuNanos processor time of Kafka's, its loading of the log included
   * @param kleanerCpuNanos processor time of ours
   * @param stats of ours
   */
  record Round(
      long kafkaMapNanos,
      long kafkaCopyNanos,
      long kleanerNanos,
      long kafkaCpuNanos,
      long kleanerCpuNanos,
      CleanStats stats) {

    long kafkaNanos() {
      return kafkaMapNanos + kafkaCopyNanos;
    }

    double ratio() {
      return (double) kafkaNanos() / kleanerNanos;
    }

    double cpuRatio() {
      return (double) kafkaCpuNanos / kleanerCpuNanos;
    }
  }

  /**
   * @param temp an empty directory with room for three times the workload
   */
  Comparison(Path temp, Workload workload) throws IOException {
    this.temp = temp;
    this.source = temp.resolve("source").resolve("bench-0");
    this.activeBase = workload.write(source);
    // Gives it the indexes and the producer snapshot that a broker would have left.
    KafkaOracle.load(source, config, 0, Workload.TIME_MS, false);
  }

  /** Log bytes of the partition. */
  long bytes() throws IOException {
    try (Stream<Path> files = Files.list(source)) {
      return files.mapToLong(file -> file.toFile().length()).sum();
    }
  }

  /** Cleans once more by each, and checks that both left the same. */
  Round run(CleanOptions.Verify verify) throws IOException {
    Path kafkas = links("kafka");
    long kafkaCpu = CPU.getCurrentThreadCpuTime();
    KafkaOracle.Cleaned cleaned =
        KafkaOracle.clean(
            kafkas,
            new KafkaOracle.Round(config, 0, activeBase, Workload.TIME_MS, kafkaMapBytes()),
            0,
            activeBase);
    kafkaCpu = CPU.getCurrentThreadCpuTime() - kafkaCpu;
    if (cleaned.endOffset() != activeBase) {
      throw new IllegalStateException("Kafka's map was full at " + cleaned.endOffset());
    }
    Path ours = links("kleaner");
    Cleaning cleaning = Cleaning.at(Workload.TIME_MS).upToLogEnd().verify(verify);
    config.forEach(cleaning::config);
    long kleanerCpu = CPU.getCurrentThreadCpuTime();
    long start = System.nanoTime();
    CleanStats stats = cleaning.run(ours).stats();
    long nanos = System.nanoTime() - start;
    kleanerCpu = CPU.getCurrentThreadCpuTime() - kleanerCpu;

    List<String> differences =
        DirectoryDiff.between(kafkas, ours, "\\d{20}\\.(log|index|timeindex)");
    if (!differences.isEmpty()) {
      throw new IllegalStateException("the results differ: " + differences);
    }
    Round round =
        new Round(cleaned.mapNanos(), cleaned.copyNanos(), nanos, kafkaCpu, kleanerCpu, stats);
    rounds.add(round);
    return round;
  }

  private int kafkaMapBytes() {
    return (int)
        Math.min(Integer.MAX_VALUE - 64, (activeBase + 64) * KAFKA_BYTES_PER_SLOT * 10 / 9);
  }

  /** A copy that costs nothing: both cleaners replace files and never write into old ones. */
  private Path links(String name) throws IOException {
    Path copy = Files.createTempDirectory(temp, name).resolve("bench-0");
    Files.createDirectory(copy);
    try (Stream<Path> files = Files.list(source)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        if (file.toString().endsWith(".log")) {
          Files.createLink(copy.resolve(file.getFileName()), file);
        } else {
          // Indexes are opened for writing.
          Files.copy(file, copy.resolve(file.getFileName()));
        }
      }
    }
    return copy;
  }

  /** All rounds so far. */
  List<Round> rounds() {
    return List.copyOf(rounds);
  }
}
