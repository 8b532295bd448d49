// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** {@code docs/metrics.md} and the catalogue say the same. */
class MetricsDocumentTest {

  private static final Path DOCUMENT = Path.of("..", "docs", "metrics.md");

  @Test
  void document_tables_haveEveryMetricAndNoOther() throws IOException {
    List<String> rows =
        Files.readAllLines(DOCUMENT).stream().filter(line -> line.startsWith("| `kle")).toList();

    assertThat(rows)
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(Metric.values()).map(MetricsDocumentTest::row).toList());
  }

  @Test
  void document_text_namesNoMetricThatIsNone() throws IOException {
    assertThat(
            Pattern.compile("kleaner_[a-z_]+")
                .matcher(Files.readString(DOCUMENT))
                .results()
                .map(MatchResult::group))
        .isSubsetOf(Arrays.stream(Metric.values()).map(Metric::text).toList());
  }

  private static String row(Metric metric) {
    return String.join(
        " | ",
        "| `" + metric.text() + "`",
        metric.kind().name().toLowerCase(Locale.ROOT),
        metric.unit(),
        metric.labels().stream().map(label -> "`" + label + "`").collect(Collectors.joining(", ")),
        metric.help() + " |");
  }
}
