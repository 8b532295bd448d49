// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import io.kleaner.core.io.FileSystem;
import io.kleaner.supervisor.config.ByteSize;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Changes how fast a running service may read and write. */
@Command(
    name = "throttle",
    mixinStandardHelpOptions = true,
    versionProvider = KleanerCommand.Version.class,
    description =
        "Changes the rate of a running service, all workers together, until it is changed again or"
            + " the service restarts.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  kleaner throttle --token-file TOKEN 20m",
      "  kleaner throttle --token-file TOKEN none"
    })
final class ThrottleCommand extends ServiceCommand {

  @Spec private CommandSpec command;

  @Parameters(
      paramLabel = "RATE",
      description = "Bytes read and written per second, such as 20m, or none for no limit.")
  private String rate;

  ThrottleCommand(Terminal terminal, FileSystem fileSystem) {
    super(terminal, fileSystem);
  }

  @Override
  ExitCode ask(ServiceClient client) throws IOException, InterruptedException {
    Map<String, Object> body = new HashMap<>();
    if (rate.equals("none")) {
      body.put("bytesPerSecond", null);
    } else {
      OptionalLong bytes = ByteSize.parse(rate);
      if (bytes.isEmpty()) {
        throw new ParameterException(
            command.commandLine(),
            "RATE is a size above 0, such as 20m, or none, not '" + rate + "'");
      }
      body.put("bytesPerSecond", bytes.getAsLong());
    }
    return tell(client.post("/api/v1/throttle", body));
  }
}
