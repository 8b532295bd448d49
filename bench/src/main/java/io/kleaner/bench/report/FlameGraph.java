// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench.report;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Draws stacks of samples: a frame is as wide as the share of samples that it is in, callers below
 * what they call.
 */
public final class FlameGraph {

  private static final int WIDTH = 1200;
  private static final int ROW = 18;
  private static final int TOP = 70;
  private static final int SIDE = 12;
  private static final double LEAST_WIDTH = 0.5;
  private static final double CHARACTER = 6.6;
  private static final int COLORS = 3;

  private final Node root = new Node();

  /** A frame and what it calls. */
  private static final class Node {
    private final Map<String, Node> callees = new TreeMap<>();
    private long samples;

    int depth() {
      return 1 + callees.values().stream().mapToInt(Node::depth).max().orElse(0);
    }
  }

  /** Adds samples of one stack, outermost frame first. */
  public void add(List<String> stack, long samples) {
    Node node = root;
    node.samples += samples;
    for (String frame : stack) {
      node = node.callees.computeIfAbsent(frame, name -> new Node());
      node.samples += samples;
    }
  }

  /** Samples so far. */
  public long samples() {
    return root.samples;
  }

  /** The image. */
  public String toSvg(String title) {
    int rows = root.depth() - 1;
    int height = TOP + rows * ROW + 20;
    Svg svg = new Svg(WIDTH, height, title);
    svg.text(SIDE, 30, "start", "ink title", title);
    svg.text(
        SIDE,
        50,
        "start",
        "soft",
        root.samples + " samples; as wide as its share of them; point at a frame for its name");
    double scale = root.samples == 0 ? 0 : (WIDTH - 2.0 * SIDE) / root.samples;
    draw(svg, root, SIDE, height - 20 - ROW, scale);
    return svg.finish();
  }

  private void draw(Svg svg, Node node, double left, double y, double scale) {
    double x = left;
    for (Map.Entry<String, Node> each : node.callees.entrySet()) {
      double width = each.getValue().samples * scale;
      if (width >= LEAST_WIDTH) {
        String name = each.getKey();
        String tip =
            String.format(
                Locale.ROOT, "%s: %.1f %%", name, 100.0 * each.getValue().samples / root.samples);
        int color = 1 + Math.floorMod(name.hashCode(), COLORS);
        svg.rect(x, y, Math.max(width - 0.5, 0.5), ROW - 1, 2, "flame s" + color, tip);
        int fits = (int) ((width - 6) / CHARACTER);
        if (fits > 2) {
          String shown = name.length() <= fits ? name : name.substring(0, fits - 1) + "…";
          svg.text(x + 4, y + 13, "start", "back small", shown);
        }
        draw(svg, each.getValue(), x, y - ROW, scale);
      }
      x += width;
    }
  }
}
