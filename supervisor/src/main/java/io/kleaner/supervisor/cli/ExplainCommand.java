// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import io.kleaner.core.io.FileSystem;
import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.judge.broker.Judgement;
import io.kleaner.supervisor.judge.broker.PartitionStory;
import io.kleaner.supervisor.judge.broker.SourceState;
import io.kleaner.supervisor.probe.broker.ProbeTargets;
import io.kleaner.supervisor.watch.OneLook;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says of one topic or partition whether a broker compacts it, and if not why not. */
@Command(
    name = "explain",
    mixinStandardHelpOptions = true,
    versionProvider = KleanerCommand.Version.class,
    sortOptions = false,
    description = {
      "Says in plain words whether a broker that runs compacts a topic or partition, if not why not,"
          + " since when, and what to do. Takes the sources of 'kleaner watch', looks for some"
          + " seconds, changes nothing; or asks a 'kleaner watch' that runs, which has seen what"
          + " shows over minutes.",
      "Exit code 1 if something keeps it from being compacted, or it is not known here."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  kleaner explain orders-3 --log-dir /var/kafka/data",
      "  kleaner explain __consumer_offsets --bootstrap-server localhost:9092 --pid 4711"
          + " --log-dir /var/kafka/data --broker-log /var/log/kafka/log-cleaner.log",
      "  kleaner explain orders-3 --url http://127.0.0.1:9277"
    })
final class ExplainCommand implements Callable<Integer> {

  private final Terminal terminal;
  private final Interrupts interrupts;
  private final FileSystem fileSystem;

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "TOPIC[-PARTITION]", description = "Such as orders, or orders-3.")
  private String name;

  @Mixin private SourceOptions sources;

  @Option(
      names = "--url",
      paramLabel = "URL",
      description =
          "Instead of sources: a 'kleaner watch' that runs, such as "
              + ServiceAccess.EXAMPLE_URL
              + ". What hangs, starves, spins, falls behind or dies again and again shows over"
              + " minutes, and it has watched."
              + " Default: the broker is looked at here and now.")
  private URI url;

  @Mixin private ServiceAccess access;

  @Option(names = "--json", description = "Print one JSON document; its fields are stable.")
  private boolean json;

  ExplainCommand(Terminal terminal, Interrupts interrupts, FileSystem fileSystem) {
    this.terminal = terminal;
    this.interrupts = interrupts;
    this.fileSystem = fileSystem;
  }

  @Override
  public Integer call() throws IOException {
    List<PartitionStory> stories = new ArrayList<>();
    Optional<ExitCode> none = url == null ? look(stories) : ask(stories);
    if (none.isPresent()) {
      return none.get().number();
    }
    if (json) {
      terminal.println(
          Json.text(Map.of("partitions", stories.stream().map(PartitionStory::map).toList())));
    } else {
      stories.forEach(this::print);
    }
    boolean well = stories.stream().allMatch(PartitionStory::well);
    return (well ? ExitCode.DONE : ExitCode.FINDINGS).number();
  }

  private Optional<ExitCode> ask(List<PartitionStory> stories) throws IOException {
    Set<String> own = spec.mixins().get("sources").optionsMap().keySet();
    List<String> given =
        spec.commandLine().getParseResult().matchedOptions().stream()
            .map(OptionSpec::longestName)
            .filter(own::contains)
            .toList();
    if (!given.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(),
          "--url asks a sidecar, which has its own sources: leave out " + String.join(", ", given));
    }
    ExitCode code =
        access.ask(
            url,
            client -> {
              Optional<ExitCode> none = new AskedStories(client, terminal).get(name, stories);
              return none.orElse(ExitCode.DONE);
            },
            spec,
            terminal,
            fileSystem);
    return code == ExitCode.DONE ? Optional.empty() : Optional.of(code);
  }

  /** Looks at the broker; that there is nothing to tell of is told. */
  private Optional<ExitCode> look(List<PartitionStory> stories) throws IOException {
    if (access.isGiven()) {
      throw new ParameterException(
          spec.commandLine(), "--token-file and --ca-file are for --url, which is not given");
    }
    List<String> problems = new ArrayList<>();
    ProbeTargets targets = sources.targets(fileSystem, problems);
    if (!problems.isEmpty()) {
      throw new ParameterException(spec.commandLine(), String.join("\n  ", problems));
    }
    Judgement judgement;
    try {
      judgement =
          OneLook.at(
              targets,
              partition -> PartitionStory.isNamed(partition, name),
              fileSystem,
              Clock.system(),
              interrupts.token());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.of(ExitCode.INTERRUPTED);
    }
    if (interrupts.token().isCancelled()) {
      return Optional.of(ExitCode.INTERRUPTED);
    }
    for (TopicPartition each : PartitionStory.named(name, judgement)) {
      stories.add(PartitionStory.of(each, judgement).ofOneLook());
    }
    if (!stories.isEmpty()) {
      return Optional.empty();
    }
    terminal.problem(
        "kleaner: no topic or partition '" + name + "' is seen on this broker by these sources");
    for (SourceState each : judgement.sources()) {
      if (!each.why().isEmpty()) {
        terminal.problem("  " + each.why());
      }
    }
    return Optional.of(ExitCode.FINDINGS);
  }

  private void print(PartitionStory story) {
    story.lines().forEach(terminal::println);
    terminal.println("");
  }
}
