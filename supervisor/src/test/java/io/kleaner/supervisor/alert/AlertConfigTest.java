// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.supervisor.cleaner.HandClock;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

@Timeout(60)
class AlertConfigTest {

  private final List<String> problems = new ArrayList<>();

  @TempDir Path dir;

  @Test
  void parse_nothing_isTheLogAndTheDefaults() {
    AlertConfig config = AlertConfig.parse(Optional.empty(), problems);

    assertThat(problems).isEmpty();
    assertThat(config)
        .isEqualTo(new AlertConfig(AlertPolicy.DEFAULT, Map.of(), List.of(new SinkSpec.Log())));
    assertThat(AlertPolicy.DEFAULT).isEqualTo(new AlertPolicy(0, 14_400_000, 30_000));
  }

  @Test
  void parse_everything_isUnderstood() {
    AlertConfig config =
        parse(
            """
            hold.off.ms: 10
            repeat.interval.ms: 2000
            resolve.after.ms: 30
            rules: { PartitionStalled: { hold.off.ms: 60000 } }
            sinks:
              - type: log
              - { type: webhook, url: "https://h.example/x?y=1", secret.file: s, timeout.ms: 7, max.attempts: 9 }
              - { type: exec, command: [ /usr/local/bin/page, --level, 1 ], timeout.ms: 8 }
              - { type: alertmanager, url: "http://127.0.0.1:9093/prefix/" }
            """);

    assertThat(problems).isEmpty();
    assertThat(config)
        .isEqualTo(
            new AlertConfig(
                new AlertPolicy(10, 2_000, 30),
                Map.of("PartitionStalled", new AlertPolicy(60_000, 2_000, 30)),
                List.of(
                    new SinkSpec.Log(),
                    new SinkSpec.Webhook(
                        URI.create("https://h.example/x?y=1"), Optional.of(Path.of("s")), 7, 9),
                    new SinkSpec.Exec(List.of("/usr/local/bin/page", "--level", "1"), 8),
                    new SinkSpec.Alertmanager(
                        URI.create("http://127.0.0.1:9093/prefix/"), 5_000, 5))));
  }

  @Test
  void parse_noSinksOnPurpose_isNone() {
    assertThat(parse("sinks: []").sinks()).isEmpty();
    assertThat(problems).isEmpty();
  }

  @Test
  void parse_muchIsWrong_saysAllOfItWithItsPlace() {
    parse(
        """
        hold.off: 5
        hold.off.ms: soon
        repeat.interval.ms: 0
        rules: { Dead: { holdoff: 1, resolve.after.ms: -1 }, Hung: 5 }
        sinks:
          - type: webhook
            url: "ftp://ann:hunter2@h.example/?token=hunter2"
            secret: hunter2
            max.attempts: 1.5
          - type: exec
            command: page --now
          - type: pigeon
          - log
          - type: alertmanager
        """);

    assertThat(problems)
        .containsExactly(
            "alerts: unknown key 'hold.off'; known are hold.off.ms, repeat.interval.ms,"
                + " resolve.after.ms, rules, sinks",
            "alerts: hold.off.ms is a whole number, not 'soon'",
            "alerts: repeat.interval.ms is from 1000 to 31536000000, not 0",
            "alerts.rules: no rule is called 'Dead'; docs/alerts.md and docs/watch.md list them"
                + " all",
            "alerts.rules.Dead: unknown key 'holdoff'; known are hold.off.ms,"
                + " repeat.interval.ms, resolve.after.ms",
            "alerts.rules.Dead: resolve.after.ms is from 0 to 31536000000, not -1",
            "alerts.rules: no rule is called 'Hung'; docs/alerts.md and docs/watch.md list them"
                + " all",
            "alerts.rules.Hung: expected keys such as 'hold.off.ms'",
            "alerts.sinks[0]: a secret is not written here; name its file with 'secret.file'",
            "alerts.sinks[0]: max.attempts is a whole number, not '1.5'",
            "alerts.sinks[0]: url begins with http:// or https://, names a host and has no"
                + " fragment",
            "alerts.sinks[1]: command is a list, the program first, such as"
                + " [ /usr/local/bin/page, --now ]",
            "alerts.sinks[2]: type is log, webhook, exec or alertmanager, not 'pigeon'",
            "alerts.sinks[3]: expected keys such as 'type: webhook'",
            "alerts.sinks[4]: url begins with http:// or https://, names a host and has no"
                + " fragment");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "5",
        "[]",
        "rules: []",
        "rules: { 5: 6 }",
        "sinks: {}",
        "sinks: [ ~ ]",
        "sinks: [ [] ]",
        "sinks: [ { type: } ]",
        "sinks: [ { type: webhook, url: [ a ] } ]",
        "sinks: [ { type: webhook, url: 'http://h', secret.file: { a: b } } ]",
        "sinks: [ { type: webhook, url: 'http://h', secret.file: \"a\\0b\" } ]",
        "sinks: [ { type: webhook, url: 'http://h', timeout.ms: 99999999999999999999 } ]",
        "sinks: [ { type: webhook, url: 'http://h/%zz' } ]",
        "sinks: [ { type: webhook, url: 'http:h' } ]",
        "sinks: [ { type: exec, command: [] } ]",
        "sinks: [ { type: exec, command: [ '' ] } ]",
        "sinks: [ { type: exec, command: [ a, ~ ] } ]",
        "sinks: [ { type: exec, command: [ \"a\\0\" ] } ]",
        "? [ a ]\n: b",
      })
  void parse_nonsense_isAProblemAndNoException(String yaml) {
    parse(yaml);

    assertThat(problems).isNotEmpty();
  }

  @Test
  void open_severalOfAType_haveTheirOwnNames() throws Exception {
    AlertConfig config =
        parse("sinks: [ { type: log }, { type: exec, command: [ a ] }, { type: log } ]");

    List<QueuedSink> sinks =
        config.open(new LocalFileSystem(), new HandClock(Samples.SINCE_MS), "i");

    assertThat(sinks).extracting(QueuedSink::name).containsExactly("log", "exec", "log-2");
  }

  @Test
  void open_secretCannotBeRead_fails() {
    AlertConfig config = webhook("http://127.0.0.1:1/", dir.resolve("none"));

    assertThatThrownBy(
            () -> config.open(new LocalFileSystem(), new HandClock(Samples.SINCE_MS), "i"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("none");
  }

  @Test
  void open_secretIsEmpty_fails() throws Exception {
    Path secret = Files.writeString(dir.resolve("secret"), " \n");
    AlertConfig config = webhook("http://127.0.0.1:1/", secret);

    assertThatThrownBy(
            () -> config.open(new LocalFileSystem(), new HandClock(Samples.SINCE_MS), "i"))
        .isInstanceOf(IOException.class)
        .hasMessage(secret + ", the secret of a webhook, is empty");
  }

  @Test
  void open_webhookWithSecret_signs() throws Exception {
    Path secret = Files.writeString(dir.resolve("secret"), "hunter2\n");
    try (Receiver receiver = new Receiver(Receiver.status(200));
        QueuedSink sink = open(webhook(receiver.url().toString(), secret).sinks().get(0))) {
      sink.offer(Samples.firing(1));

      assertThat(receiver.next().headers().get("x-kleaner-signature"))
          .matches("sha256=[0-9a-f]{64}");
    }
  }

  @Test
  void open_alertmanager_postsBelowItsPrefix() throws Exception {
    try (Receiver receiver = new Receiver(Receiver.status(200));
        QueuedSink sink =
            open(new SinkSpec.Alertmanager(receiver.url("", "/am/?tenant=t"), 20_000, 1))) {
      sink.offer(Samples.firing(1));

      assertThat(receiver.next().line()).isEqualTo("POST /am/api/v2/alerts?tenant=t HTTP/1.1");
    }
  }

  @Test
  void status_deliveryFails_hasNoSecretInIt() throws Exception {
    Path secret = Files.writeString(dir.resolve("secret"), "hunter2");
    try (Receiver receiver = new Receiver(Receiver.status(404))) {
      List<SinkSpec> specs =
          List.of(
              new SinkSpec.Webhook(
                  receiver.url("hunter2:hunter2@", "/hunter2?token=hunter2"),
                  Optional.of(secret),
                  20_000,
                  1),
              new SinkSpec.Alertmanager(
                  receiver.url("hunter2:hunter2@", "/hunter2?token=hunter2"), 20_000, 1),
              new SinkSpec.Exec(List.of("/nonexistent/page", "hunter2"), 20_000));
      assertThat(specs.toString()).doesNotContain("hunter2");
      for (SinkSpec spec : specs) {
        QueuedSink sink = open(spec);
        sink.offer(Samples.firing(1));
        sink.close();

        assertThat(sink.status().failed()).isEqualTo(1);
        assertThat(sink.status().lastError()).isNotEmpty().doesNotContain("hunter2");
      }
    }
  }

  @Test
  void documentation_example_isUnderstood() throws Exception {
    String page = Files.readString(Path.of("..", "docs", "alerts.md"));
    String yaml = page.substring(page.indexOf("```yaml\n") + 8);
    Object root = yaml(yaml.substring(0, yaml.indexOf("```")));

    AlertConfig config = AlertConfig.parse(((Map<?, ?>) root).get("alerts"), problems);

    assertThat(problems).isEmpty();
    assertThat(config.sinks())
        .extracting(SinkSpec::type)
        .containsExactly("log", "webhook", "exec", "alertmanager");
    assertThat(config.defaults()).isEqualTo(AlertPolicy.DEFAULT);
  }

  private AlertConfig webhook(String url, Path secret) {
    return new AlertConfig(
        AlertPolicy.DEFAULT,
        Map.of(),
        List.of(new SinkSpec.Webhook(URI.create(url), Optional.of(secret), 20_000, 1)));
  }

  private static QueuedSink open(SinkSpec spec) throws IOException {
    return new AlertConfig(AlertPolicy.DEFAULT, Map.of(), List.of(spec))
        .open(new LocalFileSystem(), new HandClock(Samples.SINCE_MS), "kleaner@test")
        .get(0);
  }

  @Test
  void parse_everyRuleThatIsRaised_isKnown() {
    for (String rule : List.of("WorkerDead", "CleanerNotRevived", "CleanerDead", "AlertsLeftOut")) {
      parse("rules: { " + rule + ": { hold.off.ms: 1 } }");
    }

    assertThat(problems).isEmpty();
  }

  private AlertConfig parse(String yaml) {
    return AlertConfig.parse(yaml(yaml), problems);
  }

  private static Object yaml(String text) {
    return new Yaml(new SafeConstructor(new LoaderOptions())).load(text);
  }
}
