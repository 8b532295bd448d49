// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.metrics;

import com.codahale.metrics.jmx.JmxReporter;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;
import javax.management.StandardMBean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows metrics as MBeans: ours as {@code io.kleaner:type=…,name=…}, but for those of single
 * partitions, which would be thousands; and a broker's cleaner's by its own names. Thread-safe.
 */
public final class JmxExport implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(JmxExport.class);
  private static final String DOMAIN = "io.kleaner";

  private final MBeanServer server = ManagementFactory.getPlatformMBeanServer();
  private final List<ObjectName> kafkaNames = new ArrayList<>();
  private final JmxReporter reporter;

  /** A gauge as a broker's metrics library shows it. */
  public interface ValueMBean {
    /** The value; null if it is not known. */
    Object getValue();
  }

  private JmxExport(Metrics metrics) {
    reporter =
        JmxReporter.forRegistry(metrics.registry())
            .inDomain(DOMAIN)
            .registerWith(server)
            .createsObjectNamesWith((type, domain, name) -> objectName(domain, name))
            .build();
  }

  /**
   * Begins to show them.
   *
   * @param refresh brings the metrics up to date; run now, and before any of our MBeans is read, so
   *     it has to be cheap when nothing is new. A broker's names are read at their sources.
   */
  public static JmxExport start(Metrics metrics, Runnable refresh) {
    refresh.run();
    metrics.refreshWith(refresh);
    JmxExport export = new JmxExport(metrics);
    export.reporter.start();
    metrics.kafka().ifPresent(kafka -> kafka.gauges().forEach(export::show));
    return export;
  }

  private void show(KafkaCleanerView.Gauge gauge) {
    try {
      ObjectName name =
          new ObjectName(
              "kafka.log:type="
                  + gauge.type()
                  + ",name="
                  + gauge.name()
                  + (gauge.logDirectory().isEmpty()
                      ? ""
                      : ",logDirectory=" + ObjectName.quote(gauge.logDirectory())));
      ValueMBean bean = () -> number(gauge.value());
      server.registerMBean(new StandardMBean(bean, ValueMBean.class), name);
      kafkaNames.add(name);
    } catch (JMException e) {
      LOG.warn("{} is not shown over JMX: {}", gauge.name(), e.toString());
    }
  }

  /** A whole number as one: what reads a broker's gauges expects it. Null is JMX' "not known". */
  private static Object number(OptionalDouble known) {
    if (known.isEmpty()) {
      return null;
    }
    double value = known.getAsDouble();
    if (value == Math.rint(value) && !Double.isInfinite(value)) {
      return (long) value;
    }
    return value;
  }

  private static ObjectName objectName(String domain, String keyProperties) {
    try {
      return new ObjectName(domain + ":" + keyProperties);
    } catch (MalformedObjectNameException e) {
      throw new IllegalArgumentException("no MBean can have the name " + keyProperties, e);
    }
  }

  /** Takes all of them away; what others registered by the same names stays. */
  @Override
  public void close() {
    reporter.close();
    for (ObjectName name : kafkaNames) {
      try {
        server.unregisterMBean(name);
      } catch (JMException e) {
        LOG.warn("{} is still there: {}", name, e.toString());
      }
    }
    kafkaNames.clear();
  }
}
