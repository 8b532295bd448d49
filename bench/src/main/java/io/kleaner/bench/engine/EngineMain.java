// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench.engine;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * The process of one engine: reads a log directory a line, cleans it, answers with a line of
 * figures; ends with its input. After a tab, a line may name a file for a flight recording. An
 * engine has a process to itself so that its memory is its own.
 */
public final class EngineMain {

  private EngineMain() {}

  /**
   * Runs it.
   *
   * @param args as {@link EngineSettings} makes them
   */
  public static void main(String[] args) throws IOException {
    PrintStream answers = System.out;
    // Whatever a library prints must not be taken for an answer.
    System.setOut(System.err);
    Engine engine = EngineSettings.parse(args).start();
    Meter meter = new Meter();
    BufferedReader commands =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = commands.readLine(); line != null; line = commands.readLine()) {
      int tab = line.indexOf('\t');
      Engine.Phases phases =
          tab < 0
              ? engine.clean(Path.of(line), meter)
              : recorded(engine, line.substring(0, tab), meter, line.substring(tab + 1));
      answers.println(meter.figures(phases, engine.mapBytesPerKey()).toLine());
      answers.flush();
    }
  }

  private static Engine.Phases recorded(Engine engine, String dir, Meter meter, String file)
      throws IOException {
    FlightRecording recording = new FlightRecording(Path.of(file));
    try {
      return engine.clean(Path.of(dir), meter);
    } finally {
      recording.close();
    }
  }
}
