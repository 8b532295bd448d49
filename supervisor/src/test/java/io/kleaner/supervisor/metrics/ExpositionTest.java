// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExpositionTest {

  private final Metrics metrics = new Metrics();

  @Test
  void prometheusText_someValues_isAsInTheGolden() {
    fill();

    assertThat(metrics.prometheusText())
        .isEqualTo(
            """
            # TYPE kleaner_partition_dirty_bytes gauge
            # HELP kleaner_partition_dirty_bytes Dirty bytes that could be cleaned.
            kleaner_partition_dirty_bytes{log_dir="/data",topic="orders",partition="0"} 1048576
            kleaner_partition_dirty_bytes{log_dir="/data",topic="orders",partition="1"} 0.5
            # TYPE kleaner_cleans_total counter
            # HELP kleaner_cleans_total Cleans that ended well.
            kleaner_cleans_total 7
            # TYPE kafka_log_logcleaner_deadthreadcount gauge
            # HELP kafka_log_logcleaner_deadthreadcount A broker's LogCleaner DeadThreadCount.
            kafka_log_logcleaner_deadthreadcount 2
            """);
  }

  @Test
  void openMetricsText_someValues_isAsInTheGolden() {
    fill();

    assertThat(metrics.openMetricsText())
        .isEqualTo(
            """
            # TYPE kleaner_partition_dirty_bytes gauge
            # UNIT kleaner_partition_dirty_bytes bytes
            # HELP kleaner_partition_dirty_bytes Dirty bytes that could be cleaned.
            kleaner_partition_dirty_bytes{log_dir="/data",topic="orders",partition="0"} 1048576
            kleaner_partition_dirty_bytes{log_dir="/data",topic="orders",partition="1"} 0.5
            # TYPE kleaner_cleans counter
            # HELP kleaner_cleans Cleans that ended well.
            kleaner_cleans_total 7
            # TYPE kafka_log_logcleaner_deadthreadcount gauge
            # HELP kafka_log_logcleaner_deadthreadcount A broker's LogCleaner DeadThreadCount.
            kafka_log_logcleaner_deadthreadcount 2
            # EOF
            """);
  }

  private void fill() {
    metrics.set(Metric.CLEANS, 7);
    metrics.set(Metric.PARTITION_DIRTY_BYTES, 0.5, "/data", "orders", "1");
    metrics.set(Metric.PARTITION_DIRTY_BYTES, 1_048_576, "/data", "orders", "0");
    metrics.kafka(
        new KafkaCleanerView.Builder()
            .cleaner("DeadThreadCount", () -> 2.0)
            .manager("max-dirty-percent", () -> null)
            .build());
  }

  @Test
  void openMetricsText_nothingSet_isOnlyItsEnd() {
    assertThat(metrics.openMetricsText()).isEqualTo("# EOF\n");
  }

  @Test
  void text_quoteBackslashAndNewlineInALabel_areEscaped() {
    metrics.set(Metric.LOG_DIR_FREE_BYTES, 1, "/a\"b\\c\nd,e=f}");

    assertThat(metrics.prometheusText())
        .contains("kleaner_log_dir_free_bytes{log_dir=\"/a\\\"b\\\\c\\nd,e=f}\"} 1\n");
  }

  @Test
  void text_labelWithEverythingAwkward_readsBackTheSame() {
    String awkward = "/ä\"b\\n\\\n\t,}{=#\u2028 x\r";
    metrics.set(Metric.LOG_DIR_FREE_BYTES, 1, awkward);

    assertThat(
            OpenMetricsParser.parse(metrics.openMetricsText())
                .value("kleaner_log_dir_free_bytes", Map.of("log_dir", awkward)))
        .hasValue(1);
  }

  @ParameterizedTest
  @CsvSource({
    "NaN, NaN",
    "Infinity, +Inf",
    "-Infinity, -Inf",
    "0, 0",
    "-3, -3",
    "0.25, 0.25",
    "999999999999999, 999999999999999",
    "1e18, 1.0E18"
  })
  void text_numbers_areAsPrometheusReadsThem(double value, String text) {
    metrics.set(Metric.ALERTS_FIRING, value);

    assertThat(metrics.prometheusText()).endsWith("\nkleaner_alerts_firing " + text + "\n");
  }

  @Test
  void kafka_directoriesInterleaved_standTogetherByName() {
    metrics.kafka(
        new KafkaCleanerView.Builder()
            .manager("uncleanable-bytes", "/a", () -> 1.0)
            .manager("uncleanable-partitions-count", "/a", () -> 2.0)
            .manager("uncleanable-bytes", "/b", () -> 3.0)
            .manager("uncleanable-partitions-count", "/b", () -> 4.0)
            .build());

    assertThat(OpenMetricsParser.parse(metrics.openMetricsText()).samples()).hasSize(4);
  }

  @Test
  void kafka_sameDirectoryTwice_isShownOnce() {
    metrics.kafka(
        new KafkaCleanerView.Builder()
            .manager("uncleanable-bytes", "/a", () -> 1.0)
            .manager("uncleanable-bytes", "/a", () -> 1.0)
            .build());

    assertThat(OpenMetricsParser.parse(metrics.openMetricsText()).samples()).hasSize(1);
  }

  @Test
  void kafka_firstDirectoryNotKnown_othersStillHaveTheirType() {
    metrics.kafka(
        new KafkaCleanerView.Builder()
            .manager("uncleanable-bytes", "/a", ExpositionTest::fails)
            .manager("uncleanable-bytes", "/b", () -> 3.0)
            .build());

    assertThat(metrics.prometheusText())
        .startsWith("# TYPE kafka_log_logcleanermanager_uncleanable_bytes gauge\n")
        .endsWith("kafka_log_logcleanermanager_uncleanable_bytes{logDirectory=\"/b\"} 3\n")
        .doesNotContain("\"/a\"");
  }

  @Test
  void kafka_sourceThatFailsOrIsNoNumber_isAbsent() {
    metrics.kafka(
        new KafkaCleanerView.Builder()
            .cleaner("DeadThreadCount", ExpositionTest::fails)
            .cleaner("max-clean-time-secs", () -> Double.NaN)
            .manager("time-since-last-run-ms", () -> null)
            .build());

    assertThat(metrics.prometheusText()).isEmpty();
  }

  private static Double fails() {
    throw new IllegalStateException("cannot be read now");
  }

  @ParameterizedTest
  @CsvSource({
    "DeadThreadCount, kafka_log_logcleaner_deadthreadcount",
    "max-buffer-utilization-percent, kafka_log_logcleaner_max_buffer_utilization_percent"
  })
  void kafka_names_areAsTheJmxExporterMakesThem(String name, String expected) {
    metrics.kafka(new KafkaCleanerView.Builder().cleaner(name, () -> 1.0).build());

    assertThat(metrics.prometheusText()).contains("\n" + expected + " 1\n");
  }
}
