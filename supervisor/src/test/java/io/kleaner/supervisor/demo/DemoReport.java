// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.demo;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a demonstration found, for machines. Not thread-safe. */
final class DemoReport {

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private final Path file;
  private final Map<String, Object> document = new LinkedHashMap<>();

  DemoReport(Path file, String demo) {
    this.file = file;
    document.put("demo", demo);
  }

  /** What is shown. */
  interface Play {
    /** Plays it. */
    void run() throws Exception;
  }

  /** Plays, writes the report and gives the exit code: 0 if all of it held, 1 if not. */
  static int exit(Stage stage, DemoReport report, Play play) {
    boolean ended = false;
    try {
      play.run();
      ended = true;
    } catch (Exception e) {
      stage.say("");
      stage.say("FAILED: %s", e);
      report.put("failed", String.valueOf(e));
    }
    try {
      report.write(stage);
    } catch (IOException e) {
      stage.say("FAILED: no report was written: %s", e);
      ended = false;
    }
    boolean held = ended && stage.failures().isEmpty();
    stage.say("");
    stage.say(
        held ? "All of it held. It took %.0f s." : "It did NOT hold, see above. It took %.0f s.",
        stage.elapsedMs() / 1000.0);
    return held ? 0 : 1;
  }

  /** Adds a fact. */
  void put(String name, Object value) {
    document.put(name, value);
  }

  /** Writes what is known so far. */
  void write(Stage stage) throws IOException {
    document.put("momentsMs", stage.moments());
    document.put("failures", stage.failures());
    document.put("held", stage.failures().isEmpty() && !document.containsKey("failed"));
    document.put("tookMs", stage.elapsedMs());
    JSON.writeValue(file.toFile(), document);
    stage.say("Report: %s", file.getFileName());
  }

  /** Shows when what happened, counted from one of the moments. */
  static void table(Stage stage, String zero) {
    Map<String, Long> moments = stage.moments();
    long zeroMs = moments.getOrDefault(zero, 0L);
    stage.say("     s after the %s", zero);
    moments.forEach((what, ms) -> stage.say("     %8.1f  %s", (ms - zeroMs) / 1000.0, what));
  }
}
