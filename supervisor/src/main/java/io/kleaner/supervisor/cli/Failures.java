// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import io.kleaner.core.logdir.UnusableDirectoryException;
import io.kleaner.core.pace.CancelledException;
import java.net.BindException;
import picocli.CommandLine;

/** Says in one message what went wrong with a command as a whole. */
final class Failures implements CommandLine.IExecutionExceptionHandler {

  private final Terminal terminal;

  Failures(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public int handleExecutionException(
      Exception failure, CommandLine commandLine, CommandLine.ParseResult parsed) {
    if (failure instanceof UnusableDirectoryException unusable) {
      tell(terminal, unusable);
      return ExitCode.REFUSED.number();
    }
    if (failure instanceof CommandLine.ParameterException wrong) {
      terminal.problem("kleaner: " + wrong.getMessage());
      return ExitCode.USAGE.number();
    }
    if (failure instanceof CancelledException) {
      terminal.problem("kleaner: interrupted; nothing is half-done");
      return ExitCode.INTERRUPTED.number();
    }
    if (failure instanceof BindException) {
      terminal.problem("kleaner: " + failure.getMessage() + "; nothing was changed");
      terminal.problem("  Name another address with --listen, or stop who has this one.");
      return ExitCode.FINDINGS.number();
    }
    terminal.problem("kleaner: " + failure);
    if (System.getenv("KLEANER_DEBUG") == null) {
      terminal.problem("  Set KLEANER_DEBUG=1 to see where.");
    } else {
      failure.printStackTrace(terminal.err());
    }
    return ExitCode.FINDINGS.number();
  }

  /** Says what the machine, or this JVM, could not do. */
  static ExitCode tell(Terminal terminal, Error error) {
    terminal.problem("kleaner: " + error);
    if (error instanceof OutOfMemoryError) {
      terminal.problem("  Give it a larger heap, as in KLEANER_OPTS=-Xmx2g, or less --memory.");
    } else if (error instanceof LinkageError) {
      terminal.problem(
          "  A codec's native library could not be loaded: name a directory from which programs may"
              + " run, KLEANER_OPTS=-Djava.io.tmpdir=DIR.");
    } else {
      terminal.problem("  Set KLEANER_DEBUG=1 to see where, and report it.");
    }
    if (System.getenv("KLEANER_DEBUG") != null) {
      error.printStackTrace(terminal.err());
    }
    return ExitCode.FINDINGS;
  }

  /** Says what is wrong with a directory, and what to do. */
  static void tell(Terminal terminal, UnusableDirectoryException unusable) {
    terminal.problem("kleaner: " + unusable.getMessage());
    terminal.problem("  " + unusable.nextStep());
  }
}
