// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import io.kleaner.supervisor.service.Signals;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/** What is told of remedies that wait for an answer, hang, or failed. Stateless. */
final class RemedySignals {

  private static final long STUCK_MS = 120_000;
  private static final long FAILED_TOLD_MS = 600_000;

  private RemedySignals() {}

  /**
   * Tells of them.
   *
   * @param ended the newest first
   */
  static void tell(
      Collection<Ticket> open, Collection<Ticket> ended, long nowNanos, Signals signals) {
    for (Ticket each : open) {
      String name = "remedy " + each.id();
      if (each.state() == Ticket.State.ASKED) {
        signals.warning(
            "RemedyAsked",
            name,
            name + " waits for an answer: " + each.key(),
            each.order().why() + " " + each.question(),
            approve(each));
      } else if (each.state() == Ticket.State.RUNNING && each.unchangedMs(nowNanos) > STUCK_MS) {
        signals.critical(
            "RemedyStuck",
            name,
            name + " has not ended for " + each.unchangedMs(nowNanos) / 1_000 + " s: " + each.key(),
            "nothing else is done until it ends",
            "Look whether the broker answers at all; see the journal of overrides in the state"
                + " directory for what is set.");
      }
    }
    tellFailed(ended, nowNanos, signals);
  }

  private static void tellFailed(Collection<Ticket> ended, long nowNanos, Signals signals) {
    Map<String, Ticket> failed = new LinkedHashMap<>();
    for (Ticket each : ended) {
      failed.putIfAbsent(each.key(), each);
    }
    for (Ticket each : failed.values()) {
      boolean bad = each.state() == Ticket.State.FAILED || each.state() == Ticket.State.REFUSED;
      if (bad && each.unchangedMs(nowNanos) < FAILED_TOLD_MS) {
        signals.warning(
            "RemedyFailed",
            each.key(),
            each.key() + (each.state() == Ticket.State.REFUSED ? " was refused" : " did not help"),
            each.outcome(),
            "See the incidents for what was seen, and 'kleaner explain' for what is left to do.");
      }
    }
  }

  /** How a question is answered. */
  static String approve(Ticket ticket) {
    return "Run 'kleaner approve "
        + ticket.id()
        + (ticket.confirm().isEmpty() ? "" : " --yes " + ticket.confirm())
        + " --url URL --token-file FILE', or 'kleaner decline "
        + ticket.id()
        + "'.";
  }
}
