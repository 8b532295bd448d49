// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench.report;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Writes maps, lists, strings, numbers and booleans as indented JSON. */
final class Json {

  private static final int DECIMALS = 4;
  private static final int SHORT = 100;

  private Json() {}

  static String write(Object value) {
    StringBuilder out = new StringBuilder();
    append(out, value, "");
    return out.append('\n').toString();
  }

  private static void append(StringBuilder out, Object value, String indent) {
    if (value instanceof Map<?, ?> map) {
      int start = out.length();
      appendMap(out, map, indent, true);
      if (out.length() - start < SHORT && !out.substring(start).contains("[")) {
        out.setLength(start);
        appendMap(out, map, indent, false);
      }
    } else if (value instanceof List<?> list) {
      appendList(out, list, indent);
    } else if (value instanceof Double number) {
      if (!Double.isFinite(number)) {
        throw new IllegalArgumentException("JSON has no " + number);
      }
      out.append(
          BigDecimal.valueOf(number)
              .setScale(DECIMALS, RoundingMode.HALF_UP)
              .stripTrailingZeros()
              .toPlainString());
    } else if (value instanceof Number || value instanceof Boolean) {
      out.append(value);
    } else {
      appendString(out, String.valueOf(value));
    }
  }

  private static void appendMap(StringBuilder out, Map<?, ?> map, String indent, boolean lines) {
    out.append('{');
    Iterator<? extends Map.Entry<?, ?>> entries = map.entrySet().iterator();
    while (entries.hasNext()) {
      Map.Entry<?, ?> entry = entries.next();
      if (lines) {
        out.append('\n').append(indent).append("  ");
      }
      appendString(out, String.valueOf(entry.getKey()));
      out.append(": ");
      append(out, entry.getValue(), indent + "  ");
      out.append(entries.hasNext() ? (lines ? "," : ", ") : "");
    }
    if (lines && !map.isEmpty()) {
      out.append('\n').append(indent);
    }
    out.append('}');
  }

  private static void appendList(StringBuilder out, List<?> list, String indent) {
    out.append('[');
    Iterator<?> elements = list.iterator();
    while (elements.hasNext()) {
      out.append('\n').append(indent).append("  ");
      append(out, elements.next(), indent + "  ");
      out.append(elements.hasNext() ? "," : "\n" + indent);
    }
    out.append(']');
  }

  private static void appendString(StringBuilder out, String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (c < ' ') {
            out.append(String.format("\\u%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}
