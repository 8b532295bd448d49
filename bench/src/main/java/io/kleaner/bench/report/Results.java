// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench.report;

import io.kleaner.bench.engine.EngineName;
import io.kleaner.bench.engine.Figures;
import io.kleaner.bench.workload.Values;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * All workloads of one run.
 *
 * @param machine what it ran on, in a line
 * @param commit of the source tree
 * @param date of the run
 * @param command that reproduces it
 * @param values what the workloads' values looked like, but for those too short for it
 */
public record Results(
    String machine,
    String commit,
    String date,
    String command,
    Values values,
    List<Measured> workloads) {

  /** Keeps its own copy. */
  public Results {
    workloads = List.copyOf(workloads);
  }

  /** The same run with other workloads. */
  public Results with(List<Measured> others) {
    return new Results(machine, commit, date, command, values, others);
  }

  /** Numbers of our threads in any workload, ascending. */
  public List<Integer> threads() {
    TreeSet<Integer> threads = new TreeSet<>();
    workloads.forEach(each -> threads.addAll(each.threads(EngineName.KLEANER)));
    return List.copyOf(threads);
  }

  /** Ratios to the peer of those workloads that have one, for a number of threads. */
  public double[] ratios(int threads) {
    return ratios(threads, ".*");
  }

  /** Ratios of W1 to W9 alone, which the goals speak of. */
  public double[] coreRatios(int threads) {
    return ratios(threads, "W[1-9]");
  }

  private double[] ratios(int threads, String names) {
    return workloads.stream()
        .filter(each -> each.workload().matches(names))
        .filter(each -> each.ratio(threads).isPresent())
        .mapToDouble(each -> each.ratio(threads).getAsDouble())
        .toArray();
  }

  /** For programs: machine, commit, values, runs, ratios, sameRecords. */
  public String toJson() {
    List<Object> runs = new ArrayList<>();
    Map<String, Object> ratios = new LinkedHashMap<>();
    Map<String, Object> same = new LinkedHashMap<>();
    for (Measured measured : workloads) {
      measured.runs().forEach(run -> runs.add(toMap(measured.workload(), run)));
      Map<String, Object> byThreads = new LinkedHashMap<>();
      for (int threads : measured.threads(EngineName.KLEANER)) {
        measured.ratio(threads).ifPresent(ratio -> byThreads.put("" + threads, ratio));
      }
      ratios.put(measured.workload(), byThreads);
      if (measured.sameness().compared()) {
        same.put(measured.workload(), measured.sameness().sameRecords());
      }
    }
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("machine", machine);
    all.put("commit", commit);
    all.put("values", values.text());
    all.put("runs", runs);
    all.put("ratios", ratios);
    all.put("sameRecords", same);
    return Json.write(all);
  }

  private static Map<String, Object> toMap(String workload, Measured.Run run) {
    Figures figures = run.median();
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("workload", workload);
    map.put("threads", run.threads());
    map.put("engine", run.engine().text());
    map.put("memoryBytes", run.memoryBytes());
    map.put("mapS", figures.mapS());
    map.put("copyS", figures.copyS());
    map.put("totalS", figures.totalS());
    map.put("cpuS", figures.cpuS());
    map.put("rssBytes", figures.rssBytes());
    map.put("coldTotalS", run.cold().totalS());
    map.put("coldRssBytes", run.cold().rssBytes());
    map.put("allocatedBytes", figures.allocatedBytes());
    map.put("bytesPerKey", figures.bytesPerKey());
    map.put("bytesRead", figures.bytesRead());
    map.put("bytesWritten", figures.bytesWritten());
    return map;
  }
}
