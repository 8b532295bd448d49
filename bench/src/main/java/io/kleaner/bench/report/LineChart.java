// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench.report;

import java.util.List;

/**
 * Lines over a logarithmic axis, from 0 upwards.
 *
 * @param title above all
 * @param note below the title
 * @param unit of the vertical axis
 * @param series one line each
 */
record LineChart(String title, String note, String unit, List<Series> series) {

  private static final int WIDTH = 820;
  private static final int HEIGHT = 400;
  private static final int LEFT = 70;
  private static final int RIGHT = 40;
  private static final int TOP = 104;
  private static final int BOTTOM = 52;

  /**
   * One line.
   *
   * @param color 0 to 3
   */
  record Series(String name, int color, List<Point> points) {}

  /**
   * One point.
   *
   * @param label of {@code x} on the axis
   */
  record Point(String label, double x, double y) {}

  LineChart {
    series = List.copyOf(series);
  }

  String toSvg() {
    Svg svg = new Svg(WIDTH, HEIGHT, title);
    svg.text(24, 34, "start", "ink title", title);
    svg.text(24, 54, "start", "soft", note);
    List<Point> all = series.stream().flatMap(each -> each.points().stream()).toList();
    double least = Math.log(all.stream().mapToDouble(Point::x).min().orElse(1));
    double span = Math.log(all.stream().mapToDouble(Point::x).max().orElse(2)) - least;
    double most = all.stream().mapToDouble(Point::y).max().orElse(1) * 1.1;
    double bottom = HEIGHT - BOTTOM;
    for (double tick : BarChart.ticks(most)) {
      double y = bottom - tick / most * (bottom - TOP);
      svg.line(LEFT, y, WIDTH - RIGHT, y, "rule");
      svg.text(LEFT - 10, y + 4, "end", "soft small", BarChart.number(tick));
    }
    svg.text(LEFT - 10, TOP - 14, "end", "soft small", unit);
    double legend = LEFT + 20;
    for (Series each : series) {
      svg.rect(legend, TOP - 34, 14, 5, 2, "s" + each.color(), "");
      svg.text(legend + 20, TOP - 28, "start", "ink small", each.name());
      legend += 50 + 6.2 * each.name().length();
      double[] points = new double[2 * each.points().size()];
      for (int i = 0; i < each.points().size(); i++) {
        Point point = each.points().get(i);
        double share = span > 0 ? (Math.log(point.x()) - least) / span : 0.5;
        points[2 * i] = LEFT + 20 + share * (WIDTH - LEFT - RIGHT - 40);
        points[2 * i + 1] = bottom - point.y() / most * (bottom - TOP);
      }
      svg.path(points, "line l" + each.color());
      for (int i = 0; i < each.points().size(); i++) {
        Point point = each.points().get(i);
        String tip = each.name() + ", " + point.label() + ": " + BarChart.number(point.y());
        svg.circle(points[2 * i], points[2 * i + 1], 4.5, "s" + each.color(), tip);
        svg.text(
            points[2 * i],
            points[2 * i + 1] - 10,
            "middle",
            "ink small",
            BarChart.number(point.y()));
        svg.text(points[2 * i], bottom + 20, "middle", "soft small", point.label());
      }
    }
    return svg.finish();
  }
}
