// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench.engine;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * An engine in a JVM of its own that stays up from clean to clean, so that engines can take turns.
 * Not thread-safe.
 */
public final class EngineProcess implements AutoCloseable {

  private static final int EXIT_SECONDS = 10;

  private final EngineSettings settings;
  private final Process process;
  private final Writer commands;
  private final BufferedReader answers;
  private final Thread reaper;

  private EngineProcess(EngineSettings settings, Process process) {
    this.settings = settings;
    this.process = process;
    this.commands = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
    this.answers =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    this.reaper = new Thread(this::kill, "reaper");
    Runtime.getRuntime().addShutdownHook(reaper);
  }

  /**
   * Starts one on this process's class path.
   *
   * @param jvmFlags the same for every engine
   */
  public static EngineProcess start(EngineSettings settings, List<String> jvmFlags)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(jvmFlags);
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(EngineMain.class.getName());
    command.addAll(settings.arguments());
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    return new EngineProcess(settings, builder.start());
  }

  /** Cleans a log directory. */
  public Figures clean(Path logDir) throws IOException {
    return command(logDir.toString());
  }

  /** Cleans a log directory, and records into a file meanwhile. */
  public Figures clean(Path logDir, Path recording) throws IOException {
    return command(logDir + "\t" + recording);
  }

  private Figures command(String line) throws IOException {
    commands.write(line + "\n");
    commands.flush();
    String answer = answers.readLine();
    if (answer == null) {
      throw new IOException(
          "the process of " + settings.engine().text() + " ended; see above for why");
    }
    return Figures.parse(answer);
  }

  private void kill() {
    try {
      process.destroyForcibly().waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** What it was told. */
  public EngineSettings settings() {
    return settings;
  }

  @Override
  public void close() throws IOException {
    try {
      commands.close();
      if (!process.waitFor(EXIT_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    try {
      Runtime.getRuntime().removeShutdownHook(reaper);
    } catch (IllegalStateException e) {
      // Shutting down: the hook does it.
    }
  }
}
