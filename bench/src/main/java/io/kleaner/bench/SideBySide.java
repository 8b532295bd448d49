// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench;

import io.kleaner.bench.engine.EngineName;
import io.kleaner.bench.engine.EngineProcess;
import io.kleaner.bench.engine.EngineSettings;
import io.kleaner.bench.report.Measured;
import io.kleaner.bench.workload.GeneratedLog;
import io.kleaner.bench.workload.Trees;
import io.kleaner.bench.workload.Workload;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Lets engines clean copies of the same log directory in turn, round after round, each in a process
 * of its own, and compares what they leave. Not thread-safe.
 */
final class SideBySide {

  private static final long LEAST_HEAP = 2L << 30;
  private static final long HEAP_BESIDE_MAPS = 1L << 30;
  private static final double KAFKA_KEY_BYTES = 24 / 0.9;

  private final Path work;
  private final BenchArguments arguments;
  private final Consumer<String> progress;

  /**
   * @param work an empty directory with room for {@link #spaceFor}
   * @param progress told what happens, a line at a time
   */
  SideBySide(Path work, BenchArguments arguments, Consumer<String> progress) {
    this.work = work;
    this.arguments = arguments;
    this.progress = progress;
  }

  /**
   * Disk that a workload takes at most: itself, what the first engine of all and the current one
   * leave, and a little for indexes and spilled keys.
   */
  static long spaceFor(Workload workload) {
    return workload.diskBytes() * 13 / 4;
  }

  /** Generates a workload, measures it, and deletes it. */
  Measured run(Workload workload) throws IOException {
    progress.accept(workload.name() + ": generating " + workload.title());
    Path source = work.resolve(workload.name());
    try {
      GeneratedLog log = GeneratedLog.write(workload, source, GeneratedLog.SEGMENT_BYTES);
      return measure(workload, log);
    } finally {
      Trees.delete(source);
    }
  }

  private Measured measure(Workload workload, GeneratedLog log) throws IOException {
    Turns turns = new Turns(work, log, progress);
    List<PlainCopy> copies = new ArrayList<>();
    List<String> flags = jvmFlags(log);
    List<EngineProcess> engines = new ArrayList<>();
    try {
      for (EngineSettings settings : settings(log)) {
        engines.add(EngineProcess.start(settings, flags));
      }
      // The first is the warm-up, and is what a cold start would see.
      for (int round = 0; round <= arguments.runs(); round++) {
        copies.add(PlainCopy.measure(log.logs(), work.resolve("copy")));
        turns.round(engines);
      }
    } finally {
      for (EngineProcess engine : engines) {
        engine.close();
      }
      turns.close();
    }
    return new Measured(
        workload.name(),
        workload.title(),
        log.bytes(),
        log.records(),
        engines.stream().map(turns::figures).toList(),
        Measured.Floor.median(
            copies.stream().map(each -> List.of(each.catS(), each.cpS(), each.cpSyncS())).toList()),
        engines.size() > 1 ? turns.sameness() : Measured.Sameness.UNKNOWN);
  }

  /**
   * Kafka's threads never share a partition, so of a lone one it is measured with one thread, which
   * is compared with every number of ours.
   */
  List<EngineSettings> settings(GeneratedLog log) {
    List<EngineSettings> settings = new ArrayList<>();
    long keys = log.mostDirtyRecords();
    for (int threads : arguments.threads()) {
      for (EngineName engine : arguments.engines()) {
        boolean lone = engine == EngineName.KAFKA && log.partitions().size() == 1;
        // Kafka's map has room for the keys whatever budget Kleaner is given.
        List<Long> budgets = engine == EngineName.KAFKA ? List.of(0L) : arguments.memoryBytes();
        for (long memoryBytes : budgets) {
          EngineSettings wanted = new EngineSettings(engine, lone ? 1 : threads, keys, memoryBytes);
          if (!settings.contains(wanted)) {
            settings.add(wanted);
          }
        }
      }
    }
    return settings;
  }

  /** The same for every engine. Memory is touched when it is used, not before. */
  List<String> jvmFlags(GeneratedLog log) {
    int threads = arguments.threads().get(arguments.threads().size() - 1);
    double maps =
        log.mostDirtyRecords() * KAFKA_KEY_BYTES * Math.min(threads, log.partitions().size());
    // The old generation is two thirds of it.
    long heap = Math.max(LEAST_HEAP, (long) (maps * 2) + HEAP_BESIDE_MAPS);
    long chosen = arguments.heapBytes() > 0 ? arguments.heapBytes() : heap;
    return List.of(
        "-Xmx" + (chosen >> 20) + "m",
        "-Xms256m",
        "-XX:+UseSerialGC",
        "-XX:-UsePerfData",
        "-Dorg.slf4j.simpleLogger.defaultLogLevel=error");
  }
}
