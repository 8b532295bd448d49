// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.metrics;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.function.Supplier;

/**
 * What a broker shows of its cleaner, by the broker's own names, so that dashboards made for one
 * show ours. Immutable; its sources are asked by any thread.
 */
public final class KafkaCleanerView {

  private static final String CLEANER = "LogCleaner";
  private static final String MANAGER = "LogCleanerManager";

  private final List<Gauge> gauges;

  /**
   * One of a broker's gauges.
   *
   * @param type of its MBean
   * @param name of its MBean
   * @param logDirectory whose it is, empty if it is the cleaner's
   * @param source null, not a number, or an exception where the value is not known
   */
  public record Gauge(String type, String name, String logDirectory, Supplier<Double> source) {

    /** As the Prometheus JMX exporter's rules for Kafka name it. */
    public String prometheusName() {
      return "kafka_log_"
          + type.toLowerCase(Locale.ROOT)
          + "_"
          + name.toLowerCase(Locale.ROOT).replace('-', '_');
    }

    /** Its value now; what is not known is never shown as well. */
    OptionalDouble value() {
      Double value;
      try {
        value = source.get();
      } catch (RuntimeException unknown) {
        return OptionalDouble.empty();
      }
      return value == null || value.isNaN() ? OptionalDouble.empty() : OptionalDouble.of(value);
    }
  }

  private KafkaCleanerView(List<Gauge> gauges) {
    this.gauges = gauges;
  }

  /** Where the values come from. Not thread-safe. */
  public static final class Builder {
    private final List<Gauge> gauges = new ArrayList<>();

    /** A gauge of {@code kafka.log:type=LogCleaner}. */
    public Builder cleaner(String name, Supplier<Double> source) {
      gauges.add(new Gauge(CLEANER, name, "", source));
      return this;
    }

    /** A gauge of {@code kafka.log:type=LogCleanerManager}. */
    public Builder manager(String name, Supplier<Double> source) {
      return manager(name, "", source);
    }

    /** A gauge of {@code kafka.log:type=LogCleanerManager} for each log directory. */
    public Builder manager(String name, String logDirectory, Supplier<Double> source) {
      gauges.add(new Gauge(MANAGER, name, logDirectory, source));
      return this;
    }

    /** The view. */
    public KafkaCleanerView build() {
      return new KafkaCleanerView(List.copyOf(gauges));
    }
  }

  List<Gauge> gauges() {
    return gauges;
  }
}
