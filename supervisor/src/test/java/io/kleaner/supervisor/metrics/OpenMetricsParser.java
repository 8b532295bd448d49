// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.metrics;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads OpenMetrics 1.0 text with gauges and counters, and takes nothing that the specification
 * forbids: metadata after samples, families in two places, a unit that is not in the name, counters
 * without {@code _total}, the same series twice, a missing end.
 */
public final class OpenMetricsParser {

  private static final Pattern META =
      Pattern.compile("# (TYPE|UNIT|HELP) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.*)");
  private static final Pattern NAME = Pattern.compile("[a-zA-Z_:][a-zA-Z0-9_:]*");
  private static final Pattern LABEL = Pattern.compile("[a-zA-Z_][a-zA-Z0-9_]*");
  private static final Pattern NUMBER =
      Pattern.compile("NaN|[+-]Inf|[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][+-]?[0-9]+)?");

  private final List<Sample> samples = new ArrayList<>();
  private final Map<String, Map<String, String>> families = new LinkedHashMap<>();
  private final Set<List<Object>> series = new HashSet<>();
  private String family = "";
  private boolean sampled;

  /** One line with a value. */
  public record Sample(String name, Map<String, String> labels, double value) {}

  private OpenMetricsParser() {}

  /**
   * Reads all of a text.
   *
   * @throws AssertionError at the first thing that is not allowed
   */
  public static OpenMetricsParser parse(String text) {
    OpenMetricsParser parser = new OpenMetricsParser();
    check(text.endsWith("# EOF\n"), "no end", text);
    // Only a line feed ends a line; a carriage return may be part of a label value.
    String[] lines = text.split("\n");
    for (int i = 0; i < lines.length - 1; i++) {
      parser.line(lines[i]);
    }
    check(lines[lines.length - 1].equals("# EOF"), "something else at the end", text);
    return parser;
  }

  public List<Sample> samples() {
    return List.copyOf(samples);
  }

  /** A family's metadata by kind: TYPE, UNIT, HELP. */
  public Map<String, Map<String, String>> families() {
    return families;
  }

  public OptionalDouble value(String name, Map<String, String> labels) {
    return samples.stream()
        .filter(sample -> sample.name().equals(name) && sample.labels().equals(labels))
        .mapToDouble(Sample::value)
        .findFirst();
  }

  private void line(String line) {
    if (line.startsWith("#")) {
      meta(line);
    } else {
      sample(line);
    }
  }

  private void meta(String line) {
    Matcher meta = META.matcher(line);
    check(meta.matches(), "no metadata", line);
    String name = meta.group(2);
    if (!name.equals(family)) {
      check(!families.containsKey(name), "a family in two places", line);
      check(meta.group(1).equals("TYPE"), "a family that does not begin with its type", line);
      families.put(name, new LinkedHashMap<>());
      family = name;
      sampled = false;
    }
    check(!sampled, "metadata after samples", line);
    check(
        families.get(name).put(meta.group(1), meta.group(3)) == null, "metadata given twice", line);
    switch (meta.group(1)) {
      case "TYPE" -> check(Set.of("gauge", "counter").contains(meta.group(3)), "type", line);
      case "UNIT" -> check(name.endsWith("_" + meta.group(3)), "unit not in the name", line);
      default -> unescape(meta.group(3), line);
    }
  }

  private void sample(String line) {
    Matcher name = NAME.matcher(line);
    check(name.lookingAt(), "no name", line);
    boolean counter = "counter".equals(families.getOrDefault(family, Map.of()).get("TYPE"));
    check(name.group().equals(counter ? family + "_total" : family), "not of its family", line);
    Map<String, String> labels = new LinkedHashMap<>();
    int at = name.end();
    if (at < line.length() && line.charAt(at) == '{') {
      at = labels(line, at + 1, labels);
    }
    check(at < line.length() && line.charAt(at) == ' ', "no space before the value", line);
    String number = line.substring(at + 1);
    check(NUMBER.matcher(number).matches(), "no number", line);
    double value = Double.parseDouble(number.replace("Inf", "Infinity"));
    check(!counter || value >= 0, "a counter below zero or not a number", line);
    check(series.add(List.of(name.group(), labels)), "the same series twice", line);
    samples.add(new Sample(name.group(), labels, value));
    sampled = true;
  }

  /** Reads labels from behind the brace; returns what comes after the closing one. */
  private static int labels(String line, int from, Map<String, String> labels) {
    int at = from;
    while (true) {
      Matcher label = LABEL.matcher(line).region(at, line.length());
      check(label.lookingAt(), "no label", line);
      check(line.startsWith("=\"", label.end()), "no label value", line);
      int begin = label.end() + 2;
      int end = begin;
      while (end < line.length() && line.charAt(end) != '"') {
        end += line.charAt(end) == '\\' ? 2 : 1;
      }
      check(end < line.length(), "a label value without end", line);
      String value = unescape(line.substring(begin, end), line);
      check(labels.put(label.group(), value) == null, "a label twice", line);
      if (line.startsWith("}", end + 1)) {
        return end + 2;
      }
      check(line.startsWith(",", end + 1), "no comma", line);
      at = end + 2;
    }
  }

  private static String unescape(String text, String line) {
    StringBuilder plain = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      check(c != '"', "a bare quote", line);
      if (c == '\\') {
        i++;
        check(i < text.length() && "\\\"n".indexOf(text.charAt(i)) >= 0, "an escape", line);
        c = text.charAt(i) == 'n' ? '\n' : text.charAt(i);
      }
      plain.append(c);
    }
    return plain.toString();
  }

  private static void check(boolean fine, String what, String where) {
    if (!fine) {
      throw new AssertionError(what + ": " + where);
    }
  }
}
