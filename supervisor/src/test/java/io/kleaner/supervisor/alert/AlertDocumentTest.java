// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.alert;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** {@code docs/alerts.md} and the service name the same rules. */
class AlertDocumentTest {

  private static final Path SOURCES =
      Path.of("src", "main", "java", "io", "kleaner", "supervisor", "service");
  private static final Pattern SIGNAL =
      Pattern.compile("(?:\\b(?:critical|warning)\\(|new Ailment\\()\\s*\"(\\w+)\"");
  private static final Pattern NAME = Pattern.compile("`(\\w+)`");

  @Test
  void document_rules_areThoseThatTheServiceCanRaise() throws IOException {
    Set<String> raised = new TreeSet<>(Set.of(AlertBook.LEFT_OUT_RULE));
    try (var files = Files.list(SOURCES)) {
      for (Path file : files.toList()) {
        Matcher signals = SIGNAL.matcher(Files.readString(file));
        while (signals.find()) {
          raised.add(signals.group(1));
        }
      }
    }
    Set<String> documented = new TreeSet<>();
    Files.readAllLines(Path.of("..", "docs", "alerts.md")).stream()
        .dropWhile(line -> !line.startsWith("| Rule | Severity |"))
        .skip(2)
        .takeWhile(line -> line.startsWith("|"))
        .map(line -> line.split("\\|", -1)[1])
        .forEach(
            cell -> NAME.matcher(cell).results().forEach(match -> documented.add(match.group(1))));

    assertThat(documented).hasSizeGreaterThan(10).isEqualTo(raised);
  }
}
