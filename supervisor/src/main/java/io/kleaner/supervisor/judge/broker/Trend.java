// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge.broker;

import java.util.ArrayDeque;
import java.util.Deque;

/** How a number went over a window of time; at most some sixty points. Not thread-safe. */
final class Trend {

  private static final int POINTS = 60;

  private final long windowMs;
  private final Deque<Point> points = new ArrayDeque<>();

  private record Point(long atMs, long value) {}

  Trend(long windowMs) {
    this.windowMs = windowMs;
  }

  void add(long atMs, long value) {
    if (!points.isEmpty() && atMs < points.getLast().atMs) {
      // The clock was set back: how long ago the others were is not known any more.
      points.clear();
    }
    // The newest point moves until it is far enough from the one before.
    if (points.size() > 1) {
      Point newest = points.removeLast();
      if (newest.atMs - points.getLast().atMs >= windowMs / POINTS) {
        points.addLast(newest);
      }
    }
    points.addLast(new Point(atMs, value));
    while (points.size() > 2 && atMs - points.getFirst().atMs > windowMs) {
      points.removeFirst();
    }
  }

  /** From the first to the last point in it, in milliseconds. */
  long spanMs() {
    return points.size() < 2 ? 0 : points.getLast().atMs - points.getFirst().atMs;
  }

  /** By how much it grew over that span; below 0 if it shrank. */
  long grown() {
    return points.size() < 2 ? 0 : points.getLast().value - points.getFirst().value;
  }

  /** The newest value, 0 before the first. */
  long last() {
    return points.isEmpty() ? 0 : points.getLast().value;
  }

  /** The oldest value in the window, 0 before the first. */
  long first() {
    return points.isEmpty() ? 0 : points.getFirst().value;
  }
}
