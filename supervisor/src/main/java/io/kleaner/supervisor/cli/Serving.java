// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import io.kleaner.core.io.FileSystem;
import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.http.HttpConfig;
import io.kleaner.supervisor.http.HttpServer;
import io.kleaner.supervisor.service.StateDir;
import io.kleaner.supervisor.service.SupervisedApi;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Has a supervised service answer over HTTP until it is told to stop: says where it is, tells
 * systemd, and sees to it that its supervisor's thread lives.
 */
final class Serving {

  private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Terminal terminal;
  private final Interrupts interrupts;
  private final FileSystem fileSystem;
  private final Clock clock;

  Serving(Terminal terminal, Interrupts interrupts, FileSystem fileSystem, Clock clock) {
    this.terminal = terminal;
    this.interrupts = interrupts;
    this.fileSystem = fileSystem;
    this.clock = clock;
  }

  /**
   * The token that actions need.
   *
   * @param text empty if there is nowhere to keep one
   * @param place where it is, for a person; or why there is none
   */
  record Token(String text, String place) {

    /**
     * The one that counts: that of the environment, else in the file that was named, else in the
     * state directory, where it is made if need be.
     */
    static Token of(
        Optional<String> given, Optional<Path> named, FileSystem fileSystem, StateDir state)
        throws IOException {
      if (given.isPresent()) {
        return new Token(given.get(), EnvironmentToken.NAME + " of the environment");
      }
      if (named.isPresent()) {
        return new Token(StateDir.readToken(fileSystem, named.get()), named.get().toString());
      }
      StateDir.KeptToken kept = state.token();
      return kept.text().isPresent()
          ? new Token(kept.text().get(), state.tokenFile().toString())
          : new Token("", kept.problem());
    }

    /** Never the token itself. */
    @Override
    public String toString() {
      return "Token[" + place + "]";
    }
  }

  /**
   * Serves until it is told to stop.
   *
   * @param verb what the service does: the first line says it, with the address
   * @param begin has it begin, once it can be reached: an address that is taken changes nothing
   * @param stop asks it to stop, before all else: what takes its time to end does so meanwhile
   */
  ExitCode untilStopped(
      String verb,
      HttpConfig http,
      Token token,
      SupervisedApi<?> api,
      Runnable begin,
      Runnable stop)
      throws IOException {
    try (HttpServer server = HttpServer.start(fileSystem, http, token.text(), api, clock);
        SystemdNotify systemd = SystemdNotify.fromEnvironment(System.getenv())) {
      begin.run();
      terminal.println("kleaner " + verb + " " + server.url());
      terminal.println(
          token.text().isEmpty()
              ? "actions are off: there is nowhere to keep a token: "
                  + token.place()
                  + ". Restart once there is, or name one: http.token.file, "
                  + EnvironmentToken.NAME
                  + "."
              : "token for actions: " + token.place());
      if (!server.tls().equals("none")) {
        terminal.println("TLS by " + server.tls());
      }
      terminal.out().flush();
      api.afterTick(systemd::beat);
      systemd.wellBy(() -> api.alive().ok());
      systemd.ready();
      if (!awaitEnd(api)) {
        terminal.problem("kleaner: the supervisor has ended and cannot be replaced");
        return ExitCode.FINDINGS;
      }
      stop.run();
      systemd.stopping();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return ExitCode.DONE;
  }

  /**
   * Waits until the end is asked for. A heap that is full for a while ends workers, who are
   * replaced; it must not end who waits for them.
   *
   * @return false if the supervisor is gone
   */
  private boolean awaitEnd(SupervisedApi<?> api) throws InterruptedException {
    while (!interrupts.token().isCancelled()) {
      try {
        if (interrupts.token().sleep(LOOK_NANOS)) {
          return true;
        }
        if (!api.ensureSupervised()) {
          return false;
        }
      } catch (OutOfMemoryError full) {
        // To park takes no memory.
        LockSupport.parkNanos(LOOK_NANOS);
      }
    }
    return true;
  }
}
