// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench;

import io.kleaner.bench.workload.Trees;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * What the machine takes to read and to copy the same bytes by its own tools; no cleaner that reads
 * all and writes all can be faster.
 *
 * @param catS seconds of {@code cat} to nowhere
 * @param cpS seconds of {@code cp}
 * @param cpSyncS seconds of {@code cp} with the copies synced
 */
record PlainCopy(double catS, double cpS, double cpSyncS) {

  /**
   * Measures once, and leaves nothing behind.
   *
   * @param logs what is read
   * @param target a directory that does not exist
   */
  static PlainCopy measure(List<Path> logs, Path target) throws IOException {
    double cat = run("cat", logs, List.of());
    Files.createDirectories(target);
    try {
      double cp = 0;
      for (int i = 0; i < logs.size(); i++) {
        // Segments of different partitions have the same names.
        cp += run("cp", List.of(logs.get(i)), List.of(target.resolve(i + ".log").toString()));
      }
      long start = System.nanoTime();
      for (int i = 0; i < logs.size(); i++) {
        try (FileChannel file =
            FileChannel.open(target.resolve(i + ".log"), StandardOpenOption.WRITE)) {
          file.force(true);
        }
      }
      return new PlainCopy(cat, cp, cp + (System.nanoTime() - start) / 1e9);
    } finally {
      Trees.delete(target);
    }
  }

  private static double run(String tool, List<Path> files, List<String> more) throws IOException {
    List<String> command = new ArrayList<>(List.of(tool));
    files.forEach(file -> command.add(file.toString()));
    command.addAll(more);
    long start = System.nanoTime();
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      int status = process.waitFor();
      if (status != 0) {
        throw new IOException(tool + " ended with " + status);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    return (System.nanoTime() - start) / 1e9;
  }
}
