// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.metrics;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * What a broker shows of its cleaner, by the broker's own names, so that dashboards made for one
 * show ours. Immutable.
 */
public final class KafkaCleanerView {

  private static final String CLEANER = "LogCleaner";
  private static final String MANAGER = "LogCleanerManager";

  private final List<Gauge> gauges = new ArrayList<>();

  /**
   * One of a broker's gauges.
   *
   * @param type of its MBean
   * @param name of its MBean
   * @param logDirectory whose it is, empty if it is the cleaner's
   * @param first whether it is the first of its name
   */
  public record Gauge(
      String type, String name, String logDirectory, boolean first, Supplier<Double> source) {

    /** As the JMX exporter's default rules name it. */
    public String prometheusName() {
      return "kafka_log_"
          + type.toLowerCase(Locale.ROOT)
          + "_"
          + name.toLowerCase(Locale.ROOT).replace('-', '_');
    }

    /** Its value now; null if it is not known, which is never shown as well. */
    Double value() {
      try {
        return source.get();
      } catch (RuntimeException unknown) {
        return null;
      }
    }
  }

  private KafkaCleanerView() {}

  /** Where the values come from. */
  public static final class Builder {
    private final KafkaCleanerView view = new KafkaCleanerView();

    /** A gauge of {@code kafka.log:type=LogCleaner}. */
    public Builder cleaner(String name, Supplier<Double> source) {
      view.gauges.add(new Gauge(CLEANER, name, "", true, source));
      return this;
    }

    /** A gauge of {@code kafka.log:type=LogCleanerManager}. */
    public Builder manager(String name, Supplier<Double> source) {
      view.gauges.add(new Gauge(MANAGER, name, "", true, source));
      return this;
    }

    /** A gauge of {@code kafka.log:type=LogCleanerManager} for each log directory. */
    public Builder manager(String name, String logDirectory, Supplier<Double> source) {
      boolean first = view.gauges.stream().noneMatch(gauge -> gauge.name().equals(name));
      view.gauges.add(new Gauge(MANAGER, name, logDirectory, first, source));
      return this;
    }

    /** The view. */
    public KafkaCleanerView build() {
      return view;
    }
  }

  void forEach(Consumer<Gauge> action) {
    gauges.forEach(action);
  }
}
