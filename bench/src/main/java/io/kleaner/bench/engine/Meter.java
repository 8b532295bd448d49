// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench.engine;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Measures this process between two moments: time, processor time, heap allocation, I/O, peak
 * memory. I/O and memory come from {@code /proc} and are 0 where there is none. Not thread-safe.
 */
final class Meter {

  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private static final Path IO = Path.of("/proc/self/io");
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final int KIB = 1024;

  private final AllocationMeter allocation = new AllocationMeter();
  private long startNanos;
  private long startCpuNanos;
  private long startRead;
  private long startWritten;
  private long nanos;
  private long cpuNanos;
  private long allocated;
  private long read;
  private long written;

  void start() {
    startRead = field(IO, "rchar:");
    startWritten = field(IO, "wchar:");
    allocation.start();
    startCpuNanos = SYSTEM.getProcessCpuTime();
    startNanos = System.nanoTime();
  }

  void stop() {
    nanos = System.nanoTime() - startNanos;
    cpuNanos = SYSTEM.getProcessCpuTime() - startCpuNanos;
    allocated = allocation.stop();
    read = field(IO, "rchar:") - startRead;
    written = field(IO, "wchar:") - startWritten;
  }

  /** All figures of what was measured last. */
  Figures figures(Engine.Phases phases, double bytesPerKey) {
    return new Figures(
        phases.mapNanos() / 1e9,
        phases.copyNanos() / 1e9,
        nanos / 1e9,
        cpuNanos / 1e9,
        field(STATUS, "VmHWM:") * KIB,
        allocated,
        bytesPerKey,
        read,
        written,
        phases.rounds(),
        phases.spilledBytes());
  }

  private static long field(Path file, String name) {
    List<String> lines;
    try {
      lines = Files.readAllLines(file);
    } catch (IOException e) {
      return 0; // another operating system: the other figures stand
    }
    return lines.stream()
        .filter(line -> line.startsWith(name))
        .mapToLong(line -> Long.parseLong(line.substring(name.length()).replaceAll("\\D", "")))
        .findFirst()
        .orElse(0);
  }
}
