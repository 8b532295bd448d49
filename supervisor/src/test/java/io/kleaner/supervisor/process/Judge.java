// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.process;

import io.kleaner.core.check.CheckLevel;
import io.kleaner.core.check.Finding;
import io.kleaner.core.check.LogChecker;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.oracle.KafkaOracle;
import io.kleaner.core.oracle.ScriptedLog;
import io.kleaner.core.oracle.Trees;
import io.kleaner.core.pace.CancelToken;
import io.kleaner.core.swap.SwapRecovery;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Compares what a kill left with the truth, as a broker's start and as our recovery find it. */
final class Judge {

  private static final int RECORD_BYTES = 1024 * 1024;

  private final FileSystem disk = new LocalFileSystem();
  private final Path temp;
  private final List<String> problems = new ArrayList<>();
  private long lost;
  private long read;

  /**
   * @param temp an empty directory
   */
  Judge(Path temp) {
    this.temp = temp;
  }

  /** Looks at an image, and takes it away if nothing is wrong with it. */
  void judge(String when, Growth.Image image) throws IOException {
    int before = problems.size();
    look(when, image);
    if (problems.size() == before) {
      delete(image.dir());
    }
  }

  private static void delete(Path dir) throws IOException {
    try (Stream<Path> files = Files.walk(dir)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  private void look(String when, Growth.Image image) throws IOException {
    for (Map.Entry<String, Growth.Truth> each : image.truths().entrySet()) {
      Path ours = image.dir().resolve(each.getKey());
      Path broker = Trees.copy(ours, Files.createTempDirectory(temp, "broker").resolve("grows-0"));
      compare(when + " " + each.getKey() + " as a broker starts", broker, each.getValue());
      delete(broker);
      new SwapRecovery(disk).plan(ours).apply(disk, ours);
      new LogChecker(disk, CheckLevel.RECORDS, RECORD_BYTES, new CancelToken())
          .check(ours).findings().stream()
              .map(Finding::text)
              .forEach(text -> problems.add(when + " " + each.getKey() + ": " + text));
      compare(when + " " + each.getKey() + " recovered", ours, each.getValue());
    }
  }

  private void compare(String what, Path partition, Growth.Truth truth) throws IOException {
    KafkaOracle.Reading reading = KafkaOracle.read(partition, Map.of(), ScriptedLog.TIME_MS);
    Map<String, String> live = reading.live();
    read += live.size();
    truth
        .live()
        .forEach(
            (key, record) -> {
              if (!record.equals(live.get(key))) {
                lost++;
                problems.add(what + ": key " + key + " is not the newest");
              }
            });
    live.keySet().stream()
        .filter(key -> !truth.live().containsKey(key))
        .forEach(key -> problems.add(what + ": key " + key + " is back, which was deleted"));
    if (reading.logEndOffset() != truth.endOffset()) {
      problems.add(
          what + ": log end " + reading.logEndOffset() + " instead of " + truth.endOffset());
    }
  }

  /** Whether a clean was cut short here. */
  static boolean isCutShort(Growth.Image image) throws IOException {
    return isCutShort(image.dir());
  }

  /** The same of a directory in which somebody may be at work. */
  static boolean isCutShort(Path logDir) throws IOException {
    try (Stream<Path> files = Files.walk(logDir)) {
      return files.anyMatch(file -> file.toString().matches(".*\\.(cleaned|swap|deleted|kleaner)"));
    } catch (UncheckedIOException e) {
      return false; // what was listed is gone already
    }
  }

  /** Everything that was found wrong. */
  List<String> problems() {
    return List.copyOf(problems);
  }

  /** Records whose newest value was not found. */
  long lost() {
    return lost;
  }

  /** Records that were found. */
  long read() {
    return read;
  }
}
