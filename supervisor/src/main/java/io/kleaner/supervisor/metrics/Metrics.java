// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.metrics;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import javax.management.ObjectName;

/**
 * The values of every metric. A series is there from its first value on, until it is dropped;
 * nothing that is not known has a value. Thread-safe: values are read and written without a lock,
 * series come and go under one.
 */
public final class Metrics {

  private final MetricRegistry registry = new MetricRegistry();
  private final Map<Metric, Map<Series, Cell>> series = new EnumMap<>(Metric.class);
  private final Object coming = new Object();
  private volatile Optional<KafkaCleanerView> kafka = Optional.empty();
  private volatile Runnable refresh = () -> {};

  /** Label values, ordered as text, one after the other. */
  record Series(List<String> values) implements Comparable<Series> {
    @Override
    public int compareTo(Series other) {
      for (int i = 0; i < Math.min(values.size(), other.values.size()); i++) {
        int order = values.get(i).compareTo(other.values.get(i));
        if (order != 0) {
          return order;
        }
      }
      return Integer.compare(values.size(), other.values.size());
    }
  }

  /** One value. */
  final class Cell implements Gauge<Double> {
    private volatile double value;

    double value() {
      return value;
    }

    synchronized void set(double to) {
      value = to;
    }

    synchronized void add(double delta) {
      value = value + delta;
    }

    /** As MBeans ask for it, who know of no scrape that would have brought it up to date. */
    @Override
    public Double getValue() {
      refresh.run();
      return value;
    }
  }

  /** Nothing has a value yet. */
  public Metrics() {
    for (Metric metric : Metric.values()) {
      series.put(metric, new ConcurrentSkipListMap<>());
    }
  }

  /**
   * Sets a value; a counter's is its total.
   *
   * @throws IllegalArgumentException if there are not as many values as the metric has labels
   */
  public void set(Metric metric, double value, String... labelValues) {
    cell(metric, labelValues).set(value);
  }

  /** Sets a whole number. */
  public void set(Metric metric, long value, String... labelValues) {
    set(metric, (double) value, labelValues);
  }

  /**
   * Adds to a counter, which begins at 0.
   *
   * @throws IllegalArgumentException if it is none, the delta is below 0 or not a number, or there
   *     are not as many values as the metric has labels
   */
  public void add(Metric metric, double delta, String... labelValues) {
    if (metric.kind() != Metric.Kind.COUNTER || !(delta >= 0)) {
      throw new IllegalArgumentException(delta + " cannot be added to " + metric);
    }
    cell(metric, labelValues).add(delta);
  }

  private Cell cell(Metric metric, String... labelValues) {
    if (labelValues.length != metric.labels().size()) {
      throw new IllegalArgumentException(
          metric + " has the labels " + metric.labels() + ", not " + labelValues.length);
    }
    Series key = new Series(List.of(labelValues));
    Cell known = series.get(metric).get(key);
    return known != null ? known : create(metric, key);
  }

  private Cell create(Metric metric, Series key) {
    synchronized (coming) {
      Cell known = series.get(metric).get(key);
      if (known != null) {
        return known;
      }
      Cell cell = new Cell();
      series.get(metric).put(key, cell);
      if (!metric.isPerPartition()) {
        registry.register(name(metric, key), cell);
      }
      return cell;
    }
  }

  /** Drops the series of a metric that are not among these. */
  public void retain(Metric metric, Set<List<String>> labelValues) {
    synchronized (coming) {
      series
          .get(metric)
          .keySet()
          .removeIf(
              key -> {
                boolean gone = !labelValues.contains(key.values());
                if (gone && !metric.isPerPartition()) {
                  registry.remove(name(metric, key));
                }
                return gone;
              });
    }
  }

  /** A value, if it is known. */
  public OptionalDouble value(Metric metric, String... labelValues) {
    Cell cell = series.get(metric).get(new Series(List.of(labelValues)));
    return cell == null ? OptionalDouble.empty() : OptionalDouble.of(cell.value());
  }

  /** Shows Kafka's own names, too; only where no broker shows them. */
  public void kafka(KafkaCleanerView view) {
    kafka = Optional.of(view);
  }

  Optional<KafkaCleanerView> kafka() {
    return kafka;
  }

  /** Has values brought up to date before an MBean's is read. */
  void refreshWith(Runnable action) {
    refresh = action;
  }

  Map<Series, Cell> series(Metric metric) {
    return Collections.unmodifiableMap(series.get(metric));
  }

  MetricRegistry registry() {
    return registry;
  }

  /** The key properties of an MBean: a type, the metric, and its labels. */
  private static String name(Metric metric, Series key) {
    StringBuilder name = new StringBuilder("type=").append(metric.subject().mbeanType());
    name.append(",name=").append(metric.text());
    for (int i = 0; i < key.values().size(); i++) {
      name.append(',')
          .append(metric.labels().get(i))
          .append('=')
          .append(ObjectName.quote(key.values().get(i)));
    }
    return name.toString();
  }

  /** In Prometheus' own text format. */
  public String prometheusText() {
    return new Exposition(this, false).text();
  }

  /** In OpenMetrics' text format. */
  public String openMetricsText() {
    return new Exposition(this, true).text();
  }
}
