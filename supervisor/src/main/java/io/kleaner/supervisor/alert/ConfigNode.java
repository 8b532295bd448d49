// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.alert;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Keys and values at one place of the configuration, as YAML gave them. Whatever is wrong is noted
 * with its place, and a value that can be worked with is returned; nothing is thrown. Values of
 * keys that may hold a secret are never quoted.
 *
 * @param where for messages, such as {@code alerts.sinks[2]}
 * @param problems gets everything that is wrong
 */
record ConfigNode(String where, Map<?, ?> values, List<String> problems) {

  void problem(String what) {
    problems.add(where + ": " + what);
  }

  /** Notes every key that nobody knows. */
  void allow(Set<String> known) {
    for (Object key : values.keySet()) {
      String name = String.valueOf(key);
      if (name.equals("secret") && known.contains("secret.file")) {
        problem("a secret is not written here; name its file with 'secret.file'");
      } else if (!known.contains(name)) {
        problem("unknown key '" + name + "'; known are " + String.join(", ", sorted(known)));
      }
    }
  }

  private static List<String> sorted(Set<String> names) {
    return names.stream().sorted().toList();
  }

  /** A whole number from {@code least} to {@code most}. */
  long number(String key, long otherwise, long least, long most) {
    Object value = values.get(key);
    if (value == null) {
      return otherwise;
    }
    try {
      long number = Long.parseLong(String.valueOf(value));
      if (number >= least && number <= most) {
        return number;
      }
      problem(key + " is from " + least + " to " + most + ", not " + number);
    } catch (NumberFormatException e) {
      problem(key + " is a whole number, not '" + value + "'");
    }
    return otherwise;
  }

  /** Where to post to. */
  Optional<URI> url(String key) {
    try {
      URI url = new URI(String.valueOf(values.get(key)));
      boolean http = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
      if (http && url.getHost() != null && url.getFragment() == null) {
        return Optional.of(url);
      }
    } catch (URISyntaxException notQuoted) {
      // Falls through; the URL may hold a secret.
    }
    problem(key + " begins with http:// or https://, names a host and has no fragment");
    return Optional.empty();
  }

  /** A file. */
  Optional<Path> path(String key) {
    Object value = values.get(key);
    if (value == null) {
      return Optional.empty();
    }
    try {
      if (value instanceof String text && !text.isBlank()) {
        return Optional.of(Path.of(text));
      }
    } catch (InvalidPathException e) {
      // Falls through.
    }
    problem(key + " is the name of a file");
    return Optional.empty();
  }

  /** A program and its arguments. */
  Optional<List<String>> command(String key) {
    if (values.get(key) instanceof List<?> list
        && !list.isEmpty()
        && list.stream().allMatch(ConfigNode::isArgument)
        && !String.valueOf(list.get(0)).isBlank()) {
      return Optional.of(list.stream().map(String::valueOf).toList());
    }
    problem(key + " is a list, the program first, such as [ /usr/local/bin/page, --now ]");
    return Optional.empty();
  }

  private static boolean isArgument(Object value) {
    return (value instanceof String || value instanceof Number)
        && String.valueOf(value).indexOf('\0') < 0;
  }

  /** What stands below a key, keys again. */
  Optional<ConfigNode> below(Object key) {
    Object value = values.get(key);
    return value == null
        ? Optional.empty()
        : of(where + "." + key, value, "keys such as 'hold.off.ms'", problems);
  }

  /**
   * Takes something for keys and values.
   *
   * @param expected what to say if it is something else
   */
  static Optional<ConfigNode> of(
      String where, Object value, String expected, List<String> problems) {
    if (value instanceof Map<?, ?> map) {
      return Optional.of(new ConfigNode(where, map, problems));
    }
    problems.add(where + ": expected " + expected + (value == null ? ", found nothing" : ""));
    return Optional.empty();
  }
}
