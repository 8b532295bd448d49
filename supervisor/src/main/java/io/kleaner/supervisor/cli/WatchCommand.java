// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import io.kleaner.core.io.FileSystem;
import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.alert.AlertBook;
import io.kleaner.supervisor.alert.AlertConfig;
import io.kleaner.supervisor.alert.AlertDispatcher;
import io.kleaner.supervisor.config.ServeConfig;
import io.kleaner.supervisor.config.ServeSetting;
import io.kleaner.supervisor.http.HttpConfig;
import io.kleaner.supervisor.judge.broker.JudgeOptions;
import io.kleaner.supervisor.probe.broker.ProbeTargets;
import io.kleaner.supervisor.remedy.broker.BrokerRemedy;
import io.kleaner.supervisor.remedy.broker.RemedyPolicy;
import io.kleaner.supervisor.service.OwnPlace;
import io.kleaner.supervisor.watch.WatchService;
import io.kleaner.supervisor.watch.WatchSetup;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Watches a real broker's cleaner until it is told to stop. */
@Command(
    name = "watch",
    mixinStandardHelpOptions = true,
    versionProvider = KleanerCommand.Version.class,
    sortOptions = false,
    description = {
      "Watches the log cleaner of a broker that runs: says when a thread died, hangs or starves, at"
          + " which partition and why, revives it without a restart of the broker, and keeps the"
          + " partition apart that kills it again.",
      "Every source is optional; what a missing one would add is unknown, never healthy. Never writes"
          + " into the broker's directories. The first line on standard output has the address of"
          + " the status page."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  kleaner watch --bootstrap-server localhost:9092 --jmx localhost:9999 --log-dir"
          + " /var/kafka/data --broker-log /var/log/kafka/log-cleaner.log"
          + " --broker-log /var/log/kafka/server.log",
      "  kleaner watch --pid 4711 --log-dir /var/kafka/data --read-only",
      "  kleaner watch --bootstrap-server localhost:9092 --pid 4711 --remedy isolate=auto"
    })
final class WatchCommand implements Callable<Integer> {

  private final Terminal terminal;
  private final Interrupts interrupts;
  private final FileSystem fileSystem;

  @Spec private CommandSpec spec;
  @Mixin private SourceOptions sources;

  @Option(
      names = "--config-file",
      paramLabel = "FILE",
      description =
          "YAML, as of 'kleaner serve': alerts, listen, state.dir and the http settings count."
              + " Default: none.")
  private Path configFile;

  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      description = "Where page, API and metrics are. Default: 127.0.0.1:9277; port 0 picks one.")
  private String listen;

  @Option(
      names = "--state-dir",
      paramLabel = "DIR",
      description =
          "Where journals and token are kept, one for each broker that is watched from here; never"
              + " inside a log directory. Default: $XDG_STATE_HOME/kleaner/watch, else"
              + " ~/.local/state/kleaner/watch.")
  private Path stateDir;

  @Option(names = "--read-only", description = "Change nothing, only tell: all remedies are off.")
  private boolean readOnly;

  @Option(
      names = "--remedy",
      paramLabel = "NAME=off|ask|auto",
      description =
          "Who decides about a remedy: revive, isolate, release, unstick, resize, resize-threads,"
              + " abort-transaction (which is never auto). May be given several times."
              + " Default: auto of revive, ask of the others.")
  private Map<String, String> remedies = new LinkedHashMap<>();

  @Option(
      names = "--interval",
      paramLabel = "DURATION",
      defaultValue = "1s",
      converter = Durations.class,
      description = "Between two looks at what the probes saw. Default: ${DEFAULT-VALUE}.")
  private Duration interval;

  @Option(
      names = "--stalled-after",
      paramLabel = "DURATION",
      defaultValue = "15m",
      converter = Durations.class,
      description =
          "A partition that is eligible for so long and does not move is told."
              + " Default: ${DEFAULT-VALUE}.")
  private Duration stalledAfter;

  @Option(
      names = "--hung-after",
      paramLabel = "DURATION",
      defaultValue = "60s",
      converter = Durations.class,
      description =
          "A thread that waits for a disk or a lock for so long is told."
              + " Default: ${DEFAULT-VALUE}.")
  private Duration hungAfter;

  @Option(
      names = "--starved-after",
      paramLabel = "DURATION",
      defaultValue = "60s",
      converter = Durations.class,
      description =
          "A thread that only sleeps in the throttle for so long is told."
              + " Default: ${DEFAULT-VALUE}.")
  private Duration starvedAfter;

  @Option(
      names = "--hanging-after",
      paramLabel = "DURATION",
      defaultValue = "16m",
      converter = Durations.class,
      description =
          "An open transaction of which no coordinator tells hangs after so long, and not"
              + " before the broker's transaction.max.timeout.ms has passed."
              + " Default: ${DEFAULT-VALUE}.")
  private Duration hangingAfter;

  WatchCommand(Terminal terminal, Interrupts interrupts, FileSystem fileSystem) {
    this.terminal = terminal;
    this.interrupts = interrupts;
    this.fileSystem = fileSystem;
  }

  @Override
  public Integer call() throws IOException {
    Clock clock = Clock.system();
    List<String> problems = new ArrayList<>();
    Map<ServeSetting, String> flags = new EnumMap<>(ServeSetting.class);
    Optional.ofNullable(listen).ifPresent(text -> flags.put(ServeSetting.LISTEN, text));
    Optional.ofNullable(stateDir)
        .ifPresent(path -> flags.put(ServeSetting.STATE_DIR, path.toString()));
    ServeConfig config =
        ServeConfig.of(fileSystem, Optional.ofNullable(configFile), flags, List.of(), problems);
    AlertConfig alerts = AlertConfig.parse(config.alerts(), problems);
    alerts.check(fileSystem, problems);
    ProbeTargets targets = sources.targets(fileSystem, problems);
    Path state =
        config.path(ServeSetting.STATE_DIR).orElseGet(() -> StateHome.byDefault().resolve("watch"));
    OwnPlace.outside(fileSystem, targets.logDirs())
        .problem(state, OwnPlace.Use.STATE)
        .ifPresent(problems::add);
    RemedyPolicy policy = policy(problems);
    if (interval.isZero()) {
      problems.add("--interval is above 0, such as 1s");
    }
    Optional<HttpConfig> http = new ServeSetup(fileSystem, config, Map.of()).http(problems);
    Optional<String> given = EnvironmentToken.of(terminal.environment(), problems);
    if (!problems.isEmpty()) {
      throw new ParameterException(spec.commandLine(), String.join("\n  ", problems));
    }
    AlertDispatcher dispatcher =
        new AlertDispatcher(
            List.copyOf(
                alerts.open(fileSystem, clock, "kleaner@" + config.text(ServeSetting.LISTEN))));
    WatchSetup setup =
        new WatchSetup(
            targets,
            state,
            // With one directory for all commands, or each with its default.
            Stream.of(state, StateHome.byDefault()).distinct().toList(),
            policy,
            judging(),
            interval.toMillis(),
            new AlertBook(alerts.defaults(), alerts.byRule()),
            dispatcher);
    try (WatchService service = WatchService.open(fileSystem, clock, setup)) {
      Serving.Token token =
          Serving.Token.of(
              given, config.path(ServeSetting.TOKEN_FILE), fileSystem, service.state());
      return new Serving(terminal, interrupts, fileSystem, clock)
          .untilStopped(
              "watches",
              http.orElseThrow(),
              token,
              service.facade(),
              service::begin,
              // The rest of its end is in its close, which has a time of its own for remedies.
              service::stop)
          .number();
    }
  }

  private JudgeOptions judging() {
    JudgeOptions all = JudgeOptions.defaults();
    return new JudgeOptions(
        all.staleAfterMs(),
        all.silentAfterMs(),
        hungAfter.toMillis(),
        starvedAfter.toMillis(),
        all.spinningAfterMs(),
        stalledAfter.toMillis(),
        all.crashWindowMs(),
        all.crashLoopDeaths(),
        all.trendWindowMs(),
        all.pinnedAfterMs(),
        hangingAfter.toMillis(),
        all.diskSoonMs(),
        all.largeInternalBytes());
  }

  private RemedyPolicy policy(List<String> problems) {
    Map<BrokerRemedy, BrokerRemedy.Consent> consents = new EnumMap<>(BrokerRemedy.class);
    remedies.forEach(
        (name, text) -> {
          Optional<BrokerRemedy> remedy =
              Arrays.stream(BrokerRemedy.values())
                  .filter(each -> each.label().equals(name.strip()))
                  .findFirst();
          Optional<BrokerRemedy.Consent> consent = BrokerRemedy.Consent.parse(text);
          if (remedy.isEmpty()) {
            problems.add(
                "--remedy "
                    + name
                    + ": there are "
                    + Arrays.stream(BrokerRemedy.values())
                        .map(BrokerRemedy::label)
                        .collect(Collectors.joining(", ")));
          } else if (consent.isEmpty()) {
            problems.add("--remedy " + name + "=" + text + ": expected off, ask or auto");
          } else if (consent.get() == BrokerRemedy.Consent.AUTO && !remedy.get().mayBeAutomatic()) {
            problems.add("--remedy " + name + "=auto: it takes a person's yes; ask or off");
          } else {
            consents.put(remedy.get(), consent.get());
          }
        });
    return new RemedyPolicy(consents, readOnly, RemedyPolicy.Limits.DEFAULT);
  }
}
