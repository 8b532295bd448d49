// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Says in two lines what is wrong with a command line. */
final class UsageProblems implements CommandLine.IParameterExceptionHandler {

  private final Terminal terminal;

  UsageProblems(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public int handleParseException(ParameterException problem, String[] args) {
    CommandLine command = problem.getCommandLine();
    terminal.problem("kleaner: " + problem.getMessage());
    UnmatchedArgumentException.printSuggestions(problem, terminal.err());
    terminal.problem("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
    return ExitCode.USAGE.number();
  }
}
