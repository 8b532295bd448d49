// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.metrics;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** Writes metrics as text that Prometheus reads. Used once. */
final class Exposition {

  private static final String TOTAL = "_total";
  private static final double WHOLE_UP_TO = 1e15;

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
      family(metric.text(), metric.kind() == Metric.Kind.COUNTER, metric.unit(), metric.help());
      series.forEach(
          (key, cell) -> sample(metric.text(), metric.labels(), key.values(), cell.value()));
    }
    metrics.kafka().ifPresent(this::kafka);
    if (open) {
      text.append("# EOF\n");
    }
    return text.toString();
  }

  private void family(String name, boolean counter, String unit, String help) {
    // OpenMetrics names a counter's family without the suffix that its samples have.
    String family =
        open && counter && name.endsWith(TOTAL)
            ? name.substring(0, name.length() - TOTAL.length())
            : name;
    comment("TYPE", family, counter ? "counter" : "gauge");
    if (open && !unit.isEmpty()) {
      comment("UNIT", family, unit);
    }
    String escaped = help.replace("\\", "\\\\").replace("\n", "\\n");
    comment("HELP", family, open ? escaped.replace("\"", "\\\"") : escaped);
  }

  private void comment(String what, String family, String value) {
    text.append("# ").append(what).append(' ').append(family);
    text.append(' ').append(value).append('\n');
  }

  private record KafkaSample(KafkaCleanerView.Gauge gauge, double value) {}

  /**
   * A family's samples have to stand together, each once, and a family without any is not there.
   */
  private void kafka(KafkaCleanerView view) {
    Map<String, Map<String, KafkaSample>> families = new LinkedHashMap<>();
    for (KafkaCleanerView.Gauge gauge : view.gauges()) {
      OptionalDouble value = gauge.value();
      if (value.isPresent()) {
        families
            .computeIfAbsent(gauge.prometheusName(), first -> new LinkedHashMap<>())
            .put(gauge.logDirectory(), new KafkaSample(gauge, value.getAsDouble()));
      }
    }
    families.forEach(this::kafkaFamily);
  }

  private void kafkaFamily(String name, Map<String, KafkaSample> byLogDir) {
    KafkaCleanerView.Gauge any = byLogDir.values().iterator().next().gauge();
    family(name, false, "", "A broker's " + any.type() + " " + any.name() + ".");
    byLogDir.forEach(
        (dir, sample) -> {
          List<String> labels = dir.isEmpty() ? List.of() : List.of("logDirectory");
          sample(name, labels, dir.isEmpty() ? List.of() : List.of(dir), sample.value());
        });
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
    return value == Math.rint(value) && Math.abs(value) < WHOLE_UP_TO
        ? Long.toString((long) value)
        : Double.toString(value);
  }
}
