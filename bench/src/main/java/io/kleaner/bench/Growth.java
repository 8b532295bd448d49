// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench;

import io.kleaner.bench.report.GrowthPoint;
import io.kleaner.bench.report.Results;
import io.kleaner.bench.workload.Workload;
import io.kleaner.bench.workload.Workloads;
import java.util.ArrayList;
import java.util.List;

/** The same shape at growing sizes: what is to stay flat is the time a GiB. */
final class Growth {

  private static final long GIB = 1L << 30;
  private static final long MILLION = 1_000_000;
  private static final List<Long> GIBS = List.of(1L, 2L, 4L, 8L, 16L, 32L, 64L);
  private static final List<Long> MILLIONS = List.of(1L, 3L, 10L, 30L, 100L, 300L, 1000L);
  private static final String KEYS = " M keys";

  private Growth() {}

  /** Sizes from 1 GiB, or less if that is the most, up to a size. */
  static List<Workload> sizes(long most) {
    List<Workload> workloads = new ArrayList<>();
    for (long gib : GIBS) {
      if (gib * GIB <= most) {
        workloads.add(Workloads.sameKeys(gib + " GiB", gib * GIB));
      }
    }
    return workloads.isEmpty()
        ? List.of(Workloads.sameKeys((most >> 20) + " MiB", most))
        : workloads;
  }

  /** Numbers of keys from a million, or less if that is the most, up to a number. */
  static List<Workload> keys(long most) {
    List<Workload> workloads = new ArrayList<>();
    for (long millions : MILLIONS) {
      if (millions * MILLION <= most) {
        workloads.add(Workloads.tinyKeys(millions + KEYS, millions * MILLION));
      }
    }
    return workloads.isEmpty()
        ? List.of(Workloads.tinyKeys(String.format("%.2f%s", most / 1e6, KEYS), most))
        : workloads;
  }

  /**
   * The points of what was measured.
   *
   * @param byKeys those whose number of keys grows, or those whose size does
   */
  static List<GrowthPoint> points(Results results, boolean byKeys) {
    return results.workloads().stream()
        .filter(each -> each.workload().endsWith(KEYS) == byKeys)
        .flatMap(
            each ->
                each.runs().stream()
                    .map(
                        run ->
                            new GrowthPoint(
                                each.workload(),
                                byKeys ? each.records() : each.logBytes(),
                                run.engine(),
                                each.logBytes(),
                                byKeys
                                    ? Math.round(each.records() * Workloads.TINY_FRESH)
                                    : Math.min(each.records(), Workloads.SAME_KEYS),
                                run.median().totalS(),
                                each.floor().catS(),
                                run.median().rssBytes(),
                                run.median().rounds(),
                                run.median().spilledBytes())))
        .toList();
  }
}
