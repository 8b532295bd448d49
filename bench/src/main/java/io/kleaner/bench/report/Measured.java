// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench.report;

import io.kleaner.bench.engine.EngineName;
import io.kleaner.bench.engine.Figures;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;

/**
 * What came of one workload.
 *
 * @param workload its name
 * @param title what it is
 * @param logBytes of its segments
 * @param records in them
 * @param runs of each engine
 * @param floor what the machine's own tools take for the same bytes
 * @param sameness of what the engines left
 */
public record Measured(
    String workload,
    String title,
    long logBytes,
    long records,
    List<Run> runs,
    Floor floor,
    Sameness sameness) {

  /** Keeps its own copy. */
  public Measured {
    runs = List.copyOf(runs);
  }

  /**
   * One engine with a number of threads.
   *
   * @param memoryBytes the budget that it was given; 0 for none
   * @param cold the first clean of its process
   * @param warm all others
   */
  public record Run(
      EngineName engine, int threads, long memoryBytes, Figures cold, List<Figures> warm) {

    /** Keeps its own copy. */
    public Run {
      warm = List.copyOf(warm);
    }

    /** The engine, with its budget if it was given one. */
    public String name() {
      return engine.text(memoryBytes);
    }

    /** The median of each figure. */
    public Figures median() {
      return new Figures(
          median(Figures::mapS),
          median(Figures::copyS),
          median(Figures::totalS),
          median(Figures::cpuS),
          (long) median(Figures::rssBytes),
          (long) median(Figures::allocatedBytes),
          median(Figures::bytesPerKey),
          (long) median(Figures::bytesRead),
          (long) median(Figures::bytesWritten),
          (int) median(Figures::rounds),
          (long) median(Figures::spilledBytes));
    }

    private double median(ToDoubleFunction<Figures> figure) {
      return Measured.median(warm.stream().mapToDouble(figure).toArray());
    }
  }

  /**
   * Seconds for the same bytes.
   *
   * @param catS to read them
   * @param cpS to copy them
   * @param cpSyncS to copy them and have the copy on disk
   */
  public record Floor(double catS, double cpS, double cpSyncS) {

    /** The median of several measurements, each of three numbers. */
    public static Floor median(List<List<Double>> measurements) {
      double[] medians = new double[3];
      for (int i = 0; i < medians.length; i++) {
        int column = i;
        medians[i] =
            Measured.median(measurements.stream().mapToDouble(row -> row.get(column)).toArray());
      }
      return new Floor(medians[0], medians[1], medians[2]);
    }
  }

  /**
   * Whether engines left the same.
   *
   * @param compared whether there was anything to compare
   * @param sameBytes whether logs were the same byte for byte
   * @param difference between surviving records, empty if there is none
   */
  public record Sameness(boolean compared, boolean sameBytes, Optional<String> difference) {

    /** Only one engine ran, in one way. */
    public static final Sameness UNKNOWN = new Sameness(false, false, Optional.empty());

    /** Engines were compared. */
    public static Sameness of(boolean sameBytes, Optional<String> difference) {
      return new Sameness(true, sameBytes, difference);
    }

    /** Whether the surviving records were the same in every round. */
    public boolean sameRecords() {
      return compared && difference.isEmpty();
    }

    /** In a word or a sentence. */
    public String text() {
      if (!compared) {
        return "not compared";
      }
      return difference
          .map(text -> "DIFFERENT: " + text)
          .orElse(sameBytes ? "same bytes" : "same records");
    }
  }

  /** Numbers of threads of an engine, ascending. */
  public List<Integer> threads(EngineName engine) {
    TreeSet<Integer> threads = new TreeSet<>();
    runs.stream().filter(run -> run.engine() == engine).forEach(run -> threads.add(run.threads()));
    return List.copyOf(threads);
  }

  /** The run of an engine with a number of threads, of several budgets the least. */
  public Optional<Run> run(EngineName engine, int threads) {
    return runs.stream()
        .filter(run -> run.engine() == engine && run.threads() == threads)
        .findFirst();
  }

  /**
   * The peer that a number of threads is compared with: of as many threads, or of one where more
   * are no use to it.
   */
  public Optional<Run> peer(int threads) {
    return run(EngineName.KAFKA, threads).or(() -> run(EngineName.KAFKA, 1));
  }

  /** How many times as fast as the peer we are. */
  public OptionalDouble ratio(int threads) {
    return ratio(threads, run -> run.median().totalS());
  }

  /** The same of each process's first clean. */
  public OptionalDouble coldRatio(int threads) {
    return ratio(threads, run -> run.cold().totalS());
  }

  private OptionalDouble ratio(int threads, ToDoubleFunction<Run> seconds) {
    Optional<Run> ours = run(EngineName.KLEANER, threads);
    Optional<Run> peer = peer(threads);
    return ours.isPresent() && peer.isPresent()
        ? OptionalDouble.of(seconds.applyAsDouble(peer.get()) / seconds.applyAsDouble(ours.get()))
        : OptionalDouble.empty();
  }

  /** The middle of some numbers, or the mean of the two in the middle. */
  public static double median(double[] numbers) {
    if (numbers.length == 0) {
      throw new IllegalArgumentException("no numbers");
    }
    double[] sorted = numbers.clone();
    java.util.Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /** The geometric mean of some ratios. */
  public static double geometricMean(double[] ratios) {
    double logs = 0;
    for (double ratio : ratios) {
      logs += Math.log(ratio);
    }
    return Math.exp(logs / ratios.length);
  }
}
