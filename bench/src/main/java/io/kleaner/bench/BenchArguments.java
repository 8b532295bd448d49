// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench;

import io.kleaner.bench.engine.EngineName;
import io.kleaner.bench.workload.Values;
import io.kleaner.bench.workload.Workloads;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * What {@code scripts/bench} was asked for.
 *
 * @param mode what to do
 * @param workloads by name, in the order given
 * @param threads of the cleaners, ascending
 * @param engines to run
 * @param sizeBytes of each workload before compression
 * @param values what the workloads' values look like; not to be asked for with {@link Mode#JMH}
 * @param keys of W13
 * @param runs that count, after a warm-up
 * @param memoryBytes Kleaner's budgets, measured in turn; 0 for the default, or more where the keys
 *     need more
 * @param heapBytes of each engine's JVM; 0 for what the maps need
 * @param out where results go
 * @param append whether to add to the results that are there
 * @param pattern of JMH benchmarks
 */
record BenchArguments(
    Mode mode,
    List<String> workloads,
    List<Integer> threads,
    Set<EngineName> engines,
    long sizeBytes,
    Values values,
    long keys,
    int runs,
    List<Long> memoryBytes,
    long heapBytes,
    Path out,
    boolean append,
    String pattern) {

  /** What can be asked for. */
  enum Mode {
    COMPARE,
    PROFILE,
    GROWTH,
    RESHAPE,
    JMH
  }

  private static final long DEFAULT_SIZE = 1L << 30;
  private static final long GROWTH_SIZE = 16L << 30;
  private static final int DEFAULT_RUNS = 3;
  private static final int MOST = 64;

  /**
   * Reads a command line.
   *
   * @throws UsageException if it makes no sense, with the reason
   */
  static BenchArguments parse(List<String> line) {
    Parser parser = new Parser(line);
    return parser.parse();
  }

  /** Walks a command line once. */
  private static final class Parser {
    private final List<String> line;
    private int at;
    private Mode mode = Mode.COMPARE;
    private List<String> workloads = Workloads.NAMES;
    private List<Integer> threads = List.of();
    private Set<EngineName> engines = EnumSet.allOf(EngineName.class);
    private long sizeBytes;
    private Optional<Values> values = Optional.empty();
    private long keys = Workloads.DEFAULT_KEYS;
    private int runs;
    private List<Long> memoryBytes = List.of(0L);
    private long heapBytes;
    private Path out = Path.of("bench-results");
    private boolean append;
    private String pattern = ".*";

    Parser(List<String> line) {
      this.line = line;
    }

    BenchArguments parse() {
      while (at < line.size()) {
        option(line.get(at++));
      }
      if (mode == Mode.JMH && values.isPresent()) {
        throw new UsageException("--jmh takes no --values: its batches are of documents");
      }
      long size = sizeBytes > 0 ? sizeBytes : mode == Mode.GROWTH ? GROWTH_SIZE : DEFAULT_SIZE;
      int counted = runs > 0 ? runs : mode == Mode.GROWTH ? 1 : DEFAULT_RUNS;
      List<Integer> fewAndMore = mode == Mode.COMPARE ? List.of(1, 2) : List.of(1);
      return new BenchArguments(
          mode,
          workloads,
          threads.isEmpty() ? fewAndMore : threads,
          engines,
          size,
          values.orElse(Values.DOCUMENTS),
          keys,
          counted,
          memoryBytes,
          heapBytes,
          out,
          append,
          pattern);
    }

    private void option(String option) {
      switch (option) {
        case "--workload" -> workloads = names(option);
        case "--threads" -> threads = List.copyOf(new TreeSet<>(each(option, Parser::threads)));
        case "--engines" -> engines = EnumSet.copyOf(each(option, Parser::engine));
        case "--size" -> sizeBytes = Quantity.bytes(option, value(option));
        case "--values" -> values = Optional.of(values(option));
        case "--keys" -> keys = Quantity.count(option, value(option));
        case "--runs" -> runs = small(option, value(option));
        case "--memory" ->
            memoryBytes =
                List.copyOf(new TreeSet<>(each(option, text -> Quantity.bytes(option, text))));
        case "--heap" -> heapBytes = Quantity.bytes(option, value(option));
        case "--out" -> out = Path.of(value(option));
        case "--append" -> append = true;
        case "--profile" -> {
          set(Mode.PROFILE);
          workloads = names(option);
        }
        case "--growth" -> set(Mode.GROWTH);
        case "--reshape" -> set(Mode.RESHAPE);
        case "--jmh" -> {
          set(Mode.JMH);
          if (at < line.size() && !line.get(at).startsWith("--")) {
            pattern = line.get(at++);
          }
        }
        default -> throw new UsageException("unknown option '" + option + "'");
      }
    }

    private void set(Mode wanted) {
      if (mode != Mode.COMPARE && mode != wanted) {
        throw new UsageException("--profile, --growth, --reshape and --jmh exclude each other");
      }
      mode = wanted;
    }

    private String value(String option) {
      if (at == line.size() || line.get(at).startsWith("--")) {
        throw new UsageException(option + " needs a value");
      }
      return line.get(at++);
    }

    private <T> List<T> each(String option, Function<String, T> read) {
      return Arrays.stream(value(option).split(",", -1)).map(read).toList();
    }

    private List<String> names(String option) {
      UnaryOperator<String> upper = name -> name.toUpperCase(Locale.ROOT);
      List<String> names = new ArrayList<>(each(option, upper));
      for (String name : names) {
        if (!Workloads.NAMES.contains(name)) {
          throw new UsageException(
              "there is no workload '"
                  + name
                  + "'; there are "
                  + String.join(", ", Workloads.NAMES));
        }
      }
      return names.stream().distinct().toList();
    }

    private Values values(String option) {
      String text = value(option);
      return Values.of(text)
          .orElseThrow(
              () -> new UsageException(option + " takes documents or letters, not '" + text + "'"));
    }

    private static EngineName engine(String name) {
      return EngineName.of(name)
          .orElseThrow(
              () -> new UsageException("--engines takes kafka and kleaner, not '" + name + "'"));
    }

    private static int threads(String text) {
      return small("--threads", text);
    }

    private static int small(String option, String text) {
      int number = text.matches("\\d{1,4}") ? Integer.parseInt(text) : 0;
      if (number < 1 || number > MOST) {
        throw new UsageException(option + " takes 1 to " + MOST + ", not '" + text + "'");
      }
      return number;
    }
  }
}
