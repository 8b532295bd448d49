// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.alert;

import io.kleaner.core.io.FileSystem;
import io.kleaner.core.io.SmallFile;
import io.kleaner.core.time.Clock;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * How alerts are told, as the configuration file says it below {@code alerts:}. Immutable.
 *
 * <pre>
 *  hold.off.ms: 0
 *  repeat.interval.ms: 14400000
 *  resolve.after.ms: 30000
 *  rules: { PartitionStalled: { hold.off.ms: 60000 } }
 *  sinks:
 *    - { type: log }
 *    - { type: webhook, url: "https://…", secret.file: /etc/kleaner/secret, timeout.ms: 5000, max.attempts: 5 }
 *    - { type: exec, command: [ /usr/local/bin/page, --now ], timeout.ms: 10000 }
 *    - { type: alertmanager, url: "http://127.0.0.1:9093" }
 * </pre>
 *
 * @param byRule for rules that have their own
 * @param sinks the log, if nothing else is said
 */
public record AlertConfig(
    AlertPolicy defaults, Map<String, AlertPolicy> byRule, List<SinkSpec> sinks) {

  private static final String HOLD_OFF = "hold.off.ms";
  private static final String REPEAT = "repeat.interval.ms";
  private static final String RESOLVE = "resolve.after.ms";
  private static final Set<String> POLICY_KEYS = Set.of(HOLD_OFF, REPEAT, RESOLVE);
  private static final Map<String, Set<String>> SINK_KEYS =
      Map.of(
          "log", Set.of("type"),
          "webhook", Set.of("type", "url", "secret.file", "timeout.ms", "max.attempts"),
          "exec", Set.of("type", "command", "timeout.ms"),
          "alertmanager", Set.of("type", "url", "timeout.ms", "max.attempts"));

  /** One sink. */
  public record SinkSpec(
      String type,
      Optional<URI> url,
      Optional<Path> secretFile,
      List<String> command,
      long timeoutMs,
      int maxAttempts) {}

  /**
   * Understands what YAML gave.
   *
   * @param node what stands below {@code alerts:}, empty if nothing does
   * @param problems gets everything that is wrong
   */
  public static AlertConfig parse(Optional<Object> node, List<String> problems) {
    SinkSpec log = new SinkSpec("log", Optional.empty(), Optional.empty(), List.of(), 0, 0);
    if (node.isEmpty()) {
      return new AlertConfig(AlertPolicy.DEFAULT, Map.of(), List.of(log));
    }
    if (!(node.get() instanceof Map<?, ?> map)) {
      problems.add("alerts: expected keys such as 'sinks:'");
      return new AlertConfig(AlertPolicy.DEFAULT, Map.of(), List.of(log));
    }
    AlertPolicy defaults =
        policy("alerts", map, AlertPolicy.DEFAULT, Set.of("rules", "sinks"), problems);
    Map<String, AlertPolicy> byRule = new LinkedHashMap<>();
    if (map.get("rules") instanceof Map<?, ?> rules) {
      rules.forEach(
          (rule, values) -> {
            if (values instanceof Map<?, ?> each) {
              byRule.put(
                  String.valueOf(rule),
                  policy("alerts.rules." + rule, each, defaults, Set.of(), problems));
            } else {
              problems.add("alerts.rules." + rule + ": expected keys such as 'hold.off.ms'");
            }
          });
    } else if (map.get("rules") != null) {
      problems.add("alerts.rules: expected names of rules with keys below them");
    }
    List<SinkSpec> sinks = new ArrayList<>();
    if (map.get("sinks") instanceof List<?> list) {
      for (int i = 0; i < list.size(); i++) {
        sink("alerts.sinks[" + i + "]", list.get(i), problems).ifPresent(sinks::add);
      }
    } else if (map.get("sinks") != null) {
      problems.add("alerts.sinks: expected a list");
    } else {
      sinks.add(log);
    }
    return new AlertConfig(defaults, byRule, sinks);
  }

  private static AlertPolicy policy(
      String where, Map<?, ?> map, AlertPolicy above, Set<String> others, List<String> problems) {
    for (Object key : map.keySet()) {
      String name = String.valueOf(key);
      if (!POLICY_KEYS.contains(name) && !others.contains(name)) {
        problems.add(where + ": unknown key '" + name + "'");
      }
    }
    return new AlertPolicy(
        number(where, map, HOLD_OFF, above.holdOffMs(), 0, problems),
        number(where, map, REPEAT, above.repeatIntervalMs(), 1, problems),
        number(where, map, RESOLVE, above.resolveAfterMs(), 0, problems));
  }

  private static long number(
      String where, Map<?, ?> map, String key, long otherwise, long least, List<String> problems) {
    Object value = map.get(key);
    if (value == null) {
      return otherwise;
    }
    try {
      long number = Long.parseLong(String.valueOf(value));
      if (number >= least) {
        return number;
      }
    } catch (NumberFormatException e) {
      problems.add(where + ": " + key + " is a whole number, not '" + value + "'");
      return otherwise;
    }
    problems.add(where + ": " + key + " is at least " + least + ", not " + value);
    return otherwise;
  }

  private static Optional<SinkSpec> sink(String where, Object node, List<String> problems) {
    if (!(node instanceof Map<?, ?> map)) {
      problems.add(where + ": expected keys such as 'type: webhook'");
      return Optional.empty();
    }
    String type = String.valueOf(map.get("type"));
    Set<String> known = SINK_KEYS.get(type);
    if (known == null) {
      problems.add(
          where + ": type is log, webhook, exec or alertmanager, not '" + map.get("type") + "'");
      return Optional.empty();
    }
    for (Object key : map.keySet()) {
      if (!known.contains(String.valueOf(key))) {
        problems.add(where + ": unknown key '" + key + "' of a sink of type " + type);
      }
    }
    Optional<URI> url = Optional.empty();
    if (known.contains("url")) {
      url = url(where, map.get("url"), problems);
    }
    List<String> command = List.of();
    if (known.contains("command")) {
      if (map.get("command") instanceof List<?> list && !list.isEmpty()) {
        command = list.stream().map(String::valueOf).toList();
      } else {
        problems.add(where + ": command is a list, the program first");
      }
    }
    return Optional.of(
        new SinkSpec(
            type,
            url,
            Optional.ofNullable(map.get("secret.file")).map(String::valueOf).map(Path::of),
            command,
            number(where, map, "timeout.ms", type.equals("exec") ? 10_000 : 5_000, 1, problems),
            (int) number(where, map, "max.attempts", 5, 1, problems)));
  }

  private static Optional<URI> url(String where, Object value, List<String> problems) {
    try {
      URI uri = URI.create(String.valueOf(value));
      boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      if (http && uri.getHost() != null) {
        return Optional.of(uri);
      }
    } catch (IllegalArgumentException e) {
      problems.add(where + ": url is no URL");
      return Optional.empty();
    }
    problems.add(where + ": url begins with http:// or https:// and names a host");
    return Optional.empty();
  }

  /**
   * Makes the sinks.
   *
   * @param instance names this service in what is sent
   * @throws IOException if a secret cannot be read
   */
  public List<QueuedSink> open(FileSystem fileSystem, Clock clock, String instance)
      throws IOException {
    List<QueuedSink> open = new ArrayList<>();
    for (SinkSpec spec : sinks) {
      int same = (int) open.stream().filter(each -> each.name().startsWith(spec.type())).count();
      String name = spec.type() + (same == 0 ? "" : "-" + (same + 1));
      open.add(new QueuedSink(name, courier(spec, fileSystem, clock, instance)));
    }
    return open;
  }

  private QueuedSink.Courier courier(
      SinkSpec spec, FileSystem fileSystem, Clock clock, String instance) throws IOException {
    // Alertmanager takes an alert for over when nobody repeats it.
    long keepMs = 2 * defaults.repeatIntervalMs();
    return switch (spec.type()) {
      case "webhook" -> {
        Optional<String> secret = Optional.empty();
        if (spec.secretFile().isPresent()) {
          secret = Optional.of(SmallFile.text(fileSystem, spec.secretFile().get()).strip());
        }
        yield new HttpCourier(
            spec.url().orElseThrow(),
            Duration.ofMillis(spec.timeoutMs()),
            spec.maxAttempts(),
            secret,
            event -> AlertJson.own(event, instance),
            clock);
      }
      case "alertmanager" ->
          new HttpCourier(
              URI.create(
                  spec.url().orElseThrow().toString().replaceAll("/+$", "") + "/api/v2/alerts"),
              Duration.ofMillis(spec.timeoutMs()),
              spec.maxAttempts(),
              Optional.empty(),
              event -> AlertJson.alertmanager(event, instance, keepMs),
              clock);
      case "exec" ->
          new ExecCourier(
              spec.command(), spec.timeoutMs(), event -> AlertJson.own(event, instance));
      default -> new LogCourier();
    };
  }
}
