// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import io.kleaner.core.io.FileSystem;
import io.kleaner.core.io.LocalFileSystem;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import picocli.CommandLine;

/** The one executable. */
public final class Main {

  private static final int HELP_WIDTH = 100;

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
      return commands(terminal, interrupts, disk).execute(args);
    } catch (Error e) {
      // Nobody above would say it in one line, or exit with a code that means it.
      return Failures.tell(terminal, e).number();
    }
  }

  /** Every command, with its options. */
  static CommandLine commands(Terminal terminal, Interrupts interrupts, FileSystem disk) {
    return new CommandLine(new KleanerCommand())
        .addSubcommand(new CompactCommand(terminal, interrupts, disk))
        .addSubcommand(new PlanCommand(terminal, interrupts, disk))
        .addSubcommand(new CheckCommand(terminal, interrupts, disk))
        .addSubcommand(new DumpCommand(terminal, interrupts, disk))
        .addSubcommand(new DiffCommand(terminal, interrupts, disk))
        .addSubcommand(new RecoverCommand(terminal, interrupts, disk))
        .addSubcommand(new ServeCommand(terminal, interrupts, disk))
        .addSubcommand(new CompactNowCommand(terminal, interrupts, disk))
        .addSubcommand(new WatchCommand(terminal, interrupts, disk))
        .addSubcommand(new ExplainCommand(terminal, interrupts, disk))
        .addSubcommand(new StatusCommand(terminal, disk))
        .addSubcommand(new ServiceCommand.Clean(terminal, disk))
        .addSubcommand(new ServiceCommand.Quarantine(terminal, disk))
        .addSubcommand(new ServiceCommand.Release(terminal, disk))
        .addSubcommand(new ThrottleCommand(terminal, disk))
        .addSubcommand(new ChaosCommand(terminal, disk))
        .addSubcommand(new ServiceCommand.Revive(terminal, disk))
        .addSubcommand(new ServiceCommand.Approve(terminal, disk))
        .addSubcommand(new ServiceCommand.Decline(terminal, disk))
        .addSubcommand(
            new CommandLine(new AlertCommand())
                .addSubcommand(new AlertCommand.Test(terminal, disk)))
        .setUsageHelpWidth(HELP_WIDTH)
        .setOut(terminal.out())
        .setErr(terminal.err())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler(new UsageProblems(terminal))
        .setExecutionExceptionHandler(new Failures(terminal));
  }
}
