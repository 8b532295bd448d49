// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import io.kleaner.supervisor.journal.Incident;
import io.kleaner.supervisor.remedy.broker.ConfigOverride;
import io.kleaner.supervisor.remedy.broker.Overrides.Ending;
import io.kleaner.supervisor.remedy.broker.Overrides.Restored;
import io.kleaner.supervisor.service.Chronicle;
import io.kleaner.supervisor.service.Signals;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Has what runs left that ended in the middle looked for and taken back, again and again, and tells
 * of what is still set. Not thread-safe; owned by the supervisor's thread.
 */
final class Leftovers {

  private static final long LOOK_MS = 10_000;
  private static final String TRIED_AGAIN = "It is tried again every " + LOOK_MS / 1_000 + " s.";
  private static final String LEFT_TO_A_PERSON =
      "It is not taken back from here: if it is not to stay, do what is said of it.";
  private static final String IN_JOURNAL = "it is in overrides.log in the state directory";

  private final BrokerHands hands;
  private final HandsThread thread;
  private final Chronicle chronicle;
  private long lookedMs = -1;
  private boolean looking;

  /** What became of each setting that was left, as it was told. */
  private Map<ConfigOverride, Ending> told = Map.of();

  /** Why settings that were left are still there, as it was found last. */
  private String hindrance = IN_JOURNAL;

  /** Whether some of them are taken back without a person. */
  private boolean triedAgain = true;

  Leftovers(BrokerHands hands, HandsThread thread, Chronicle chronicle) {
    this.hands = hands;
    this.thread = thread;
    this.chronicle = chronicle;
  }

  /** Looks, unless a remedy is under way: what that has set is no leftover. */
  void look(boolean isBusy, long nowMs, Signals signals) {
    if (isBusy) {
      return;
    }
    boolean first = lookedMs < 0;
    // Earlier than the last time is after a clock was set back.
    if (!looking && (first || nowMs < lookedMs || nowMs - lookedMs >= LOOK_MS)) {
      lookedMs = nowMs;
      looking =
          thread.offer(
              () -> {
                List<Restored> found = List.of();
                try {
                  found = hands.recover();
                } finally {
                  List<Restored> news = found;
                  thread.tell(() -> found(news));
                }
              },
              this::tellNotBegun);
    }
    if (first || !hands.hasLeftovers()) {
      return;
    }
    signals.warning(
        "OverrideLeft",
        "broker",
        "a setting that a remedy left behind is not taken back yet",
        hindrance,
        nextStep(triedAgain));
  }

  private void tellNotBegun() {
    if (hands.hasLeftovers()) {
      chronicle.add(
          Incident.Kind.REMEDY_REFUSED,
          "service",
          "a setting that a remedy left behind is not taken back: " + thread.whyNotBegun(),
          "",
          "It is taken back once kleaner runs again.");
    }
  }

  /** Of settings of which at least one is tried again, or not one. */
  private String nextStep(boolean triedAgain) {
    return hands.unable().isEmpty()
        ? (triedAgain ? TRIED_AGAIN : LEFT_TO_A_PERSON)
        : "Nothing is taken back here: "
            + hands.unable()
            + ". Run the command that is named; or start kleaner watch with this state directory, with"
            + " --bootstrap-server and without --read-only, which takes it back.";
  }

  private void found(List<Restored> found) {
    looking = false;
    Map<ConfigOverride, Ending> before = told;
    told = new HashMap<>();
    hindrance =
        found.stream()
            .filter(each -> !each.isOver())
            .map(Restored::sentence)
            .reduce((a, b) -> a + "; " + b)
            .orElse(IN_JOURNAL);
    triedAgain =
        found.stream().allMatch(Restored::isOver) || found.stream().anyMatch(Restored::triedAgain);
    for (Restored each : found) {
      told.put(each.override(), each.ending());
      // The sentence says what hinders, in numbers that change with each look.
      if (before.get(each.override()) != each.ending()) {
        chronicle.add(
            each.isOver() ? Incident.Kind.REMEDY_EFFECTIVE : Incident.Kind.REMEDY_FAILED,
            "service",
            "a setting of an earlier remedy was looked at: " + each.sentence(),
            "",
            each.isOver() ? "" : nextStep(each.triedAgain()));
      }
    }
  }
}
