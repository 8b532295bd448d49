// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written as OpenMetrics is that, by a reader that forgives nothing. */
class OpenMetricsTest {

  @Test
  void openMetricsText_everyMetricSet_isReadWhole() {
    Metrics metrics = new Metrics();
    for (Metric metric : Metric.values()) {
      metrics.set(metric, 1, labels(metric, "a"));
      metrics.set(metric, 2, labels(metric, "b"));
    }

    OpenMetricsParser read = OpenMetricsParser.parse(metrics.openMetricsText());

    assertThat(read.families()).hasSize(Metric.values().length);
    assertThat(read.samples())
        .hasSize(
            Arrays.stream(Metric.values())
                .mapToInt(metric -> metric.labels().isEmpty() ? 1 : 2)
                .sum());
  }

  @ParameterizedTest
  @EnumSource
  void openMetricsText_eachMetric_saysTypeUnitAndHelp(Metric metric) {
    Metrics metrics = new Metrics();
    metrics.set(metric, 1, labels(metric, "a"));

    Map<String, String> family =
        OpenMetricsParser.parse(metrics.openMetricsText())
            .families()
            .get(metric.text().replace("_total", ""));

    assertThat(family)
        .containsEntry("TYPE", metric.kind() == Metric.Kind.COUNTER ? "counter" : "gauge")
        .containsEntry("HELP", metric.help());
    assertThat(family.getOrDefault("UNIT", "")).isEqualTo(metric.unit());
  }

  private static String[] labels(Metric metric, String value) {
    return metric.labels().stream().map(label -> value).toArray(String[]::new);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "# TYPE a gauge\na 1\n",
        "# TYPE a gauge\na 1\n# HELP a Late.\n# EOF\n",
        "# TYPE a gauge\na 1\n# TYPE b gauge\nb 1\n# TYPE a gauge\n# EOF\n",
        "# TYPE a gauge\n# UNIT a bytes\na 1\n# EOF\n",
        "# TYPE a counter\na 1\n# EOF\n",
        "# TYPE a counter\na_total -1\n# EOF\n",
        "# TYPE a gauge\na 1\na 2\n# EOF\n",
        "# TYPE a gauge\na{b=\"c} 1\n# EOF\n",
        "# TYPE a gauge\na{b=\"\\t\"} 1\n# EOF\n",
        "# TYPE a gauge\na Infinity\n# EOF\n",
        "# TYPE a gauge\n# HELP a A \"quoted\" word.\na 1\n# EOF\n",
        "a 1\n# EOF\n",
        "# TYPE a gauge\n\na 1\n# EOF\n"
      })
  void parse_whatTheSpecificationForbids_isRefused(String text) {
    assertThatThrownBy(() -> OpenMetricsParser.parse(text)).isInstanceOf(AssertionError.class);
  }
}
