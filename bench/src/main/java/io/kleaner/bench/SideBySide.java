// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench;

import io.kleaner.core.compact.CleanOptions;
import io.kleaner.core.compact.CleanStats;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** Runs a {@link Comparison} and prints its figures. */
public final class SideBySide {

  private static final double MIB = 1024.0 * 1024;

  private SideBySide() {}

  /**
   * Runs it.
   *
   * @param args a directory, then {@code name=value}: size (bytes), codec, value, batch, fresh,
   *     rounds, verify
   */
  public static void main(String[] args) throws IOException {
    Map<String, String> options = new HashMap<>();
    for (int i = 1; i < args.length; i++) {
      int equals = args[i].indexOf('=');
      options.put(args[i].substring(0, equals), args[i].substring(equals + 1));
    }
    Workload workload =
        new Workload(
            Long.parseLong(options.getOrDefault("size", "1073741824")),
            options.getOrDefault("codec", "none"),
            Integer.parseInt(options.getOrDefault("value", "100")),
            Integer.parseInt(options.getOrDefault("batch", "100")),
            Double.parseDouble(options.getOrDefault("fresh", "0.3")),
            128L << 20);
    int rounds = Integer.parseInt(options.getOrDefault("rounds", "3"));
    CleanOptions.Verify verify =
        CleanOptions.Verify.valueOf(
            options.getOrDefault("verify", "normal").toUpperCase(Locale.ROOT));
    print("%s, verify %s, Java %s", workload, verify, Runtime.version());
    Comparison comparison = new Comparison(Path.of(args[0]), workload);
    print("log: %.1f MiB", comparison.bytes() / MIB);
    print("round   Kafka: map    copy   total | Kleaner: scan    copy   total | ratio, of CPU");
    // The first is the warm-up, and is what a cold start would see of both.
    for (int i = 0; i <= rounds; i++) {
      print(i, comparison.run(verify));
    }
    summary(comparison);
  }

  private static void print(int number, Comparison.Round round) {
    print(
        "%5s %10.2f s %6.2f s %5.2f s | %10.2f s %6.2f s %5.2f s | %5.2f %5.2f",
        number == 0 ? "cold" : number,
        round.kafkaMapNanos() / 1e9,
        round.kafkaCopyNanos() / 1e9,
        round.kafkaNanos() / 1e9,
        round.stats().scanNanos() / 1e9,
        round.stats().copyNanos() / 1e9,
        round.kleanerNanos() / 1e9,
        round.ratio(),
        round.cpuRatio());
  }

  private static void summary(Comparison comparison) throws IOException {
    List<Comparison.Round> warm = comparison.rounds().subList(1, comparison.rounds().size());
    CleanStats stats = warm.get(0).stats();
    double ours = median(warm, Comparison.Round::kleanerNanos) / 1e9;
    double kafkas = median(warm, Comparison.Round::kafkaNanos) / 1e9;
    print(
        "median: Kafka %.2f s (%.0f MiB/s), Kleaner %.2f s (%.0f MiB/s), ratio %.2f, of processor"
            + " time %.2f",
        kafkas,
        comparison.bytes() / MIB / kafkas,
        ours,
        comparison.bytes() / MIB / ours,
        median(warm, Comparison.Round::ratio),
        median(warm, Comparison.Round::cpuRatio));
    print(
        "memory: %d keys in a map of %.1f MiB (%.1f bytes a key as filled; 12 bytes a slot at a load"
            + " of 0.8 at most: 15 when full), bits for %d records %.2f MiB (%.2f bits a record)",
        stats.keys(),
        stats.keyMapBytes() / MIB,
        (double) stats.keyMapBytes() / stats.keys(),
        stats.recordsBefore(),
        stats.recordBitsBytes() / MIB,
        stats.recordBitsBytes() * 8.0 / stats.recordsBefore());
    print("the logs and indexes that both left are the same, byte for byte, in every round");
  }

  private static double median(
      List<Comparison.Round> rounds, ToDoubleFunction<Comparison.Round> value) {
    double[] sorted = rounds.stream().mapToDouble(value).sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  private static void print(String format, Object... values) {
    System.out.printf(Locale.ROOT, format + "%n", values);
  }
}
