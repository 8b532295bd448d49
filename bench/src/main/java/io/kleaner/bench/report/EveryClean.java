// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench.report;

import io.kleaner.bench.engine.EngineName;
import io.kleaner.bench.engine.Figures;
import io.kleaner.bench.workload.Values;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Every single clean of a run as text, a line each, so that a later run can be added to it. Fields
 * are separated by tabs.
 *
 * <pre>
 *  run       machine  commit  date  command  values
 *  workload  name  title  bytes  records  cat  cp  synced  compared  same bytes  difference
 *  clean     workload  engine  threads  memory  figures, the cold clean first
 * </pre>
 */
public final class EveryClean {

  private static final int RUN_FIELDS = 6;
  private static final int WORKLOAD_FIELDS = 11;
  private static final int CLEAN_FIELDS = 6;

  private EveryClean() {}

  /** Writes all cleans of a run. */
  public static String write(Results results) {
    List<String> lines = new ArrayList<>();
    lines.add(
        line(
            "run",
            results.machine(),
            results.commit(),
            results.date(),
            results.command(),
            results.values().text()));
    for (Measured each : results.workloads()) {
      lines.add(
          line(
              "workload",
              each.workload(),
              each.title(),
              each.logBytes(),
              each.records(),
              each.floor().catS(),
              each.floor().cpS(),
              each.floor().cpSyncS(),
              each.sameness().compared(),
              each.sameness().sameBytes(),
              each.sameness().difference().orElse("")));
      for (Measured.Run run : each.runs()) {
        lines.add(clean(each, run, run.cold()));
        run.warm().forEach(figures -> lines.add(clean(each, run, figures)));
      }
    }
    return String.join("\n", lines) + "\n";
  }

  private static String clean(Measured measured, Measured.Run run, Figures figures) {
    return line(
        "clean",
        measured.workload(),
        run.engine().text(),
        run.threads(),
        run.memoryBytes(),
        figures.toLine());
  }

  private static String line(Object... fields) {
    return Arrays.stream(fields)
        .map(field -> String.valueOf(field).replaceAll("[\t\r\n]", " "))
        .collect(Collectors.joining("\t"));
  }

  /**
   * Reads what {@link #write} has written.
   *
   * @throws IllegalArgumentException if it is something else
   */
  public static Results read(String text) {
    List<String[]> lines =
        text.lines().map(line -> line.split("\t", -1)).collect(Collectors.toList());
    String[] run = lines.isEmpty() ? new String[0] : lines.remove(0);
    require(run, "run", RUN_FIELDS);
    List<Measured> workloads = new ArrayList<>();
    int at = 0;
    while (at < lines.size()) {
      String[] workload = lines.get(at++);
      require(workload, "workload", WORKLOAD_FIELDS);
      Map<String, List<Figures>> cleans = new LinkedHashMap<>();
      while (at < lines.size() && lines.get(at)[0].equals("clean")) {
        String[] clean = lines.get(at++);
        require(clean, "clean", CLEAN_FIELDS);
        cleans
            .computeIfAbsent(clean[2] + "\t" + clean[3] + "\t" + clean[4], key -> new ArrayList<>())
            .add(Figures.parse(clean[5]));
      }
      workloads.add(measured(workload, cleans));
    }
    Values values =
        Values.of(run[5])
            .orElseThrow(
                () -> new IllegalArgumentException("there are no values '" + run[5] + "'"));
    return new Results(run[1], run[2], run[3], run[4], values, workloads);
  }

  private static Measured measured(String[] fields, Map<String, List<Figures>> cleans) {
    List<Measured.Run> runs = new ArrayList<>();
    cleans.forEach(
        (key, figures) -> {
          String[] engine = key.split("\t", -1);
          runs.add(
              new Measured.Run(
                  EngineName.of(engine[0]).orElseThrow(),
                  Integer.parseInt(engine[1]),
                  Long.parseLong(engine[2]),
                  figures.get(0),
                  figures.subList(1, figures.size())));
        });
    return new Measured(
        fields[1],
        fields[2],
        Long.parseLong(fields[3]),
        Long.parseLong(fields[4]),
        runs,
        new Measured.Floor(
            Double.parseDouble(fields[5]),
            Double.parseDouble(fields[6]),
            Double.parseDouble(fields[7])),
        new Measured.Sameness(
            Boolean.parseBoolean(fields[8]),
            Boolean.parseBoolean(fields[9]),
            Optional.of(fields[10]).filter(difference -> !difference.isEmpty())));
  }

  private static void require(String[] fields, String kind, int number) {
    if (fields.length != number || !fields[0].equals(kind)) {
      throw new IllegalArgumentException(
          "expected a line of '"
              + kind
              + "' with "
              + number
              + " fields, found '"
              + String.join(" ", fields)
              + "'");
    }
  }
}
