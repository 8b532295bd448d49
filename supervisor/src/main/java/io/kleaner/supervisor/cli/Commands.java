// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import io.kleaner.core.io.FileSystem;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import picocli.CommandLine;

/**
 * What can be named on the command line. To find the options of one command takes some
 * milliseconds, and people feel the sum: the command that is named is made alone, all of them only
 * for a help or a complaint that lists them.
 */
final class Commands {

  private static final int HELP_WIDTH = 100;

  private final Terminal terminal;

  /** By name, in the order of the help. */
  private final Map<String, Supplier<Object>> makers = new LinkedHashMap<>();

  Commands(Terminal terminal, Interrupts interrupts, FileSystem disk) {
    this.terminal = terminal;
    makers.put("compact", () -> new CompactCommand(terminal, interrupts, disk));
    makers.put("plan", () -> new PlanCommand(terminal, interrupts, disk));
    makers.put("check", () -> new CheckCommand(terminal, interrupts, disk));
    makers.put("dump", () -> new DumpCommand(terminal, interrupts, disk));
    makers.put("diff", () -> new DiffCommand(terminal, interrupts, disk));
    makers.put("recover", () -> new RecoverCommand(terminal, interrupts, disk));
    makers.put("serve", () -> new ServeCommand(terminal, interrupts, disk));
    makers.put("compact-now", () -> new CompactNowCommand(terminal, interrupts, disk));
    makers.put("watch", () -> new WatchCommand(terminal, interrupts, disk));
    makers.put("explain", () -> new ExplainCommand(terminal, interrupts, disk));
    makers.put("status", () -> new StatusCommand(terminal, disk));
    makers.put("clean", () -> new ServiceCommand.Clean(terminal, disk));
    makers.put("quarantine", () -> new ServiceCommand.Quarantine(terminal, disk));
    makers.put("release", () -> new ServiceCommand.Release(terminal, disk));
    makers.put("throttle", () -> new ThrottleCommand(terminal, disk));
    makers.put("chaos", () -> new ChaosCommand(terminal, disk));
    makers.put("revive", () -> new ServiceCommand.Revive(terminal, disk));
    makers.put("approve", () -> new ServiceCommand.Approve(terminal, disk));
    makers.put("decline", () -> new ServiceCommand.Decline(terminal, disk));
    makers.put(
        "alert",
        () ->
            new CommandLine(new AlertCommand())
                .addSubcommand(new AlertCommand.Test(terminal, disk)));
  }

  /** Every command, with its options. */
  CommandLine all() {
    CommandLine top = new CommandLine(new KleanerCommand());
    makers.values().forEach(maker -> top.addSubcommand(maker.get()));
    return settled(top);
  }

  /** The command that some arguments begin with, or every command if they begin with none. */
  CommandLine of(String... args) {
    Supplier<Object> named = args.length == 0 ? null : makers.get(args[0]);
    return named == null
        ? all()
        : settled(new CommandLine(new KleanerCommand()).addSubcommand(named.get()));
  }

  private CommandLine settled(CommandLine top) {
    return top.setUsageHelpWidth(HELP_WIDTH)
        .setOut(terminal.out())
        .setErr(terminal.err())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler(new UsageProblems(terminal))
        .setExecutionExceptionHandler(new Failures(terminal));
  }
}
