// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench.engine;

import io.kleaner.bench.workload.GeneratedLog;
import io.kleaner.bench.workload.Trees;
import io.kleaner.bench.workload.Workload;
import io.kleaner.core.compact.Reshaping;
import io.kleaner.core.record.Compression;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** How large a log is after cleans that give its batches other forms, and how long they take. */
public final class ReshapedSizes {

  /** The head of the table. */
  public static final String HEADER =
      """
      | Log | Before | Plain clean | `--rebatch` | `--recompress zstd:9` | both |
      |---|---:|---:|---:|---:|---:|
      """;

  private static final double NANOS = 1e9;
  private static final Optional<Compression> ZSTD_9 = Optional.of(Compression.parse("zstd:9"));
  private static final List<Reshaping> FORMS =
      List.of(
          Reshaping.NONE,
          new Reshaping(Optional.empty(), true),
          new Reshaping(ZSTD_9, false),
          new Reshaping(ZSTD_9, true));

  private ReshapedSizes() {}

  /**
   * Generates a log, cleans copies of it with one thread, and deletes all of them. Each form is
   * given twice, and the second time counts: the first one waits for the compiler.
   *
   * @return a row: MiB and seconds, and what share of the plain clean's size is left
   */
  public static String row(Workload workload, Path work) throws IOException {
    Path source = work.resolve(workload.name());
    try {
      GeneratedLog log = GeneratedLog.write(workload, source, GeneratedLog.SEGMENT_BYTES);
      StringBuilder row =
          new StringBuilder(
              String.format(
                  Locale.ROOT,
                  "| %s %s | %.1f MiB",
                  workload.name(),
                  workload.title(),
                  mebibytes(logBytes(source))));
      long plain = 0;
      for (Reshaping form : FORMS) {
        Path copy = work.resolve(workload.name() + "-copy");
        clean(log, form, copy);
        Taken taken = clean(log, form, copy);
        plain = plain == 0 ? taken.bytes() : plain;
        row.append(
            String.format(
                Locale.ROOT,
                " | %.1f MiB, %.0f %%, %.1f s",
                mebibytes(taken.bytes()),
                100.0 * taken.bytes() / plain,
                taken.seconds()));
      }
      return row.append(" |\n").toString();
    } finally {
      Trees.delete(source);
    }
  }

  /** What a clean took, and the size of what it left. */
  private record Taken(double seconds, long bytes) {}

  private static Taken clean(GeneratedLog log, Reshaping form, Path copy) throws IOException {
    log.links(copy);
    try {
      long start = System.nanoTime();
      new KleanerEngine(1, log.mostDirtyRecords(), 0, form).clean(copy, new Meter());
      return new Taken((System.nanoTime() - start) / NANOS, logBytes(copy));
    } finally {
      Trees.delete(copy);
    }
  }

  private static double mebibytes(long bytes) {
    return bytes / (double) (1 << 20);
  }

  private static long logBytes(Path dir) throws IOException {
    try (Stream<Path> files = Files.walk(dir)) {
      return files
          .filter(file -> file.toString().endsWith(".log"))
          .mapToLong(file -> file.toFile().length())
          .sum();
    }
  }
}
