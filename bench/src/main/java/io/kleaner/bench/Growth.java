// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench;

import io.kleaner.bench.report.GrowthPoint;
import io.kleaner.bench.report.Measured;
import io.kleaner.bench.workload.Workload;
import io.kleaner.bench.workload.Workloads;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The same shape at growing sizes: what is to stay flat is the time a GiB. */
final class Growth {

  private static final long GIB = 1L << 30;
  private static final long MILLION = 1_000_000;
  private static final List<Long> GIBS = List.of(1L, 2L, 4L, 8L, 16L, 32L, 64L);
  private static final List<Long> MILLIONS = List.of(1L, 3L, 10L, 30L, 100L, 300L, 1000L);

  private final SideBySide sideBySide;

  Growth(SideBySide sideBySide) {
    this.sideBySide = sideBySide;
  }

  /** Sizes from 1 GiB, or less if that is the most, up to a size. */
  static List<Workload> sizes(long most) {
    List<Workload> workloads = new ArrayList<>();
    for (long gib : GIBS) {
      if (gib * GIB <= most) {
        workloads.add(Workloads.sameKeys(gib * GIB));
      }
    }
    return workloads.isEmpty() ? List.of(Workloads.sameKeys(most)) : workloads;
  }

  /** Numbers of keys from a million, or less if that is the most, up to a number. */
  static List<Workload> keys(long most) {
    List<Workload> workloads = new ArrayList<>();
    for (long millions : MILLIONS) {
      if (millions * MILLION <= most) {
        workloads.add(Workloads.tinyKeys(millions * MILLION));
      }
    }
    return workloads.isEmpty() ? List.of(Workloads.tinyKeys(most)) : workloads;
  }

  /**
   * Measures workloads with one thread.
   *
   * @param byKeys whether the number of keys is what grows, or the size
   */
  List<GrowthPoint> run(List<Workload> workloads, boolean byKeys) throws IOException {
    List<GrowthPoint> points = new ArrayList<>();
    for (Workload workload : workloads) {
      Measured measured = sideBySide.run(workload);
      for (Measured.Run run : measured.runs()) {
        double gibs = (double) workload.bytes() / GIB;
        points.add(
            new GrowthPoint(
                byKeys
                    ? String.format("%.0f M", workload.records() / 1e6)
                    : String.format("%.0f GiB", gibs),
                byKeys ? workload.records() : gibs,
                run.engine(),
                measured.logBytes(),
                byKeys ? measured.records() : Math.min(measured.records(), Workloads.SAME_KEYS),
                run.median().totalS(),
                run.median().rounds(),
                run.median().spilledBytes()));
      }
    }
    return points;
  }
}
