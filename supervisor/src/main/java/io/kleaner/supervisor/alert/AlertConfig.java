// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.alert;

import io.kleaner.core.io.FileSystem;
import io.kleaner.core.io.IoProblem;
import io.kleaner.core.io.SmallFile;
import io.kleaner.core.time.Clock;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
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

  private static final String WHERE = "alerts";
  private static final String HOLD_OFF = "hold.off.ms";
  private static final String REPEAT = "repeat.interval.ms";
  private static final String RESOLVE = "resolve.after.ms";
  private static final String RULES = "rules";
  private static final String SINKS = "sinks";
  private static final long YEAR_MS = 365L * 24 * 3_600_000;

  /** Copies what it is given. */
  public AlertConfig {
    byRule = Map.copyOf(byRule);
    sinks = List.copyOf(sinks);
  }

  /**
   * Understands what YAML gave; never throws.
   *
   * @param node what stands below {@code alerts:}, empty if nothing does
   * @param problems gets everything that is wrong
   */
  public static AlertConfig parse(Optional<Object> node, List<String> problems) {
    return parse(node.orElse(Map.of()), problems);
  }

  /**
   * Understands what YAML gave; never throws.
   *
   * @param yamlNode what stands below {@code alerts:}
   * @param problems gets everything that is wrong
   */
  public static AlertConfig parse(Object yamlNode, List<String> problems) {
    return ConfigNode.of(WHERE, yamlNode, "keys such as 'sinks:'", problems)
        .map(AlertConfig::from)
        .orElse(new AlertConfig(AlertPolicy.DEFAULT, Map.of(), List.of(new SinkSpec.Log())));
  }

  private static AlertConfig from(ConfigNode node) {
    node.allow(Set.of(HOLD_OFF, REPEAT, RESOLVE, RULES, SINKS));
    AlertPolicy defaults = policy(node, AlertPolicy.DEFAULT);
    return new AlertConfig(
        defaults,
        node.below(RULES).map(rules -> rules(rules, defaults)).orElse(Map.of()),
        sinks(node));
  }

  private static Map<String, AlertPolicy> rules(ConfigNode rules, AlertPolicy defaults) {
    Map<String, AlertPolicy> byRule = new LinkedHashMap<>();
    for (Object rule : rules.values().keySet()) {
      if (!AlertRules.isKnown(String.valueOf(rule))) {
        rules.problem(
            "no rule is called '" + rule + "'; docs/alerts.md and docs/watch.md list them all");
      }
      rules
          .below(rule)
          .ifPresent(
              each -> {
                each.allow(Set.of(HOLD_OFF, REPEAT, RESOLVE));
                byRule.put(String.valueOf(rule), policy(each, defaults));
              });
    }
    return byRule;
  }

  private static AlertPolicy policy(ConfigNode node, AlertPolicy above) {
    return new AlertPolicy(
        node.number(HOLD_OFF, above.holdOffMs(), 0, YEAR_MS),
        node.number(REPEAT, above.repeatIntervalMs(), 1_000, YEAR_MS),
        node.number(RESOLVE, above.resolveAfterMs(), 0, YEAR_MS));
  }

  private static List<SinkSpec> sinks(ConfigNode node) {
    Object value = node.values().get(SINKS);
    if (value == null) {
      return List.of(new SinkSpec.Log());
    }
    List<SinkSpec> sinks = new ArrayList<>();
    if (value instanceof List<?> list) {
      for (int i = 0; i < list.size(); i++) {
        String where = WHERE + "." + SINKS + "[" + i + "]";
        ConfigNode.of(where, list.get(i), "keys such as 'type: webhook'", node.problems())
            .flatMap(SinkSpec::parse)
            .ifPresent(sinks::add);
      }
    } else {
      node.problem(SINKS + " is a list, each entry beginning with '- type:'");
    }
    return sinks;
  }

  /**
   * Looks at the files that the sinks need, so that they can be corrected along with all else.
   *
   * @param problems gets everything that is wrong
   */
  public void check(FileSystem fileSystem, List<String> problems) {
    for (SinkSpec spec : sinks) {
      if (spec instanceof SinkSpec.Webhook webhook && webhook.secretFile().isPresent()) {
        try {
          secret(fileSystem, webhook.secretFile().get());
        } catch (IOException e) {
          problems.add(
              WHERE
                  + "."
                  + SINKS
                  + ": secret.file: "
                  + IoProblem.of(e).text()
                  + "; write the secret there, or leave secret.file out to send unsigned");
        }
      }
    }
  }

  /**
   * Makes the sinks.
   *
   * @param instance names this service in what is sent
   * @return each with a queue and a thread of its own, which starts with the first event
   * @throws IOException if a secret cannot be read or is empty
   */
  public List<QueuedSink> open(FileSystem fileSystem, Clock clock, String instance)
      throws IOException {
    List<QueuedSink> open = new ArrayList<>();
    Map<String, Integer> ofType = new LinkedHashMap<>();
    for (SinkSpec spec : sinks) {
      int number = ofType.merge(spec.type(), 1, Integer::sum);
      String name = spec.type() + (number == 1 ? "" : "-" + number);
      open.add(new QueuedSink(name, courier(spec, fileSystem, clock, instance)));
    }
    return open;
  }

  private static QueuedSink.Courier courier(
      SinkSpec spec, FileSystem fileSystem, Clock clock, String instance) throws IOException {
    if (spec instanceof SinkSpec.Webhook webhook) {
      Optional<byte[]> secret = Optional.empty();
      if (webhook.secretFile().isPresent()) {
        secret = Optional.of(secret(fileSystem, webhook.secretFile().get()));
      }
      return new WebhookCourier(
          new HttpPost(webhook.url(), webhook.timeoutMs(), webhook.maxAttempts(), Backoff.DEFAULT),
          secret,
          instance,
          clock);
    }
    if (spec instanceof SinkSpec.Alertmanager alertmanager) {
      return new AlertmanagerCourier(
          new HttpPost(
              alertsApi(alertmanager.url()),
              alertmanager.timeoutMs(),
              alertmanager.maxAttempts(),
              Backoff.DEFAULT),
          instance,
          clock);
    }
    if (spec instanceof SinkSpec.Exec exec) {
      return new ExecCourier(exec.command(), exec.timeoutMs(), instance);
    }
    return new LogCourier();
  }

  /** Below whatever prefix it is served under. */
  private static URI alertsApi(URI base) {
    String path = base.getRawPath() == null ? "" : base.getRawPath();
    String query = base.getRawQuery() == null ? "" : "?" + base.getRawQuery();
    return URI.create(
        base.getScheme()
            + "://"
            + base.getRawAuthority()
            + path.replaceAll("/+$", "")
            + "/api/v2/alerts"
            + query);
  }

  private static byte[] secret(FileSystem fileSystem, Path file) throws IOException {
    byte[] secret = SmallFile.text(fileSystem, file).strip().getBytes(StandardCharsets.UTF_8);
    if (secret.length == 0) {
      throw new IOException(file + ", the secret of a webhook, is empty");
    }
    return secret;
  }
}
