// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench.report;

import io.kleaner.bench.engine.EngineName;
import io.kleaner.bench.engine.Figures;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The charts of a run, by file name. */
public final class Charts {

  private static final double MIB = 1024.0 * 1024;

  private Charts() {}

  /** Speed, seconds of each phase, and memory. */
  public static Map<String, String> of(Results results) {
    Map<String, String> charts = new LinkedHashMap<>();
    if (Arrays.stream(new int[] {1, 2}).anyMatch(n -> results.ratios(n).length > 0)) {
      charts.put("speed.svg", speed(results));
    }
    charts.put("seconds.svg", seconds(results));
    charts.put("memory.svg", memory(results));
    return charts;
  }

  private static String speed(Results results) {
    List<BarChart.Group> groups = new ArrayList<>();
    for (Measured each : results.workloads()) {
      List<Double> values = new ArrayList<>();
      for (int threads : results.threads()) {
        values.add(each.ratio(threads).orElse(Double.NaN));
      }
      groups.add(new BarChart.Group(each.workload(), each.title(), values));
    }
    return new BarChart(
            "Times as fast as Kafka 4.3.1's own cleaner",
            "same bytes in, same records out, same run; more is better",
            "x",
            results.threads().stream().map(n -> n + (n == 1 ? " thread" : " threads")).toList(),
            false,
            groups)
        .toSvg();
  }

  private static String seconds(Results results) {
    List<BarChart.Group> groups = new ArrayList<>();
    for (Measured each : results.workloads()) {
      for (Measured.Run run : each.runs()) {
        Figures median = run.median();
        // Phases of several threads overlap; they share the time that passed.
        double both = median.mapS() + median.copyS();
        double map = median.totalS() * median.mapS() / both;
        groups.add(
            new BarChart.Group(
                run.equals(each.runs().get(0)) ? each.workload() : "",
                run.name() + ", threads: " + run.threads(),
                List.of(map, median.totalS() - map)));
      }
    }
    return new BarChart(
            "Seconds of a clean",
            "finding what is superseded, then writing what survives; less is better",
            " s",
            List.of("map", "copy and all else"),
            true,
            groups)
        .toSvg();
  }

  private static String memory(Results results) {
    List<BarChart.Group> groups = new ArrayList<>();
    for (Measured each : results.workloads()) {
      List<Double> values = new ArrayList<>();
      for (EngineName engine : new EngineName[] {EngineName.KLEANER, EngineName.KAFKA}) {
        values.add(
            each.run(engine, 1).map(run -> run.median().rssBytes() / MIB).orElse(Double.NaN));
      }
      groups.add(new BarChart.Group(each.workload(), each.title(), values));
    }
    return new BarChart(
            "Peak resident memory of the process",
            "maps with room for the same number of keys, same JVM flags, one thread; less is better",
            " MiB",
            List.of("Kleaner", "Kafka"),
            false,
            groups)
        .toSvg();
  }

  /** Seconds a GiB as something grows. */
  public static String growth(String title, String note, List<GrowthPoint> points) {
    List<LineChart.Series> series = new ArrayList<>();
    for (EngineName engine : EngineName.values()) {
      List<LineChart.Point> line =
          points.stream()
              .filter(point -> point.engine() == engine)
              .map(each -> new LineChart.Point(each.label(), each.x(), each.secondsPerGib()))
              .toList();
      if (!line.isEmpty()) {
        boolean ours = engine == EngineName.KLEANER;
        series.add(new LineChart.Series(ours ? "Kleaner" : "Kafka", ours ? 1 : 2, line));
      }
    }
    return new LineChart(title, note, "s/GiB", series).toSvg();
  }
}
