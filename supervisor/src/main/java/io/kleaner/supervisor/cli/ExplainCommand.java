// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import io.kleaner.core.io.FileSystem;
import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.judge.broker.Judgement;
import io.kleaner.supervisor.judge.broker.PartitionStory;
import io.kleaner.supervisor.probe.broker.ProbeTargets;
import io.kleaner.supervisor.watch.OneLook;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
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
          + " seconds, changes nothing.",
      "Exit code 1 if something keeps it from being compacted, or it is not known here."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  kleaner explain orders-3 --log-dir /var/kafka/data",
      "  kleaner explain __consumer_offsets --bootstrap-server localhost:9092 --pid 4711"
          + " --log-dir /var/kafka/data --broker-log /var/log/kafka/log-cleaner.log"
    })
final class ExplainCommand implements Callable<Integer> {

  private static final Set<String> WELL =
      Set.of("clean", "cleaning", "dirty", "not-eligible", "not-compacted");

  private final Terminal terminal;
  private final Interrupts interrupts;
  private final FileSystem fileSystem;

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "TOPIC[-PARTITION]", description = "Such as orders, or orders-3.")
  private String name;

  @Mixin private SourceOptions sources;

  @Option(names = "--json", description = "Print one JSON document; its fields are stable.")
  private boolean json;

  ExplainCommand(Terminal terminal, Interrupts interrupts, FileSystem fileSystem) {
    this.terminal = terminal;
    this.interrupts = interrupts;
    this.fileSystem = fileSystem;
  }

  @Override
  public Integer call() throws IOException {
    List<String> problems = new ArrayList<>();
    ProbeTargets targets = sources.targets(fileSystem, problems);
    if (!problems.isEmpty()) {
      throw new ParameterException(spec.commandLine(), String.join("\n  ", problems));
    }
    Judgement judgement;
    try {
      judgement = OneLook.at(targets, fileSystem, Clock.system(), interrupts.token());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return ExitCode.INTERRUPTED.number();
    }
    if (interrupts.token().isCancelled()) {
      return ExitCode.INTERRUPTED.number();
    }
    List<TopicPartition> named =
        judgement.sample().partitions().keySet().stream()
            .filter(each -> each.toString().equals(name) || each.topic().equals(name))
            .toList();
    if (named.isEmpty()) {
      terminal.problem(
          "kleaner: no topic or partition '" + name + "' is seen on this broker by these sources");
      judgement
          .sources()
          .forEach(
              each -> {
                if (!each.why().isEmpty()) {
                  terminal.problem("  " + each.why());
                }
              });
      return ExitCode.FINDINGS.number();
    }
    List<PartitionStory> stories =
        named.stream().map(each -> PartitionStory.of(each, judgement).ofOneLook()).toList();
    if (json) {
      terminal.println(Json.text(Map.of("partitions", stories.stream().map(this::map).toList())));
    } else {
      stories.forEach(this::print);
    }
    boolean well =
        named.stream()
            .allMatch(each -> WELL.contains(judgement.partition(each).orElseThrow().state()));
    return (well ? ExitCode.DONE : ExitCode.FINDINGS).number();
  }

  private void print(PartitionStory story) {
    story.lines().forEach(terminal::println);
    terminal.println("");
  }

  private Map<String, Object> map(PartitionStory story) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("partition", story.partition().toString());
    map.put("answer", story.answer());
    map.put("causes", story.causes());
    map.put("advice", story.advice());
    map.put("facts", story.facts());
    map.put("unknown", story.unknown());
    return map;
  }
}
