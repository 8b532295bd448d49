// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import io.kleaner.core.io.FileSystem;
import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.alert.Alert;
import io.kleaner.supervisor.alert.AlertConfig;
import io.kleaner.supervisor.alert.AlertEvent;
import io.kleaner.supervisor.alert.QueuedSink;
import io.kleaner.supervisor.config.ServeConfig;
import io.kleaner.supervisor.judge.Severity;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Everything about alerts that needs no service. */
@Command(
    name = "alert",
    mixinStandardHelpOptions = true,
    versionProvider = KleanerCommand.Version.class,
    description = "Tries the sinks that alerts go to.",
    footerHeading = "%nExamples:%n",
    footer = "  kleaner alert test --config-file kleaner.yaml")
final class AlertCommand implements Runnable {

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "name a command: 'kleaner alert test'");
  }

  /** Sends a sample. */
  @Command(
      name = "test",
      mixinStandardHelpOptions = true,
      versionProvider = KleanerCommand.Version.class,
      description =
          "Sends a sample alert through every sink of the configuration, and says how each went."
              + " Exit code 1 if one did not get it.",
      footerHeading = "%nExamples:%n",
      footer = "  kleaner alert test --config-file kleaner.yaml")
  static final class Test implements Callable<Integer> {

    private final Terminal terminal;
    private final FileSystem fileSystem;

    @Spec private CommandSpec spec;

    @Option(
        names = "--config-file",
        paramLabel = "FILE",
        description = "The service's configuration. Default: none, which is the log alone.")
    private Path configFile;

    Test(Terminal terminal, FileSystem fileSystem) {
      this.terminal = terminal;
      this.fileSystem = fileSystem;
    }

    @Override
    public Integer call() throws IOException {
      List<String> problems = new ArrayList<>();
      ServeConfig config =
          ServeConfig.of(
              fileSystem, Optional.ofNullable(configFile), Map.of(), List.of(), problems);
      AlertConfig alerts = AlertConfig.parse(config.alerts(), problems);
      alerts.check(fileSystem, problems);
      if (!problems.isEmpty()) {
        throw new ParameterException(spec.commandLine(), String.join("\n  ", problems));
      }
      long nowMs = Clock.system().nowMs();
      AlertEvent sample =
          new AlertEvent(
              AlertEvent.Kind.FIRING,
              new Alert(
                  0,
                  "Test",
                  "kleaner alert test",
                  Severity.INFO,
                  Alert.State.FIRING,
                  "a sample, to see that alerts arrive",
                  "asked for on the command line",
                  "Nothing is to be done.",
                  nowMs,
                  nowMs,
                  nowMs,
                  1),
              nowMs);
      ExitCode exit = ExitCode.DONE;
      for (QueuedSink sink : alerts.open(fileSystem, Clock.system(), "kleaner alert test")) {
        try (sink) {
          QueuedSink.TestResult result = sink.test(sample);
          terminal.println(
              result.sink()
                  + ": "
                  + (result.delivered() ? "delivered" : "NOT delivered: " + result.detail()));
          exit = exit.worse(result.delivered() ? ExitCode.DONE : ExitCode.FINDINGS);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return ExitCode.INTERRUPTED.number();
        }
      }
      return exit.number();
    }
  }
}
