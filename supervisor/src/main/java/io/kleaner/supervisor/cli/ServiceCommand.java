// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import io.kleaner.core.io.FileSystem;
import java.io.IOException;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What the commands that drive a service have in common. */
abstract class ServiceCommand implements Callable<Integer> {

  final Terminal terminal;

  @Spec private CommandSpec spec;
  private final FileSystem fileSystem;

  @Option(
      names = "--url",
      paramLabel = "URL",
      defaultValue = ServiceAccess.EXAMPLE_URL,
      description = "Where the service is. Default: ${DEFAULT-VALUE}.")
  private URI url;

  @Mixin private ServiceAccess access;

  @Option(names = "--json", description = "Print the service's answer as it is.")
  boolean json;

  ServiceCommand(Terminal terminal, FileSystem fileSystem) {
    this.terminal = terminal;
    this.fileSystem = fileSystem;
  }

  @Override
  public Integer call() throws IOException {
    return access.ask(url, this::ask, spec, terminal, fileSystem).number();
  }

  abstract ExitCode ask(ServiceClient client) throws IOException, InterruptedException;

  /** Tells how an action went. */
  ExitCode tell(ServiceClient.Reply reply) {
    if (json) {
      terminal.println(reply.document().toPrettyString());
    } else if (reply.ok()) {
      terminal.println(reply.document().path("message").asText());
    } else {
      reply.problem().forEach(terminal::problem);
    }
    return reply.ok() ? ExitCode.DONE : reply.refusal();
  }

  /** An action on a partition. */
  abstract static class OnPartition extends ServiceCommand {

    private final String verb;

    @Parameters(
        paramLabel = "PARTITION",
        description = "Such as orders-0, or DIRECTORY:orders-0 if there are several of the name.")
    private String partition;

    @Option(
        names = "--reason",
        paramLabel = "TEXT",
        defaultValue = "",
        description = "For the journal." + " Default: none.")
    private String reason;

    OnPartition(Terminal terminal, FileSystem fileSystem, String verb) {
      super(terminal, fileSystem);
      this.verb = verb;
    }

    @Override
    ExitCode ask(ServiceClient client) throws IOException, InterruptedException {
      return tell(
          client.post(
              "/api/v1/partitions/" + ServiceClient.part(partition) + "/" + verb,
              Map.of("reason", reason)));
    }
  }

  /** Lets a partition out of quarantine. */
  @Command(
      name = "release",
      mixinStandardHelpOptions = true,
      versionProvider = KleanerCommand.Version.class,
      description =
          "Has a running service try a partition again that it keeps in quarantine, or 'kleaner"
              + " watch' give a topic, or with 'broker ID' the broker, its former settings back.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  kleaner release --token-file ~/.local/state/kleaner/token orders-0",
        "  kleaner release --token-file TOKEN 'broker 1'      takes back what was tuned"
      })
  static final class Release extends OnPartition {
    Release(Terminal terminal, FileSystem fileSystem) {
      super(terminal, fileSystem, "release");
    }
  }

  /** Keeps a partition from being cleaned. */
  @Command(
      name = "quarantine",
      mixinStandardHelpOptions = true,
      versionProvider = KleanerCommand.Version.class,
      description = "Has a running service leave a partition alone until it is released.",
      footerHeading = "%nExamples:%n",
      footer = "  kleaner quarantine --token-file TOKEN --reason 'being restored' orders-0")
  static final class Quarantine extends OnPartition {
    Quarantine(Terminal terminal, FileSystem fileSystem) {
      super(terminal, fileSystem, "quarantine");
    }
  }

  /** Has a partition cleaned now. */
  @Command(
      name = "clean",
      mixinStandardHelpOptions = true,
      versionProvider = KleanerCommand.Version.class,
      description = "Has a running service clean a partition next, whatever its dirty ratio.",
      footerHeading = "%nExamples:%n",
      footer = "  kleaner clean --token-file TOKEN orders-0")
  static final class Clean extends OnPartition {
    Clean(Terminal terminal, FileSystem fileSystem) {
      super(terminal, fileSystem, "clean");
    }
  }

  /** Has a remedy of the sidecar carried out that waits for an answer. */
  @Command(
      name = "approve",
      mixinStandardHelpOptions = true,
      versionProvider = KleanerCommand.Version.class,
      description = "Has 'kleaner watch' carry out a remedy that waits for an answer.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  kleaner approve 3 --token-file TOKEN",
        "  kleaner approve 4 --yes 1001 --token-file TOKEN      abort the transaction of producer"
            + " 1001"
      })
  static final class Approve extends OnRemedy {

    @Option(
        names = "--yes",
        paramLabel = "PRODUCER-ID",
        defaultValue = "",
        description =
            "Of abort-transaction: the producer whose transaction is aborted, that from the offset"
                + " that the remedy names; one that it began since is left alone."
                + " Default: none, and it is refused.")
    private String confirm;

    Approve(Terminal terminal, FileSystem fileSystem) {
      super(terminal, fileSystem, "approve");
    }

    @Override
    String confirm() {
      return confirm;
    }
  }

  /** Answers no to a remedy of the sidecar. */
  @Command(
      name = "decline",
      mixinStandardHelpOptions = true,
      versionProvider = KleanerCommand.Version.class,
      description = "Tells 'kleaner watch' not to carry out a remedy that waits for an answer.",
      footerHeading = "%nExamples:%n",
      footer = "  kleaner decline 3 --token-file TOKEN --reason 'being drained'")
  static final class Decline extends OnRemedy {
    Decline(Terminal terminal, FileSystem fileSystem) {
      super(terminal, fileSystem, "decline");
    }
  }

  /** An answer about a remedy. */
  abstract static class OnRemedy extends ServiceCommand {

    private final String verb;

    @Parameters(
        paramLabel = "ID",
        description = "The remedy's number: the page, alerts and incidents have it.")
    private long id;

    @Option(
        names = "--reason",
        paramLabel = "TEXT",
        defaultValue = "",
        description = "For the journal." + " Default: none.")
    private String reason;

    OnRemedy(Terminal terminal, FileSystem fileSystem, String verb) {
      super(terminal, fileSystem);
      this.verb = verb;
    }

    String confirm() {
      return "";
    }

    @Override
    ExitCode ask(ServiceClient client) throws IOException, InterruptedException {
      return tell(
          client.post(
              "/api/v1/remedies/" + id + "/" + verb,
              Map.of("reason", reason, "confirm", confirm())));
    }
  }

  /** Has the cleaner of the broker that is watched restarted. */
  @Command(
      name = "revive",
      mixinStandardHelpOptions = true,
      versionProvider = KleanerCommand.Version.class,
      description =
          "Has 'kleaner watch' restart the broker's cleaner threads, unless one of them is blocked.",
      footerHeading = "%nExamples:%n",
      footer = "  kleaner revive --token-file TOKEN")
  static final class Revive extends ServiceCommand {
    Revive(Terminal terminal, FileSystem fileSystem) {
      super(terminal, fileSystem);
    }

    @Override
    ExitCode ask(ServiceClient client) throws IOException, InterruptedException {
      return tell(client.post("/api/v1/broker/revive", Map.of()));
    }
  }
}
