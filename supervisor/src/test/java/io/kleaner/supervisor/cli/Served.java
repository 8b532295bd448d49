// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.io.FileSystem;
import io.kleaner.core.io.LocalFileSystem;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A service in this process, by its command line; ended as a signal would. */
final class Served implements AutoCloseable {

  private static final Pattern URL = Pattern.compile("https?://127.0.0.1:\\d+");

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final Interrupts interrupts = new Interrupts();
  private final Path state;
  private final Thread thread;
  private volatile int exit = -1;

  /**
   * Starts it on {@code temp/logs}, and waits until it says where it is.
   *
   * @param more of its command line
   */
  Served(Path temp, Path state, String... more) throws Exception {
    this(temp, state, Map.of(), more);
  }

  /** The same in an environment. */
  Served(Path temp, Path state, Map<String, String> environment, String... more) throws Exception {
    this(new LocalFileSystem(), temp, state, environment, more);
  }

  /** The same on any disk. */
  Served(FileSystem disk, Path temp, Path state, Map<String, String> environment, String... more)
      throws Exception {
    this.state = state;
    Path logs = Files.createDirectories(temp.resolve("logs"));
    Files.createDirectories(logs.resolve("orders-0"));
    List<String> words =
        new ArrayList<>(
            List.of(
                "serve",
                "--log-dir",
                logs.toString(),
                "--state-dir",
                state.toString(),
                "--listen",
                "127.0.0.1:0"));
    words.addAll(List.of(more));
    Terminal terminal =
        new Terminal(new PrintWriter(out, true), new PrintWriter(err, true), false, environment);
    thread =
        new Thread(() -> exit = Main.run(terminal, interrupts, disk, words.toArray(String[]::new)));
    thread.start();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!out.toString().contains("actions")) {
      assertThat(thread.isAlive() && System.nanoTime() < end).as(out + " " + err).isTrue();
      Thread.onSpinWait();
    }
  }

  String out() {
    return out.toString();
  }

  String err() {
    return err.toString();
  }

  /**
   * What {@code status} prints once its supervisor has looked at everything: it answers before
   * that, and knows of nothing then.
   */
  Cli.Run statusOfALook(String... more) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (looks() < 1) {
      assertThat(thread.isAlive() && System.nanoTime() < end).as(out + " " + err).isTrue();
    }
    List<String> words = new ArrayList<>(List.of("status", "--url", url()));
    words.addAll(List.of(more));
    return Cli.run(words.toArray());
  }

  private long looks() {
    return Cli.run("status", "--url", url(), "--json").json().at("/status/ticks").asLong();
  }

  /** Where its first line says that it is. */
  String url() {
    Matcher url = URL.matcher(out.toString().lines().findFirst().orElse(""));
    assertThat(url.find()).as(out + " " + err).isTrue();
    return url.group();
  }

  Path token() {
    return state.resolve("token");
  }

  @Override
  public void close() {
    interrupts.token().cancel();
    try {
      thread.join(TimeUnit.SECONDS.toMillis(60));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    assertThat(exit).isZero();
  }
}
