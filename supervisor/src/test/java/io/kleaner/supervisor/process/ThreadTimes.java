// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How much of the processor each thread of a process has had so far, as the kernel counts it.
 *
 * @param nanos by the first fifteen letters of the threads' names, all of a name together
 * @param atNanos when that was
 */
record ThreadTimes(Map<String, Long> nanos, long atNanos) {

  private static final double LITTLE_PERCENT = 0.05;

  static ThreadTimes of(long pid) throws IOException {
    Map<String, Long> nanos = new HashMap<>();
    try (Stream<Path> all = Files.list(tasks(pid))) {
      for (Path task : all.toList()) {
        try {
          String name = Files.readString(task.resolve("comm")).strip();
          String[] fields = Files.readString(task.resolve("schedstat")).strip().split(" ");
          nanos.merge(name, Long.parseLong(fields[0]), Long::sum);
        } catch (IOException e) {
          // Of one that ends between the opening and the read the kernel says "No such process".
          if (Files.exists(task)) {
            throw e;
          }
          nanos.putIfAbsent("ended", 0L);
        }
      }
    }
    return new ThreadTimes(nanos, System.nanoTime());
  }

  /** Whether this machine says so. */
  static boolean areKnown() {
    return Files.isDirectory(tasks(ProcessHandle.current().pid()));
  }

  private static Path tasks(long pid) {
    return Path.of("/proc/" + pid + "/task");
  }

  /** Of a core, how much those of a name have had since, in percent. */
  double percentSince(ThreadTimes before, String name) {
    long had = nanos.getOrDefault(name, 0L) - before.nanos.getOrDefault(name, 0L);
    return 100.0 * had / (atNanos - before.atNanos);
  }

  /** Who has had most since, what is next to nothing left out. */
  String mostSince(ThreadTimes before) {
    return nanos.keySet().stream()
        .filter(name -> percentSince(before, name) >= LITTLE_PERCENT)
        .sorted(Comparator.comparingDouble((String name) -> -percentSince(before, name)))
        .map(name -> String.format(Locale.ROOT, "%s %.2f", name, percentSince(before, name)))
        .collect(Collectors.joining(", "));
  }
}
