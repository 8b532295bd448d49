// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.metrics;

import com.codahale.metrics.jmx.JmxReporter;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;
import javax.management.StandardMBean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows metrics as MBeans: ours below {@code io.kleaner}, but for those of single partitions, and a
 * broker's cleaner's by its own names. Thread-safe.
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
            .createsObjectNamesWith((type, domain, name) -> objectName(name))
            .build();
  }

  /** Begins to show them. */
  public static JmxExport start(Metrics metrics) {
    JmxExport export = new JmxExport(metrics);
    export.reporter.start();
    metrics.kafka().ifPresent(kafka -> kafka.forEach(export::show));
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

  /** A whole number as one: what reads a broker's gauges expects it. */
  private static Object number(Double value) {
    if (value != null && value == Math.rint(value) && !Double.isInfinite(value)) {
      return value.longValue();
    }
    return value;
  }

  private static ObjectName objectName(String name) {
    String[] parts = name.split(",");
    StringBuilder text = new StringBuilder(DOMAIN).append(":name=").append(parts[0]);
    for (int i = 1; i < parts.length; i++) {
      int equals = parts[i].indexOf('=');
      if (equals > 0) {
        text.append(',')
            .append(parts[i], 0, equals + 1)
            .append(ObjectName.quote(parts[i].substring(equals + 1)));
      }
    }
    try {
      return new ObjectName(text.toString());
    } catch (MalformedObjectNameException e) {
      throw new IllegalArgumentException("no MBean can have the name " + name, e);
    }
  }

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
  }
}
