// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench;

import io.kleaner.bench.engine.ReshapedSizes;
import io.kleaner.bench.report.Charts;
import io.kleaner.bench.report.GrowthPoint;
import io.kleaner.bench.report.Machine;
import io.kleaner.bench.report.Markdown;
import io.kleaner.bench.report.ProfileShares;
import io.kleaner.bench.report.Results;
import io.kleaner.bench.workload.Workload;
import io.kleaner.bench.workload.Workloads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.Main;

/** Behind {@code scripts/bench}: measures, prints tables, writes them with charts and JSON. */
public final class Bench {

  private static final int FAILED = 1;
  private static final int USAGE = 2;
  private static final double GIB = 1L << 30;

  private final Path work;
  private final Path tree;
  private final BenchArguments arguments;
  private final String command;

  /** The disk is too small; nothing was done. */
  private static final class NoRoomException extends IOException {
    private static final long serialVersionUID = 1L;

    NoRoomException(String message) {
      super(message);
    }
  }

  private Bench(Path work, Path tree, BenchArguments arguments, String command) {
    this.work = work;
    this.tree = tree;
    this.arguments = arguments;
    this.command = command;
  }

  /**
   * Runs it.
   *
   * @param args an empty directory to work in, the source tree, then what the user said
   */
  public static void main(String[] args) throws Exception {
    List<String> line = Arrays.asList(args).subList(2, args.length);
    try {
      BenchArguments arguments = BenchArguments.parse(line);
      String command = ("scripts/bench " + String.join(" ", line)).strip();
      System.exit(new Bench(Path.of(args[0]), Path.of(args[1]), arguments, command).run());
    } catch (UsageException e) {
      System.err.println("scripts/bench: " + e.getMessage() + "; see scripts/bench --help");
      System.exit(USAGE);
    } catch (NoRoomException e) {
      System.err.println("scripts/bench: " + e.getMessage());
      System.exit(FAILED);
    } catch (IOException e) {
      System.err.println("scripts/bench: " + e);
      System.exit(FAILED);
    }
  }

  private int run() throws Exception {
    if (arguments.mode() == BenchArguments.Mode.JMH) {
      Files.createDirectories(arguments.out());
      String table = arguments.out().resolve("jmh.txt").toString();
      Main.main(new String[] {arguments.pattern(), "-rf", "text", "-rff", table});
      return 0;
    }
    List<Workload> workloads = workloads(arguments);
    requireSpace(workloads);
    Files.createDirectories(arguments.out());
    return switch (arguments.mode()) {
      case PROFILE -> profile(workloads);
      case GROWTH -> growth(workloads);
      case RESHAPE -> reshape(workloads);
      default -> compare(workloads);
    };
  }

  /** What there is to generate: of the sizes, and with the values, that were asked for. */
  static List<Workload> workloads(BenchArguments arguments) {
    return shapes(arguments).stream().map(each -> each.of(arguments.values())).toList();
  }

  private static List<Workload> shapes(BenchArguments arguments) {
    if (arguments.mode() == BenchArguments.Mode.GROWTH) {
      List<Workload> all = new ArrayList<>(Growth.sizes(arguments.sizeBytes()));
      all.addAll(Growth.keys(arguments.keys()));
      return all;
    }
    if (arguments.mode() == BenchArguments.Mode.RESHAPE) {
      return Workloads.toReshape(arguments.sizeBytes());
    }
    return arguments.workloads().stream()
        .map(name -> Workloads.named(name, arguments.sizeBytes(), arguments.keys()).orElseThrow())
        .toList();
  }

  private void requireSpace(List<Workload> workloads) throws IOException {
    long needed = workloads.stream().mapToLong(SideBySide::spaceFor).max().orElse(0);
    long free = Files.getFileStore(work).getUsableSpace();
    if (free < needed) {
      throw new NoRoomException(
          String.format(
              "%s has %.1f GiB free, and this needs up to %.1f GiB there; nothing was done. Name a"
                  + " larger place with TMPDIR, or ask for less with --size, --keys or --workload",
              work.getParent(), free / GIB, needed / GIB));
    }
  }

  private SideBySide sideBySide() {
    return new SideBySide(work, arguments, System.err::println);
  }

  private Measurements measurements(String file) throws IOException {
    Results header =
        new Results(
            Machine.describe(),
            Machine.commit(tree),
            LocalDate.now(ZoneOffset.UTC).toString(),
            command,
            arguments.values(),
            List.of());
    return Measurements.open(arguments.out().resolve(file), header, arguments.append());
  }

  /** Writes after each workload, so that a run that is stopped leaves what it has found out. */
  private int compare(List<Workload> workloads) throws IOException {
    Measurements measurements = measurements("cleans.tsv");
    for (Workload workload : workloads) {
      measurements.add(sideBySide().run(workload));
      Results results = measurements.results();
      write("results.md", Markdown.of(results));
      write("results.json", results.toJson());
      for (Map.Entry<String, String> chart : Charts.of(results).entrySet()) {
        write(chart.getKey(), chart.getValue());
      }
    }
    System.out.println(Markdown.of(measurements.results()));
    System.err.println("scripts/bench: tables, charts and results.json are in " + arguments.out());
    return measurements.results().workloads().stream()
            .allMatch(each -> each.sameness().difference().isEmpty())
        ? 0
        : FAILED;
  }

  private int profile(List<Workload> workloads) throws IOException {
    StringBuilder shares =
        new StringBuilder(Markdown.head(measurements("profile.tsv").results()))
            .append(ProfileShares.header());
    for (Workload workload : workloads) {
      Profile.Found found = new Profile(work, arguments, sideBySide()).run(workload);
      for (Map.Entry<String, String> graph : found.graphs().entrySet()) {
        write(graph.getKey(), graph.getValue());
        System.err.println(arguments.out().resolve(graph.getKey()));
      }
      shares.append(found.shares());
      write("shares.md", shares.toString());
    }
    System.out.println(shares);
    return 0;
  }

  private int growth(List<Workload> workloads) throws IOException {
    Measurements measurements = measurements("growth.tsv");
    for (Workload workload : workloads) {
      if (measurements.has(workload.name())) {
        continue;
      }
      measurements.add(sideBySide().run(workload));
      Results results = measurements.results();
      List<GrowthPoint> sizes = Growth.points(results, false);
      List<GrowthPoint> keys = Growth.points(results, true);
      write("growth.md", growthTables(results));
      write(
          "growth-size.svg",
          Charts.growth(
              "Seconds a GiB as the log grows",
              "uncompressed, values of 100 bytes, 2.5 million keys, one thread; flat is good",
              sizes));
      if (!keys.isEmpty()) {
        write(
            "growth-keys.svg",
            Charts.growth(
                "Seconds a GiB as the number of keys grows",
                "keys of 10 bytes, values of 4, 90 % with a new key, one thread; flat is good",
                keys));
      }
    }
    System.out.println(growthTables(measurements.results()));
    return 0;
  }

  private int reshape(List<Workload> workloads) throws IOException {
    StringBuilder table =
        new StringBuilder(Markdown.head(measurements("reshape.tsv").results()))
            .append(ReshapedSizes.HEADER);
    for (Workload workload : workloads) {
      System.err.println(workload.name() + ": " + workload.title());
      table.append(ReshapedSizes.row(workload, work));
      write("reshape.md", table.toString());
    }
    System.out.println(table);
    return 0;
  }

  private static String growthTables(Results results) {
    return Markdown.head(results)
        + Markdown.growth(Growth.points(results, false))
        + "\n"
        + Markdown.growth(Growth.points(results, true));
  }

  private void write(String name, String content) throws IOException {
    Files.writeString(arguments.out().resolve(name), content);
  }
}
