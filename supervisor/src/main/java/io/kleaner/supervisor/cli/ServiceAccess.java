// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import io.kleaner.core.io.FileSystem;
import io.kleaner.core.io.SmallFile;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpTimeoutException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** How a command gets at a service that runs, and what it says if it can't. */
final class ServiceAccess {

  static final String EXAMPLE_URL = "http://127.0.0.1:9277";

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description =
          "File with the token that actions need, and reads of a service that does not listen on"
              + " loopback; 'serve' and 'watch' say where it is."
              + " Default: the environment's KLEANER_TOKEN.")
  private Path tokenFile;

  @Option(
      names = "--ca-file",
      paramLabel = "FILE",
      description =
          "PEM certificates to trust, for a service whose authority is your own."
              + " Default: those that the JVM trusts.")
  private Path caFile;

  /** What is asked. */
  @FunctionalInterface
  interface Question {
    ExitCode ask(ServiceClient client) throws IOException, InterruptedException;
  }

  /** Whether one of its options was given. */
  boolean isGiven() {
    return tokenFile != null || caFile != null;
  }

  /**
   * Asks the service at a URL; that it can't be asked is told.
   *
   * @param spec of the command, for problems of its usage
   */
  ExitCode ask(
      URI url, Question question, CommandSpec spec, Terminal terminal, FileSystem fileSystem)
      throws IOException {
    if (url.getHost() == null || !Set.of("http", "https").contains(url.getScheme())) {
      throw new ParameterException(
          spec.commandLine(), "--url is such as " + EXAMPLE_URL + ", not '" + url + "'");
    }
    try {
      Optional<String> token = token(spec, terminal, fileSystem);
      return question.ask(new ServiceClient(fileSystem, url, token, Optional.ofNullable(caFile)));
    } catch (NoSuchFileException e) {
      terminal.problem("kleaner: there is no file " + e.getMessage());
      return ExitCode.USAGE;
    } catch (SSLException e) {
      terminal.problem("kleaner: " + url + " is not trusted: " + e.getMessage());
      terminal.problem("  Name the authority's certificate with --ca-file.");
      return ExitCode.FINDINGS;
    } catch (ConnectException | HttpTimeoutException e) {
      terminal.problem("kleaner: no service answers at " + url);
      terminal.problem(
          "  Start one with 'kleaner serve' or 'kleaner watch', or say where it is with --url.");
      return ExitCode.FINDINGS;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return ExitCode.INTERRUPTED;
    }
  }

  /** Of the file that was named, else of the environment. */
  private Optional<String> token(CommandSpec spec, Terminal terminal, FileSystem fileSystem)
      throws IOException {
    Optional<String> token =
        tokenFile == null
            ? EnvironmentToken.of(terminal.environment())
            : Optional.of(SmallFile.text(fileSystem, tokenFile).strip());
    if (token.isPresent() && !EnvironmentToken.fitsHeader(token.get())) {
      throw new ParameterException(
          spec.commandLine(),
          EnvironmentToken.noHeader(
              tokenFile == null ? EnvironmentToken.NAME : tokenFile.toString()));
    }
    return token;
  }
}
