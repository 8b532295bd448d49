// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.alert;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.supervisor.judge.broker.Ailment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The documents, the configuration and what raises alerts name the same rules. */
class AlertDocumentTest {

  private static final Path SOURCES = Path.of("src", "main", "java", "io", "kleaner", "supervisor");
  private static final Pattern SIGNAL =
      Pattern.compile("(?:\\b(?:critical|warning|tell)\\(|new Ailment\\()\\s*\"(\\w+)\"");
  private static final Pattern NAME = Pattern.compile("`(\\w+)`");

  @Test
  void document_rules_areThoseThatTheServiceCanRaise() throws IOException {
    Set<String> raised = raised("service");
    assertThat(AlertRules.OF_SERVE).isEqualTo(raised);
    raised.add(AlertBook.LEFT_OUT_RULE);

    assertThat(documented("alerts.md")).hasSizeGreaterThan(10).isEqualTo(raised);
  }

  @Test
  void document_rulesOfTheWatch_areThoseThatItCanRaise() throws IOException {
    Set<String> raised = raised("watch");
    assertThat(raised).hasSizeGreaterThan(5);
    Arrays.stream(Ailment.values()).map(Ailment::rule).forEach(raised::add);

    assertThat(AlertRules.OF_WATCH).isEqualTo(raised);
    String document = Files.readString(Path.of("..", "docs", "watch.md"));
    assertThat(raised).allSatisfy(rule -> assertThat(document).contains("`" + rule + "`"));
  }

  private static Set<String> raised(String room) throws IOException {
    Set<String> raised = new TreeSet<>();
    try (var files = Files.list(SOURCES.resolve(room))) {
      for (Path file : files.toList()) {
        Matcher signals = SIGNAL.matcher(Files.readString(file));
        while (signals.find()) {
          raised.add(signals.group(1));
        }
      }
    }
    return raised;
  }

  private static Set<String> documented(String file) throws IOException {
    Set<String> documented = new TreeSet<>();
    Files.readAllLines(Path.of("..", "docs", file)).stream()
        .dropWhile(line -> !line.startsWith("| Rule | Severity |"))
        .skip(2)
        .takeWhile(line -> line.startsWith("|"))
        .map(line -> line.split("\\|", -1)[1])
        .forEach(
            cell -> NAME.matcher(cell).results().forEach(match -> documented.add(match.group(1))));
    return documented;
  }
}
