// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.metrics;

import java.util.List;
import java.util.Map;

/** Writes metrics as text that Prometheus reads. Used once. */
final class Exposition {

  private final Metrics metrics;
  private final boolean open;
  private final StringBuilder text = new StringBuilder(16 * 1024);

  /**
   * @param open whether OpenMetrics is wanted, else Prometheus' older format
   */
  Exposition(Metrics metrics, boolean open) {
    this.metrics = metrics;
    this.open = open;
  }

  String text() {
    for (Metric metric : Metric.values()) {
      Map<Metrics.Series, Metrics.Cell> series = metrics.series(metric);
      if (series.isEmpty()) {
        continue;
      }
      family(metric.text(), metric.kind() == Metric.Kind.COUNTER, metric.help());
      series.forEach(
          (key, cell) -> sample(metric.text(), metric.labels(), key.values(), cell.getValue()));
    }
    metrics.kafka().ifPresent(kafka -> kafka.forEach(this::kafka));
    if (open) {
      text.append("# EOF\n");
    }
    return text.toString();
  }

  private void family(String name, boolean counter, String help) {
    // OpenMetrics names a counter's family without the suffix that its samples have.
    String family =
        open && counter && name.endsWith("_total")
            ? name.substring(0, name.length() - "_total".length())
            : name;
    text.append("# TYPE ")
        .append(family)
        .append(' ')
        .append(counter ? "counter" : "gauge")
        .append('\n');
    text.append("# HELP ")
        .append(family)
        .append(' ')
        .append(help.replace("\\", "\\\\").replace("\n", "\\n"))
        .append('\n');
  }

  private void kafka(KafkaCleanerView.Gauge gauge) {
    Double value = gauge.value();
    if (value == null) {
      return;
    }
    if (gauge.first()) {
      family(gauge.prometheusName(), false, "As a broker's " + gauge.name() + ".");
    }
    sample(
        gauge.prometheusName(),
        gauge.logDirectory().isEmpty() ? List.of() : List.of("logDirectory"),
        gauge.logDirectory().isEmpty() ? List.of() : List.of(gauge.logDirectory()),
        value);
  }

  private void sample(String name, List<String> labels, List<String> values, double value) {
    text.append(name);
    if (!labels.isEmpty()) {
      text.append('{');
      for (int i = 0; i < labels.size(); i++) {
        text.append(i == 0 ? "" : ",").append(labels.get(i)).append("=\"");
        escape(values.get(i));
        text.append('"');
      }
      text.append('}');
    }
    text.append(' ').append(number(value)).append('\n');
  }

  private void escape(String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '\\' -> text.append("\\\\");
        case '"' -> text.append("\\\"");
        case '\n' -> text.append("\\n");
        default -> text.append(c);
      }
    }
  }

  private static String number(double value) {
    if (Double.isNaN(value)) {
      return "NaN";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "+Inf" : "-Inf";
    }
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }
}
