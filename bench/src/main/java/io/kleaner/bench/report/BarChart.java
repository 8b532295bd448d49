// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Horizontal bars in groups, or stacked; longer is more. A group without a label belongs to the one
 * above.
 *
 * @param title above all
 * @param note below the title
 * @param unit after each number
 * @param series names, one colour each
 * @param stacked whether a group's values follow each other in one bar
 * @param groups from top to bottom
 */
record BarChart(
    String title,
    String note,
    String unit,
    List<String> series,
    boolean stacked,
    List<Group> groups) {

  private static final int WIDTH = 860;
  private static final int LEFT = 300;
  private static final int RIGHT = 80;
  private static final int TOP = 96;
  private static final int BOTTOM = 34;
  private static final int GAP = 14;
  private static final int WANTED_TICKS = 6;

  /**
   * Bars of one thing.
   *
   * @param label in bold
   * @param detail beside it
   * @param values one a series; NaN for none
   */
  record Group(String label, String detail, List<Double> values) {}

  BarChart {
    series = List.copyOf(series);
    groups = List.copyOf(groups);
  }

  String toSvg() {
    int bar = stacked ? 16 : 12;
    int perGroup = (stacked ? bar : bar * series.size()) + GAP;
    int height = TOP + perGroup * groups.size() + BOTTOM;
    Svg svg = new Svg(WIDTH, height, title);
    svg.text(24, 34, "start", "ink title", title);
    svg.text(24, 54, "start", "soft", note);
    legend(svg);
    double most = Math.max(groups.stream().mapToDouble(this::longest).max().orElse(1), 1e-9);
    double scale = (WIDTH - LEFT - RIGHT) / most;
    grid(svg, most, scale, height - BOTTOM);
    double y = TOP;
    for (Group group : groups) {
      group(svg, group, y, bar, scale);
      y += perGroup;
    }
    return svg.finish();
  }

  private double longest(Group group) {
    double sum = 0;
    double most = 0;
    for (double value : group.values()) {
      if (!Double.isNaN(value)) {
        sum += value;
        most = Math.max(most, value);
      }
    }
    return stacked ? sum : most;
  }

  private void group(Svg svg, Group group, double top, int bar, double scale) {
    double tall = stacked ? bar : bar * series.size();
    double middle = top + tall / 2 + 4.5;
    svg.text(24, middle, "start", "ink bold", group.label());
    svg.text(LEFT - 12, middle, "end", "soft small", group.detail());
    double x = LEFT;
    double y = top;
    double sum = 0;
    for (int i = 0; i < group.values().size(); i++) {
      double value = group.values().get(i);
      if (!Double.isNaN(value)) {
        String of = group.label().isEmpty() ? group.detail() : group.label();
        String tip = of + ", " + series.get(i) + ": " + number(value) + unit;
        svg.rect(x, y, Math.max(value * scale, 1), stacked ? bar : bar - 2, 2, "s" + color(i), tip);
        sum += value;
        if (stacked) {
          x += value * scale;
        } else {
          svg.text(
              LEFT + value * scale + 6, y + bar - 3, "start", "ink small", number(value) + unit);
        }
      }
      y += stacked ? 0 : bar;
    }
    if (stacked) {
      svg.text(x + 6, top + bar - 4, "start", "ink small", number(sum) + unit);
    }
  }

  private void legend(Svg svg) {
    double x = LEFT;
    for (int i = 0; i < series.size(); i++) {
      svg.rect(x, TOP - 28, 11, 11, 2, "s" + color(i), "");
      svg.text(x + 17, TOP - 18, "start", "ink small", series.get(i));
      x += 40 + 6.2 * series.get(i).length();
    }
  }

  /** With two series the first is the peer's grey only in stacks of both. */
  private int color(int index) {
    return (index + 1) % 4;
  }

  private static void grid(Svg svg, double most, double scale, double bottom) {
    for (double tick : ticks(most)) {
      double x = LEFT + tick * scale;
      svg.line(x, TOP - 8, x, bottom, "rule");
      svg.text(x, bottom + 18, "middle", "soft small", number(tick));
    }
  }

  /** Round numbers from 0 up to a maximum, about six. */
  static List<Double> ticks(double most) {
    double rough = most / WANTED_TICKS;
    double power = Math.pow(10, Math.floor(Math.log10(rough)));
    double step = 10 * power;
    for (double factor : new double[] {1, 2, 5}) {
      if (factor * power >= rough) {
        step = factor * power;
        break;
      }
    }
    List<Double> ticks = new ArrayList<>();
    for (int i = 0; i * step <= most * 1.000001; i++) {
      ticks.add(i * step);
    }
    return ticks;
  }

  static String number(double value) {
    if (value >= 100 || value == Math.rint(value)) {
      return String.format(Locale.ROOT, "%.0f", value);
    }
    return String.format(Locale.ROOT, value < 0.1 ? "%.3f" : value < 1 ? "%.2f" : "%.1f", value);
  }
}
