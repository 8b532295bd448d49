// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import io.kleaner.core.io.FileSystem;
import io.kleaner.core.io.LocalFileSystem;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;

/** The one executable. */
public final class Main {

  /** Threads that mostly wait for the disk; a file has one at most. */
  private static final Executor SYNCS =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "kleaner-sync");
            thread.setDaemon(true);
            return thread;
          });

  private Main() {}

  /** Runs a command and exits with its {@link ExitCode}. */
  public static void main(String[] args) {
    Interrupts interrupts = new Interrupts();
    interrupts.install();
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    Map<String, String> environment = System.getenv();
    int exit =
        run(
            new Terminal(out, err, "1".equals(environment.get("KLEANER_TTY")), environment),
            interrupts,
            args);
    out.flush();
    err.flush();
    interrupts.exit(exit);
  }

  /**
   * Runs a command without ending the process.
   *
   * @return its exit code
   */
  public static int run(Terminal terminal, Interrupts interrupts, String... args) {
    return run(terminal, interrupts, new LocalFileSystem(SYNCS), args);
  }

  /** The same on any disk, so that a test can make one fail. */
  static int run(Terminal terminal, Interrupts interrupts, FileSystem disk, String... args) {
    try {
      return new Commands(terminal, interrupts, disk).of(args).execute(args);
    } catch (Error e) {
      // Nobody above would say it in one line, or exit with a code that means it.
      return Failures.tell(terminal, e).number();
    }
  }
}
