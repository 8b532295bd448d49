// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench.report;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** Describes what figures were measured on. */
public final class Machine {

  private static final long KIB_PER_GIB = 1L << 20;

  private Machine() {}

  /** Processors, memory, system and Java in a line. */
  public static String describe() {
    return String.format(
        Locale.ROOT,
        "%d x %s, %s, %s %s, Java %s",
        Runtime.getRuntime().availableProcessors(),
        field("/proc/cpuinfo", "model name").orElse(System.getProperty("os.arch")),
        field("/proc/meminfo", "MemTotal")
            .map(text -> Long.parseLong(text.replaceAll("\\D", "")) / KIB_PER_GIB + " GiB")
            .orElse("memory unknown"),
        System.getProperty("os.name"),
        System.getProperty("os.version"),
        Runtime.version());
  }

  private static Optional<String> field(String file, String name) {
    try (Stream<String> lines = Files.lines(Path.of(file))) {
      return lines
          .filter(line -> line.startsWith(name))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** The commit of the source tree, marked if it has changes, or {@code unknown}. */
  public static String commit(Path tree) {
    return git(tree, "rev-parse", "--short=12", "HEAD")
        .map(
            commit ->
                git(tree, "status", "--porcelain", "-uno").orElse("").isEmpty()
                    ? commit
                    : commit + " with changes")
        .orElse("unknown");
  }

  private static Optional<String> git(Path tree, String... arguments) {
    String[] command =
        Stream.concat(Stream.of("git", "-C", tree.toString()), Stream.of(arguments))
            .toArray(String[]::new);
    try {
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      String output =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      return process.waitFor() == 0 ? Optional.of(output) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }
}
