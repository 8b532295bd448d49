// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.broker;

import io.kleaner.supervisor.probe.broker.CleanerThread;
import io.kleaner.supervisor.probe.broker.ConfigValue.Origin;
import io.kleaner.supervisor.probe.broker.Seen;
import io.kleaner.supervisor.probe.broker.StackClass;
import io.kleaner.supervisor.remedy.broker.ConfigOverride.Former;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * When a broker's cleaner may be restarted by changing one of its settings (KIP-226), and with
 * which text. Pure.
 *
 * <p>The broker waits for its cleaner threads on the thread that applies metadata. One that sleeps
 * in the throttle, or hangs in a read, would stop the broker from applying anything at all, and it
 * would then ignore SIGTERM too (measured on 4.3.1).
 */
public final class LeverRules {

  /** The setting whose change restarts the cleaner and changes nothing else. */
  public static final String THREADS = "log.cleaner.threads";

  /** Older than this, a look at the threads says nothing about now. */
  static final long FRESH_MS = 5_000;

  private LeverRules() {}

  /** Why the lever must not be pulled now; empty if it may. */
  public static Optional<String> refusal(Seen<List<CleanerThread>> threads, long nowMs) {
    if (threads instanceof Seen.Missing<List<CleanerThread>> missing) {
      return Optional.of("nobody can tell whether a cleaner thread is blocked: " + missing.why());
    }
    if (threads.ageMs(nowMs) > FRESH_MS) {
      return Optional.of(
          "the cleaner's threads were seen last "
              + threads.ageMs(nowMs) / 1_000
              + " s ago, which says nothing about now");
    }
    return threads.get().orElseThrow().stream()
        .filter(thread -> !isSafe(thread.stack()))
        .findFirst()
        .map(LeverRules::blocked);
  }

  /** Whether a thread that is at this comes to its end soon when it is told to. */
  static boolean isSafe(StackClass stack) {
    return stack == StackClass.IDLE || stack == StackClass.CLEANING;
  }

  private static String blocked(CleanerThread thread) {
    String at =
        switch (thread.stack()) {
          case THROTTLED -> "sleeps in the throttle";
          case BLOCKED_IO -> "is in the middle of a read, write, sync or lock";
          default -> "is at something that Kleaner doesn't know";
        };
    return thread.name()
        + " (id "
        + thread.id()
        + ") is alive and "
        + at
        + " ("
        + thread.frames().stream().limit(4).collect(Collectors.joining(" < "))
        + "): the broker would wait for it, and apply no metadata until it ends";
  }

  /** How many threads there are to be: what {@link #THREADS} says, at least one. */
  static int count(Former threads) {
    try {
      return Math.max(1, Integer.parseInt(threads.effective().orElse("1").strip()));
    } catch (NumberFormatException e) {
      return 1;
    }
  }

  /**
   * The text that restarts the cleaner without changing a number: the broker compares texts. A
   * value that nobody set is set to itself; one that somebody set gets another zero in front.
   */
  static String text(Former threads) {
    String now = threads.effective().orElseThrow();
    return threads.origin() == Origin.DEFAULT ? now : "0" + now;
  }
}
