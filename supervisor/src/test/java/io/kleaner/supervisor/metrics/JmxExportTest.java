// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is seen through this process' own MBean server. */
class JmxExportTest {

  private final MBeanServer server = ManagementFactory.getPlatformMBeanServer();
  private final Metrics metrics = new Metrics();
  private final List<JmxExport> open = new ArrayList<>();

  @AfterEach
  void takeAway() {
    open.forEach(JmxExport::close);
  }

  private JmxExport start() {
    return start(() -> {});
  }

  private JmxExport start(Runnable refresh) {
    JmxExport export = JmxExport.start(metrics, refresh);
    open.add(export);
    return export;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "LogCleaner | DeadThreadCount",
        "LogCleaner | max-clean-time-secs",
        "LogCleaner | cleaner-recopy-percent",
        "LogCleaner | max-buffer-utilization-percent",
        "LogCleaner | max-compaction-delay-secs"
      })
  void start_cleanerGauge_isThereByKafkasName(String type, String name) throws Exception {
    metrics.kafka(new KafkaCleanerView.Builder().cleaner(name, () -> 3.0).build());

    start();
    assertThat(value("kafka.log:type=" + type + ",name=" + name)).isEqualTo(3L);
  }

  @Test
  void start_gaugeOfALogDirectory_hasItQuotedAsKafkaHas() throws Exception {
    metrics.kafka(
        new KafkaCleanerView.Builder().manager("uncleanable-bytes", "/d,1", () -> 0.5).build());

    start();
    assertThat(
            server.queryNames(
                new ObjectName("kafka.log:type=LogCleanerManager,name=uncleanable-bytes,*"), null))
        .extracting(ObjectName::getCanonicalName)
        .containsExactly(
            "kafka.log:logDirectory=\"/d,1\",name=uncleanable-bytes,type=LogCleanerManager");
    assertThat(
            value("kafka.log:type=LogCleanerManager,name=uncleanable-bytes,logDirectory=\"/d,1\""))
        .isEqualTo(0.5);
  }

  @Test
  void value_sourceFails_isNotKnown() throws Exception {
    metrics.kafka(
        new KafkaCleanerView.Builder()
            .cleaner(
                "DeadThreadCount",
                () -> {
                  throw new IllegalStateException("cannot be read now");
                })
            .build());

    start();
    assertThat(value("kafka.log:type=LogCleaner,name=DeadThreadCount")).isNull();
  }

  @Test
  void start_ourMetric_isThereWithItsLabelsAsKeys() throws Exception {
    metrics.set(Metric.WORKER_STATE, 1, "cleaner-0", "idle");

    start();
    assertThat(
            value(
                "io.kleaner:type=Worker,name=kleaner_worker_state,worker=\"cleaner-0\",state=\"idle\""))
        .isEqualTo(1.0);
  }

  @Test
  void start_labelsWithEverythingAwkward_areNamesStill() throws Exception {
    String awkward = "/a,b=c:d\"e*f?g\\h\ni";
    metrics.set(Metric.LOG_DIR_FREE_BYTES, 4, awkward);

    start();
    Set<ObjectName> names =
        server.queryNames(
            new ObjectName("io.kleaner:type=LogDir,name=kleaner_log_dir_free_bytes,*"), null);
    assertThat(names)
        .extracting(name -> ObjectName.unquote(name.getKeyProperty("log_dir")))
        .containsExactly(awkward);
  }

  @Test
  void start_partitionMetrics_areLeftToPrometheus() throws Exception {
    metrics.set(Metric.PARTITION_SIZE_BYTES, 4, "/data", "orders", "0");

    start();
    assertThat(server.queryNames(new ObjectName("io.kleaner:*"), null)).isEmpty();
  }

  @Test
  void set_afterStart_comesAndGoes() throws Exception {
    ObjectName name = new ObjectName("io.kleaner:type=Service,name=kleaner_alerts_firing");
    start();
    metrics.set(Metric.ALERTS_FIRING, 1);
    assertThat(server.isRegistered(name)).isTrue();

    metrics.retain(Metric.ALERTS_FIRING, Set.of());

    assertThat(server.isRegistered(name)).isFalse();
  }

  @Test
  void value_nobodyScrapes_isBroughtUpToDateAllTheSame() throws Exception {
    AtomicInteger looks = new AtomicInteger();
    Runnable refresh = () -> metrics.set(Metric.SUPERVISOR_LOOPS, looks.incrementAndGet());

    start(refresh);
    String name = "io.kleaner:type=Service,name=kleaner_supervisor_loops_total";
    assertThat(List.of(value(name), value(name))).containsExactly(2.0, 3.0);
  }

  @Test
  void close_afterStart_leavesNothing() throws Exception {
    metrics.set(Metric.CLEANS, 1);
    metrics.kafka(new KafkaCleanerView.Builder().cleaner("DeadThreadCount", () -> 0.0).build());

    start().close();

    assertThat(server.queryNames(new ObjectName("io.kleaner:*"), null)).isEmpty();
    assertThat(server.queryNames(new ObjectName("kafka.log:type=LogCleaner,*"), null)).isEmpty();
  }

  @Test
  void close_nameWasTakenBefore_leavesItToItsOwner() throws Exception {
    String name = "kafka.log:type=LogCleaner,name=DeadThreadCount";
    metrics.kafka(new KafkaCleanerView.Builder().cleaner("DeadThreadCount", () -> 1.0).build());
    Metrics later = new Metrics();
    later.kafka(new KafkaCleanerView.Builder().cleaner("DeadThreadCount", () -> 2.0).build());

    start();
    JmxExport.start(later, () -> {}).close();

    assertThat(value(name)).isEqualTo(1L);
  }

  private Object value(String name) throws JMException {
    return server.getAttribute(new ObjectName(name), "Value");
  }
}
