// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench;

import io.kleaner.bench.report.EveryClean;
import io.kleaner.bench.report.Measured;
import io.kleaner.bench.report.Results;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What was measured so far, kept in a file so that a further run can add to it. Not thread-safe.
 */
final class Measurements {

  private final Path file;
  private Results results;

  private Measurements(Path file, Results results) {
    this.file = file;
    this.results = results;
  }

  /**
   * Begins, or goes on.
   *
   * @param header machine, commit, date, command and values of this run, without workloads
   * @param append whether to go on with what the file holds
   * @throws UsageException if that was measured on something else
   */
  static Measurements open(Path file, Results header, boolean append) throws IOException {
    if (!append || !Files.exists(file)) {
      return new Measurements(file, header);
    }
    Results before;
    try {
      before = EveryClean.read(Files.readString(file));
    } catch (IllegalArgumentException e) {
      throw new UsageException(file + " is not what a run has written: " + e.getMessage());
    }
    if (!before.machine().equals(header.machine()) || !before.commit().equals(header.commit())) {
      throw new UsageException(
          String.format(
              "%s was measured on %s at commit %s, and this is %s at %s: choose another --out",
              file, before.machine(), before.commit(), header.machine(), header.commit()));
    }
    if (before.values() != header.values()) {
      throw new UsageException(
          String.format(
              "%s is of values that are %s, and these are %s: choose another --out",
              file, before.values().text(), header.values().text()));
    }
    String command =
        before.command().lines().anyMatch(header.command()::equals)
            ? before.command()
            : before.command() + "; " + header.command();
    return new Measurements(
        file,
        new Results(
            before.machine(),
            before.commit(),
            header.date(),
            command,
            header.values(),
            before.workloads()));
  }

  /** Adds a workload, or puts it in place of the one of the same name, and saves. */
  void add(Measured measured) throws IOException {
    List<Measured> all = new ArrayList<>(results.workloads());
    int at = 0;
    while (at < all.size() && !all.get(at).workload().equals(measured.workload())) {
      at++;
    }
    if (at < all.size()) {
      all.set(at, measured);
    } else {
      all.add(measured);
    }
    results = results.with(all);
    Files.writeString(file, EveryClean.write(results));
  }

  /** Whether a workload of that name is there. */
  boolean has(String workload) {
    return results.workloads().stream().anyMatch(each -> each.workload().equals(workload));
  }

  /** All of it. */
  Results results() {
    return results;
  }
}
