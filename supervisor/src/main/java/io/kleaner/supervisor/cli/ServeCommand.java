// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import io.kleaner.core.io.FileSystem;
import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.alert.AlertConfig;
import io.kleaner.supervisor.alert.AlertDispatcher;
import io.kleaner.supervisor.config.ServeConfig;
import io.kleaner.supervisor.config.ServeSetting;
import io.kleaner.supervisor.http.HttpConfig;
import io.kleaner.supervisor.service.CleanerService;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Keeps log directories clean until it is told to stop. */
@Command(
    name = "serve",
    mixinStandardHelpOptions = true,
    versionProvider = KleanerCommand.Version.class,
    sortOptions = false,
    description = {
      "Keeps log directories that no broker owns now clean: archives, copies, restored backups,"
          + " standby disks.",
      "Supervised workers compact what is dirty enough; a worker that dies or hangs is replaced, a"
          + " partition that kills workers is left alone while all others go on, and someone is"
          + " told. The first line on standard output has the address of the status page."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  kleaner serve --log-dir /archive/kafka --config cleanup.policy=compact",
      "  kleaner serve --log-dir /standby/d1 --log-dir /standby/d2 --exclusive --threads 2",
      "  kleaner serve --config-file kleaner.yaml --listen 127.0.0.1:0"
    })
final class ServeCommand implements Callable<Integer> {

  private final Terminal terminal;
  private final Interrupts interrupts;
  private final FileSystem fileSystem;

  @Spec private CommandSpec spec;
  @Mixin private ServeOptions options;

  ServeCommand(Terminal terminal, Interrupts interrupts, FileSystem fileSystem) {
    this.terminal = terminal;
    this.interrupts = interrupts;
    this.fileSystem = fileSystem;
  }

  @Override
  public Integer call() throws IOException {
    Clock clock = Clock.system();
    List<String> problems = new ArrayList<>();
    ServeConfig config = options.read(fileSystem, problems);
    AlertConfig alerts = AlertConfig.parse(config.alerts(), problems);
    alerts.check(fileSystem, problems);
    ServeSetup setup = new ServeSetup(fileSystem, config, options.topicSettings());
    setup.check(problems);
    Optional<HttpConfig> http = setup.http(problems);
    Optional<String> given = EnvironmentToken.of(terminal.environment(), problems);
    if (!problems.isEmpty()) {
      throw new ParameterException(spec.commandLine(), String.join("\n  ", problems));
    }
    String listen = config.text(ServeSetting.LISTEN);
    AlertDispatcher dispatcher =
        new AlertDispatcher(List.copyOf(alerts.open(fileSystem, clock, "kleaner@" + listen)));
    try (CleanerService service =
        CleanerService.open(
            fileSystem,
            clock,
            setup.service(options.chaos(), alerts, dispatcher),
            setup.throttle(clock))) {
      Serving.Token token =
          Serving.Token.of(
              given, config.path(ServeSetting.TOKEN_FILE), fileSystem, service.state());
      return new Serving(terminal, interrupts, fileSystem, clock)
          .untilStopped(
              "serves", http.orElseThrow(), token, service.facade(), service::begin, service::stop)
          .number();
    }
  }
}
