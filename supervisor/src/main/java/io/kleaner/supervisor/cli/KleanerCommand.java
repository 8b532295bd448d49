// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The top of the command line. */
@Command(
    name = "kleaner",
    mixinStandardHelpOptions = true,
    versionProvider = KleanerCommand.Version.class,
    description = "Compacts Kafka partition directories offline, exactly as Kafka would.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  kleaner plan /var/kafka/data                  what would be cleaned, and what not, and why",
      "  kleaner compact /var/kafka/data/orders-0      compact one partition of a stopped broker",
      "  kleaner check --level 3 /var/kafka/data       find every broken batch, record and index",
      "",
      "Exit codes: 0 done, 1 findings or failed, 2 usage, 3 locked or refused, 130 interrupted."
    })
final class KleanerCommand implements Runnable {

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "name a command; 'kleaner --help' lists them");
  }

  /** Takes the version from the jar. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version =
          Optional.ofNullable(Main.class.getPackage().getImplementationVersion())
              .orElse("development");
      return new String[] {"kleaner " + version};
    }
  }
}
