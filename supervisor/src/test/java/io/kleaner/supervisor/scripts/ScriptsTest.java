// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.scripts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.supervisor.config.ServeConfig;
import io.kleaner.supervisor.metrics.Metric;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** What is shipped beside the executable fits it. */
class ScriptsTest {

  private static final Path SCRIPTS = Path.of("..", "scripts");
  private static final Path RULES = SCRIPTS.resolve("prometheus");

  private static final Pattern TIE =
      Pattern.compile(
          "(Conflicts|Requires|Requisite|BindsTo|PartOf|Wants|Upholds|OnFailure|OnSuccess"
              + "|PropagatesStopTo|StopPropagatedFrom|JoinsNamespaceOf)=.*(kafka|broker)",
          Pattern.CASE_INSENSITIVE);

  @TempDir private Path temp;

  @Test
  void rules_names_areThoseOfTheCatalogue() throws IOException {
    assertThat(metricsIn(Files.readString(RULES.resolve("kleaner-alerts.yml"))))
        .isNotEmpty()
        .isSubsetOf(catalogue());
  }

  @Test
  void dashboard_names_areThoseOfTheCatalogue() throws IOException {
    JsonNode dashboard =
        new ObjectMapper().readTree(SCRIPTS.resolve("grafana").resolve("kleaner.json").toFile());
    Set<String> used = new TreeSet<>();
    for (JsonNode expression : dashboard.findValues("expr")) {
      Set<String> names = metricsIn(expression.asText());
      assertThat(names).as(expression.asText()).isNotEmpty();
      used.addAll(names);
    }

    assertThat(used).hasSizeGreaterThan(10).isSubsetOf(catalogue());
  }

  @Test
  void rules_everyOne_saysHowGraveItIsAndWhatItIs() throws IOException {
    Map<?, ?> root = yaml(Files.readString(RULES.resolve("kleaner-alerts.yml")));
    for (Object group : (List<?>) root.get("groups")) {
      for (Object each : (List<?>) ((Map<?, ?>) group).get("rules")) {
        Map<?, ?> rule = (Map<?, ?>) each;
        assertThat(((Map<?, ?>) rule.get("labels")).get("severity").toString())
            .as(rule.toString())
            .isIn("warning", "critical");
        assertThat(((Map<?, ?>) rule.get("annotations")).keySet().stream().map(String::valueOf))
            .as(rule.toString())
            .contains("summary", "description");
      }
    }
  }

  @Test
  void rules_promtool_findsThemRightAndTheyFireAsTheyShould() throws Exception {
    assumeTrue(isOnPath("promtool"), "no promtool on the PATH; Debian's package is prometheus");

    assertThat(run("promtool", "check", "rules", "kleaner-alerts.yml")).contains("SUCCESS");
    assertThat(run("promtool", "test", "rules", "kleaner-alerts-test.yml")).contains("SUCCESS");
  }

  @Test
  void unit_systemd_findsNothingWrong() throws Exception {
    assumeTrue(isOnPath("systemd-analyze"), "no systemd-analyze on the PATH");
    Path unit = temp.resolve("kleaner.service");
    Files.writeString(
        unit,
        Files.readString(SCRIPTS.resolve("systemd").resolve("kleaner.service"))
            .replace("/opt/kleaner/bin/kleaner", "/bin/true"));

    String said = run("systemd-analyze", "verify", unit.toString());

    assertThat(said).doesNotContain("kleaner.service:");
  }

  @Test
  void unit_options_areWhatTheServiceNeeds() throws IOException {
    assertThat(Files.readString(SCRIPTS.resolve("systemd").resolve("kleaner.service")))
        .contains("Type=notify\n", "NotifyAccess=all\n", "WatchdogSec=", "NoNewPrivileges=yes\n");
  }

  /** Such a tie works both ways: it would stop or start a broker with the service. */
  @Test
  void units_everyOne_leavesABrokersUnitAlone() throws IOException {
    List<Path> units;
    try (var files = Files.list(SCRIPTS.resolve("systemd"))) {
      units = files.toList();
    }
    assertThat(units).isNotEmpty();
    for (Path unit : units) {
      assertThat(Files.readAllLines(unit))
          .as(unit.toString())
          .filteredOn(line -> TIE.matcher(line).lookingAt())
          .isEmpty();
    }
  }

  @Test
  void manifest_configuration_isOneThatTheServiceTakes() throws IOException {
    List<Map<?, ?>> documents = new ArrayList<>();
    String text = Files.readString(SCRIPTS.resolve("kubernetes").resolve("kleaner.yaml"));
    for (Object document : new Yaml(new SafeConstructor(new LoaderOptions())).loadAll(text)) {
      documents.add((Map<?, ?>) document);
    }
    Path file = temp.resolve("kleaner.yaml");
    Files.writeString(
        file, String.valueOf(((Map<?, ?>) documents.get(0).get("data")).get("kleaner.yaml")));
    List<String> problems = new ArrayList<>();

    ServeConfig.of(new LocalFileSystem(), Optional.of(file), Map.of(), List.of(), problems);

    assertThat(problems).isEmpty();
    assertThat(documents.get(1).toString())
        .contains("livenessProbe", "path=/healthz", "readinessProbe", "path=/readyz");
  }

  private static Map<?, ?> yaml(String text) {
    return new Yaml(new SafeConstructor(new LoaderOptions())).load(text);
  }

  private static Set<String> metricsIn(String text) {
    return Pattern.compile("\\b(kleaner|kafka_log)_[a-z_]+")
        .matcher(text)
        .results()
        .map(MatchResult::group)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Ours, and Kafka's in small letters as docs/metrics.md lists them. */
  private static Set<String> catalogue() throws IOException {
    Set<String> names =
        Arrays.stream(Metric.values())
            .map(metric -> metric.text().toLowerCase(Locale.ROOT))
            .collect(Collectors.toCollection(TreeSet::new));
    Pattern.compile("`(kafka_log_[a-z_]+)`")
        .matcher(Files.readString(Path.of("..", "docs", "metrics.md")))
        .results()
        .forEach(match -> names.add(match.group(1)));
    return names;
  }

  private static boolean isOnPath(String program) {
    return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(":", -1))
        .anyMatch(dir -> Files.isExecutable(Path.of(dir).resolve(program)));
  }

  private static String run(String... command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command).directory(RULES.toFile()).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output =
        new String(
            process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }
}
