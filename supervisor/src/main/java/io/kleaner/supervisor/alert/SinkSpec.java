// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.alert;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Where alerts are told, as the configuration says it. Immutable. */
public sealed interface SinkSpec {

  /** As in the configuration; also the name of the sink, numbered from the second on. */
  String type();

  /** To the log. */
  record Log() implements SinkSpec {
    @Override
    public String type() {
      return "log";
    }
  }

  /**
   * As signed JSON to a URL.
   *
   * @param secretFile what signs it is in there; not signed if empty
   * @param timeoutMs for one attempt, milliseconds
   */
  record Webhook(URI url, Optional<Path> secretFile, long timeoutMs, int maxAttempts)
      implements SinkSpec {
    @Override
    public String type() {
      return "webhook";
    }

    /** Without the URL, which may hold a secret. */
    @Override
    public String toString() {
      return "Webhook[" + url.getHost() + "]";
    }
  }

  /**
   * To a program.
   *
   * @param command the program and its arguments
   * @param timeoutMs after which it is killed, milliseconds
   */
  record Exec(List<String> command, long timeoutMs) implements SinkSpec {

    /** Copies what it is given. */
    public Exec {
      command = List.copyOf(command);
    }

    @Override
    public String type() {
      return "exec";
    }

    /** Without the arguments, which may hold a secret. */
    @Override
    public String toString() {
      return "Exec[" + command.get(0) + "]";
    }
  }

  /**
   * To Prometheus' Alertmanager.
   *
   * @param url of the Alertmanager, without {@code /api/v2/alerts}
   * @param timeoutMs for one attempt, milliseconds
   */
  record Alertmanager(URI url, long timeoutMs, int maxAttempts) implements SinkSpec {
    @Override
    public String type() {
      return "alertmanager";
    }

    /** Without the URL, which may hold a secret. */
    @Override
    public String toString() {
      return "Alertmanager[" + url.getHost() + "]";
    }
  }

  /** Understands one entry of the list; empty if something is wrong that nothing stands in for. */
  static Optional<SinkSpec> parse(ConfigNode node) {
    String type = String.valueOf(node.values().get("type"));
    switch (type) {
      case "log" -> {
        node.allow(Set.of("type"));
        return Optional.of(new Log());
      }
      case "webhook" -> {
        node.allow(Set.of("type", "url", "secret.file", "timeout.ms", "max.attempts"));
        Optional<Path> secretFile = node.path("secret.file");
        long timeoutMs = timeoutMs(node, 5_000);
        int maxAttempts = maxAttempts(node);
        return node.url("url").map(url -> new Webhook(url, secretFile, timeoutMs, maxAttempts));
      }
      case "exec" -> {
        node.allow(Set.of("type", "command", "timeout.ms"));
        long timeoutMs = timeoutMs(node, 10_000);
        return node.command("command").map(command -> new Exec(command, timeoutMs));
      }
      case "alertmanager" -> {
        node.allow(Set.of("type", "url", "timeout.ms", "max.attempts"));
        long timeoutMs = timeoutMs(node, 5_000);
        int maxAttempts = maxAttempts(node);
        return node.url("url").map(url -> new Alertmanager(url, timeoutMs, maxAttempts));
      }
      default -> {
        node.problem("type is log, webhook, exec or alertmanager, not '" + type + "'");
        return Optional.empty();
      }
    }
  }

  private static long timeoutMs(ConfigNode node, long otherwise) {
    return node.number("timeout.ms", otherwise, 1, 600_000);
  }

  private static int maxAttempts(ConfigNode node) {
    return (int) node.number("max.attempts", 5, 1, 100);
  }
}
