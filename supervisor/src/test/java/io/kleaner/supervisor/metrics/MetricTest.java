// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The catalogue keeps Prometheus' customs. */
class MetricTest {

  @Test
  void text_ofAll_isUniqueWithAndWithoutTotal() {
    assertThat(Arrays.stream(Metric.values()).map(metric -> metric.text().replace("_total", "")))
        .doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @EnumSource
  void text_ofEach_isOursAndWellFormed(Metric metric) {
    assertThat(metric.text()).matches("kleaner(_[a-z]+)+");
  }

  @ParameterizedTest
  @EnumSource
  void text_ofEach_endsInTotalIfItCounts(Metric metric) {
    assertThat(metric.text().endsWith("_total")).isEqualTo(metric.kind() == Metric.Kind.COUNTER);
  }

  @ParameterizedTest
  @EnumSource
  void text_ofEach_hasItsUnitAtItsEndAndNoOther(Metric metric) {
    assertThat(metric.text().replace("_total", "")).endsWith(metric.unit());
    assertThat(metric.text())
        .doesNotContainPattern("_(ms|millis|minutes|hours|kb|mb|percent|count)(_|$)");
  }

  @ParameterizedTest
  @EnumSource
  void help_ofEach_isASentence(Metric metric) {
    assertThat(metric.help()).matches("[A-Z0-9].{8,}\\.");
  }

  @ParameterizedTest
  @EnumSource
  void labels_ofEach_areWellFormedAndOnceEach(Metric metric) {
    assertThat(metric.labels()).doesNotHaveDuplicates().allMatch(label -> label.matches("[a-z_]+"));
  }

  @ParameterizedTest
  @CsvSource({
    "PARTITION_DIRTY_BYTES, bytes",
    "RECLAIMED_BYTES, bytes",
    "THROTTLE_BYTES_PER_SECOND, bytes_per_second",
    "PARTITION_DIRTY_RATIO, ratio",
    "PARTITION_LAST_CLEAN_TIMESTAMP_SECONDS, seconds",
    "CLEANS, ''",
    "PARTITION_END_OFFSET, ''"
  })
  void unit_isWhatTheNameEndsIn(Metric metric, String unit) {
    assertThat(metric.unit()).isEqualTo(unit);
  }

  @ParameterizedTest
  @CsvSource({
    "PARTITION_STATE, PARTITION",
    "PARTITIONS, LOG_DIR",
    "WORKER_STATE, WORKER",
    "CLEANS, SERVICE"
  })
  void subject_isWhatTheLabelsName(Metric metric, Metric.Subject subject) {
    assertThat(metric.subject()).isEqualTo(subject);
  }
}
