// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.metrics;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * The values of every metric. A series is there from its first value on, until it is dropped;
 * nothing that is not known has a value. Thread-safe.
 */
public final class Metrics {

  private final MetricRegistry registry = new MetricRegistry();
  private final Map<Metric, Map<Series, Cell>> series = new EnumMap<>(Metric.class);
  private volatile Optional<KafkaCleanerView> kafka = Optional.empty();

  /** Label values, ordered as text. */
  record Series(List<String> values) implements Comparable<Series> {
    @Override
    public int compareTo(Series other) {
      return String.join("\u0000", values).compareTo(String.join("\u0000", other.values));
    }
  }

  /** One value. */
  static final class Cell implements Gauge<Double> {
    private volatile double value;

    @Override
    public Double getValue() {
      return value;
    }
  }

  /** Nothing has a value yet. */
  public Metrics() {
    for (Metric metric : Metric.values()) {
      series.put(metric, new ConcurrentSkipListMap<>());
    }
  }

  /** Sets a value; a counter's is its total. */
  public void set(Metric metric, double value, String... labelValues) {
    if (labelValues.length != metric.labels().size()) {
      throw new IllegalArgumentException(
          metric + " has the labels " + metric.labels() + ", not " + labelValues.length);
    }
    Series key = new Series(List.of(labelValues));
    series
            .get(metric)
            .computeIfAbsent(
                key,
                fresh -> {
                  Cell cell = new Cell();
                  if (!metric.isPerPartition()) {
                    registry.register(name(metric, fresh), cell);
                  }
                  return cell;
                })
            .value =
        value;
  }

  /** Sets a whole number. */
  public void set(Metric metric, long value, String... labelValues) {
    set(metric, (double) value, labelValues);
  }

  /** Drops the series of a metric that are not among these. */
  public void retain(Metric metric, Set<List<String>> labelValues) {
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

  /** A value, if it is known. */
  public OptionalDouble value(Metric metric, String... labelValues) {
    Cell cell = series.get(metric).get(new Series(List.of(labelValues)));
    return cell == null ? OptionalDouble.empty() : OptionalDouble.of(cell.value);
  }

  /** Shows Kafka's own names, too; only where no broker shows them. */
  public void kafka(KafkaCleanerView view) {
    kafka = Optional.of(view);
  }

  Optional<KafkaCleanerView> kafka() {
    return kafka;
  }

  Map<Series, Cell> series(Metric metric) {
    return series.get(metric);
  }

  MetricRegistry registry() {
    return registry;
  }

  /** As MBeans are named: the metric, and its labels as key properties. */
  private static String name(Metric metric, Series key) {
    StringBuilder name = new StringBuilder(metric.text());
    for (int i = 0; i < key.values().size(); i++) {
      name.append(',').append(metric.labels().get(i)).append('=').append(key.values().get(i));
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
