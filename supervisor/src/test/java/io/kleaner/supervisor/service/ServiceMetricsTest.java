// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.supervisor.metrics.Metric;
import io.kleaner.supervisor.metrics.OpenMetricsParser;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a running service shows of itself. */
class ServiceMetricsTest {

  /** Absent from a service that has no reason to show them. */
  private static final Set<Metric> ABSENT =
      Set.of(
          Metric.PARTITION_FAILURES,
          Metric.PARTITION_QUARANTINE,
          Metric.PARTITION_PROGRESS_RATIO,
          Metric.LOG_DIR_LAG_LIMIT_IN_SECONDS,
          Metric.LOG_DIR_FULL_IN_SECONDS,
          Metric.THROTTLE_BYTES_PER_SECOND);

  @TempDir private Path temp;

  @Test
  void metrics_afterCleans_haveAllOfTheCatalogueButWhatDoesNotApply() throws Exception {
    try (ServiceLab lab = new ServiceLab(temp).partitions("orders", 2).start()) {
      lab.await("all clean", () -> lab.count("clean") == 2);

      Set<String> families = OpenMetricsParser.parse(lab.api().metrics(true)).families().keySet();

      assertThat(families)
          .containsAll(
              Arrays.stream(Metric.values())
                  .filter(metric -> !ABSENT.contains(metric))
                  // Of a watched broker; nobody watches one here.
                  .filter(metric -> !metric.text().startsWith("kleaner_broker_"))
                  .map(metric -> metric.text().replace("_total", ""))
                  .collect(Collectors.toSet()));
    }
  }

  @Test
  void metrics_afterCleans_countThem() throws Exception {
    try (ServiceLab lab = new ServiceLab(temp).partitions("orders", 2).start()) {
      lab.await("all clean", () -> lab.count("clean") == 2);
      lab.await("all counted", () -> Long.valueOf(2).equals(lab.api().status().get("cleans")));

      OpenMetricsParser read = OpenMetricsParser.parse(lab.api().metrics(true));

      assertThat(read.value("kleaner_cleans_total", Map.of())).hasValue(2);
      assertThat(
              read.value(
                  "kleaner_partitions",
                  Map.of("log_dir", lab.logDir().toString(), "state", "clean")))
          .hasValue(2);
      // Each of the two is 60 records of 10 keys before.
      assertThat(read.value("kafka_log_logcleaner_cleaner_recopy_percent", Map.of()).orElseThrow())
          .isBetween(1.0, 50.0);
    }
  }

  @Test
  void jmx_nobodyScrapes_showsCleansAllTheSame() throws Exception {
    MBeanServer server = ManagementFactory.getPlatformMBeanServer();
    ObjectName cleans = new ObjectName("io.kleaner:type=Service,name=kleaner_cleans_total");
    try (ServiceLab lab = new ServiceLab(temp).partitions("orders", 2).start()) {
      lab.await("all counted", () -> Long.valueOf(2).equals(lab.api().status().get("cleans")));

      assertThat(server.getAttribute(cleans, "Value")).isEqualTo(2.0);
    }
    assertThat(server.isRegistered(cleans)).isFalse();
  }
}
