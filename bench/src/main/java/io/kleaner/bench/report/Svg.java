// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench.report;

import java.util.List;
import java.util.Locale;

/**
 * Writes one SVG image whose colours follow the reader's preference for light or dark. Colours are
 * classes: {@code ink}, {@code soft}, {@code rule}, and {@code s0} to {@code s3} for series.
 */
final class Svg {

  private static final List<String> LIGHT_SERIES =
      List.of("#8c959f", "#0a7d91", "#e07b24", "#6e56cf");
  private static final List<String> DARK_SERIES =
      List.of("#6e7781", "#39c5d8", "#f0a050", "#a393f0");

  /** Spelt out twice: not everything that shows SVG knows variables. */
  private static final String STYLE =
      """
      <style>
        text { font: 13px system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; }
        .title { font-size: 17px; font-weight: 600; }
        .small { font-size: 11px; }
        .bold { font-weight: 600; }
        .line { fill: none; stroke-width: 2.5; stroke-linejoin: round; }
        .rule { stroke-width: 1; }
      %s  @media (prefers-color-scheme: dark) {
      %s  }
      </style>
      """
          .formatted(
              colors("#ffffff", "#1f2328", "#59636e", "#d8dee4", LIGHT_SERIES),
              colors("#0d1117", "#e6edf3", "#9198a1", "#30363d", DARK_SERIES));

  private final StringBuilder out = new StringBuilder();

  /** An empty image with a background and a title for those who can't see it. */
  Svg(int width, int height, String title) {
    out.append(
        String.format(
            Locale.ROOT,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\""
                + " height=\"%d\" role=\"img\">%n",
            width,
            height,
            width,
            height));
    out.append("<title>").append(escape(title)).append("</title>\n").append(STYLE);
    rect(0, 0, width, height, 10, "back", "");
  }

  private static String colors(
      String back, String ink, String soft, String rule, List<String> series) {
    StringBuilder css = new StringBuilder();
    css.append("  .back { fill: ").append(back).append("; }\n");
    css.append("  .ink { fill: ").append(ink).append("; }\n");
    css.append("  .soft { fill: ").append(soft).append("; }\n");
    css.append("  .rule { stroke: ").append(rule).append("; }\n");
    for (int i = 0; i < series.size(); i++) {
      css.append("  .s").append(i).append(" { fill: ").append(series.get(i)).append("; }\n");
      css.append("  .l").append(i).append(" { stroke: ").append(series.get(i)).append("; }\n");
    }
    return css.toString();
  }

  /** A rectangle with round corners, and what is said of it when it is pointed at. */
  Svg rect(
      double x, double y, double width, double height, double radius, String classes, String tip) {
    out.append(
        String.format(
            Locale.ROOT,
            "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"%.1f\" class=\"%s\"",
            x,
            y,
            width,
            height,
            radius,
            classes));
    return end("rect", tip);
  }

  Svg circle(double x, double y, double radius, String classes, String tip) {
    out.append(
        String.format(
            Locale.ROOT,
            "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\" class=\"%s\"",
            x,
            y,
            radius,
            classes));
    return end("circle", tip);
  }

  private Svg end(String element, String tip) {
    out.append(tip.isEmpty() ? "/>\n" : "><title>" + escape(tip) + "</title></" + element + ">\n");
    return this;
  }

  Svg line(double x1, double y1, double x2, double y2, String classes) {
    out.append(
        String.format(
            Locale.ROOT,
            "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" class=\"%s\"/>%n",
            x1,
            y1,
            x2,
            y2,
            classes));
    return this;
  }

  /** A line through points given as {@code x, y, x, y, ...}. */
  Svg path(double[] points, String classes) {
    out.append("<polyline points=\"");
    for (int i = 0; i < points.length; i += 2) {
      out.append(String.format(Locale.ROOT, "%.1f,%.1f ", points[i], points[i + 1]));
    }
    out.append("\" class=\"").append(classes).append("\"/>\n");
    return this;
  }

  /**
   * Text.
   *
   * @param anchor {@code start}, {@code middle} or {@code end}
   */
  Svg text(double x, double y, String anchor, String classes, String text) {
    out.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" class=\"%s\">%s</text>%n",
            x,
            y,
            anchor,
            classes,
            escape(text)));
    return this;
  }

  /** The whole file. */
  String finish() {
    return out + "</svg>\n";
  }

  static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
