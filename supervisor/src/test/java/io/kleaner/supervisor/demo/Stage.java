// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.demo;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * Prints a demonstration step by step, and remembers when what happened and whether all of it held.
 * Thread-safe, since alerts arrive while a step goes on.
 */
final class Stage {

  private static final int WIDTH = 96;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int POLL_MS = 50;

  private final LongSupplier clockNs;
  private final long startNs;
  private final List<String> failures = new ArrayList<>();
  private final Map<String, Long> moments = new LinkedHashMap<>();
  private long stepStartNs;
  private int step;

  Stage() {
    this(System::nanoTime);
  }

  /** With another clock, in nanoseconds. */
  Stage(LongSupplier clockNs) {
    this.clockNs = clockNs;
    this.startNs = clockNs.getAsLong();
    this.stepStartNs = startNs;
  }

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
    stepStartNs = clockNs.getAsLong();
    say("");
    say("%2d.  " + what, Stream.concat(Stream.of(step), Stream.of(values)).toArray());
  }

  /** Ends a step, or a part of one. */
  synchronized void done(String result, Object... values) {
    double seconds = (clockNs.getAsLong() - stepStartNs) / 1e9;
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

  /**
   * Ends a part of a step that has to hold: something happened in the time that is promised for it.
   *
   * @param since the moment that is counted from
   */
  synchronized boolean inTime(String what, String since, long promisedMs) {
    Long atMs = moments.get(what);
    Long sinceMs = moments.get(since);
    if (atMs == null || sinceMs == null) {
      return check(false, "", "%s: never seen".formatted(atMs == null ? what : since));
    }
    String told =
        String.format(
            Locale.ROOT,
            "%s: %.1f s after the %s, promised within %d s",
            what,
            (atMs - sinceMs) / 1000.0,
            since,
            promisedMs / 1000);
    return check(atMs - sinceMs <= promisedMs, told, told + ": TOO LATE");
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
    return (clockNs.getAsLong() - startNs) / 1_000_000;
  }

  /** Something that comes true. */
  interface Condition {
    /** Whether it is so now. */
    boolean holds() throws Exception;
  }

  /** Waits a minute for it at most; whether it came true. */
  static boolean eventually(Condition condition) throws Exception {
    long deadlineNs = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.holds()) {
      if (System.nanoTime() > deadlineNs) {
        return false;
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MS);
    }
    return true;
  }
}
