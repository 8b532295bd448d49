// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import io.kleaner.core.io.FileSystem;
import java.io.IOException;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Has a worker of a service meet a fault. */
@Command(
    name = "chaos",
    mixinStandardHelpOptions = true,
    versionProvider = KleanerCommand.Version.class,
    description =
        "Has a worker of a service that was started with --chaos meet a fault, to see it detected,"
            + " explained, restarted and alerted.",
    footerHeading = "%nExamples:%n",
    footer = "  kleaner chaos --token-file TOKEN cleaner-0 oom")
final class ChaosCommand extends ServiceCommand {

  @Parameters(index = "0", paramLabel = "WORKER", description = "Such as cleaner-0.")
  private String worker;

  @Parameters(
      index = "1",
      paramLabel = "FAULT",
      description = "oom, stackoverflow, linkage, interrupt or hang.")
  private String fault;

  ChaosCommand(Terminal terminal, FileSystem fileSystem) {
    super(terminal, fileSystem);
  }

  @Override
  ExitCode ask(ServiceClient client) throws IOException, InterruptedException {
    return tell(
        client.post(
            "/api/v1/workers/"
                + ServiceClient.part(worker)
                + "/chaos?fault="
                + ServiceClient.part(fault),
            Map.of()));
  }
}
