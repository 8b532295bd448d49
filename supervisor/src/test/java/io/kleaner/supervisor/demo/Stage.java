// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.demo;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Prints a demonstration step by step, and remembers when what happened and whether all of it held.
 * Thread-safe, since alerts arrive while a step goes on.
 */
final class Stage {

  private static final int WIDTH = 96;

  private final long startNs = System.nanoTime();
  private final List<String> failures = new ArrayList<>();
  private final Map<String, Long> moments = new LinkedHashMap<>();
  private long stepStartNs = startNs;
  private int step;

  /** A line as it is. */
  synchronized void say(String format, Object... values) {
    System.out.printf(Locale.ROOT, format + "%n", values);
  }

  /** A line of somebody else, indented and broken where it is long. */
  synchronized void quote(String who, String text) {
    String indent = " ".repeat(who.length() + 7);
    StringBuilder line = new StringBuilder("     " + who + "  ");
    for (String word : text.strip().split("\\s+")) {
      if (line.length() + word.length() > WIDTH && !line.toString().isBlank()) {
        System.out.println(line.toString().stripTrailing());
        line = new StringBuilder(indent);
      }
      line.append(word).append(' ');
    }
    System.out.println(line.toString().stripTrailing());
  }

  /** Begins a step. */
  synchronized void begin(String what, Object... values) {
    step++;
    stepStartNs = System.nanoTime();
    say("");
    say("%2d.  " + what, Stream.concat(Stream.of(step), Stream.of(values)).toArray());
  }

  /** Ends a step, or a part of one. */
  synchronized void done(String result, Object... values) {
    double seconds = (System.nanoTime() - stepStartNs) / 1e9;
    say(
        "     -> " + result + " (%.1f s)",
        Stream.concat(Stream.of(values), Stream.of(seconds)).toArray());
  }

  /** Ends a step that has to hold. */
  synchronized boolean check(boolean held, String good, String bad) {
    if (held) {
      done("%s", good);
    } else {
      failures.add(bad);
      done("WRONG: %s", bad);
    }
    return held;
  }

  /** Remembers that something happens now. */
  synchronized void moment(String what) {
    moments.putIfAbsent(what, elapsedMs());
  }

  /** What happened when, in ms since the start, in order. */
  synchronized Map<String, Long> moments() {
    return new LinkedHashMap<>(moments);
  }

  /** What did not hold. */
  synchronized List<String> failures() {
    return List.copyOf(failures);
  }

  /** Since the start. */
  long elapsedMs() {
    return (System.nanoTime() - startNs) / 1_000_000;
  }
}
