// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import java.io.IOException;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import javax.management.JMException;
import javax.management.MBeanServerConnection;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;
import javax.management.RuntimeMBeanException;

/** Reads the cleaner's stock gauges; one that is missing, or fails, is left out. Stateless. */
final class GaugeLook {

  private static final String UNCLEANABLE = "kafka.log:type=LogCleanerManager,name=uncleanable-";
  private static final String BYTES = "bytes";
  private static final String PARTITIONS = "partitions-count";

  private GaugeLook() {}

  static CleanerGauges look(MBeanServerConnection connection) throws IOException {
    Map<Gauge, Double> values = new EnumMap<>(Gauge.class);
    for (Gauge gauge : Gauge.values()) {
      OptionalDouble value = value(connection, name(gauge.objectName()), gauge.attribute());
      if (value.isPresent()) {
        values.put(gauge, value.getAsDouble());
      }
    }
    Map<String, OptionalLong> bytes = byDirectory(connection, BYTES);
    Map<String, OptionalLong> partitions = byDirectory(connection, PARTITIONS);
    Map<String, CleanerGauges.Uncleanable> uncleanable = new HashMap<>();
    partitions.forEach(
        (dir, count) ->
            uncleanable.put(
                dir,
                new CleanerGauges.Uncleanable(
                    count, bytes.getOrDefault(dir, OptionalLong.empty()))));
    return new CleanerGauges(values, uncleanable);
  }

  private static Map<String, OptionalLong> byDirectory(
      MBeanServerConnection connection, String what) throws IOException {
    Map<String, OptionalLong> values = new HashMap<>();
    for (ObjectName found : connection.queryNames(name(UNCLEANABLE + what + ",*"), null)) {
      String dir = found.getKeyProperty("logDirectory");
      if (dir != null) {
        OptionalDouble value = value(connection, found, "Value");
        values.put(
            dir.startsWith("\"") ? ObjectName.unquote(dir) : dir,
            value.isPresent() ? OptionalLong.of((long) value.getAsDouble()) : OptionalLong.empty());
      }
    }
    return values;
  }

  private static OptionalDouble value(
      MBeanServerConnection connection, ObjectName name, String attribute) throws IOException {
    try {
      return connection.getAttribute(name, attribute) instanceof Number number
          ? OptionalDouble.of(number.doubleValue())
          : OptionalDouble.empty();
    } catch (JMException | RuntimeMBeanException e) {
      // Not there in this release, or lost on the way (KAFKA-16574), or it failed: not known.
      return OptionalDouble.empty();
    }
  }

  private static ObjectName name(String text) {
    try {
      return new ObjectName(text);
    } catch (MalformedObjectNameException e) {
      throw new IllegalArgumentException(text, e);
    }
  }
}
