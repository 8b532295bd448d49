// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.broker;

import io.kleaner.supervisor.probe.broker.InternalTopics;
import io.kleaner.supervisor.remedy.broker.BrokerRemedy.Consent;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Whether a remedy is carried out now: who decides, how often, and when to stop trying. Pure.
 *
 * @param consents of remedies for which somebody said; others have their default
 * @param readOnly turns all of them off
 * @param limits how often
 */
public record RemedyPolicy(Map<BrokerRemedy, Consent> consents, boolean readOnly, Limits limits) {

  /**
   * How often one remedy may be tried on one subject, and all of them on a broker.
   *
   * @param pauseMs before the second try; it doubles with each further one
   * @param maxPauseMs no pause is longer
   * @param budget tries of all remedies in a window, those that a person asked for not counted
   * @param windowMs length of the window; older tries are forgotten
   */
  public record Limits(long pauseMs, long maxPauseMs, int budget, long windowMs) {

    /** The second try after 2 s, at most 8 in 10 minutes. */
    public static final Limits DEFAULT = new Limits(2_000, 300_000, 8, 600_000);
  }

  /**
   * A remedy that was tried.
   *
   * @param subject a broker, a topic or a partition
   * @param byHand whether a person asked for it
   */
  public record Attempt(BrokerRemedy remedy, String subject, long atMs, boolean byHand) {}

  /** What is to be done. */
  public sealed interface Decision {

    /** Carry it out. */
    record Go() implements Decision {}

    /** Ask a person. */
    record Ask(String question) implements Decision {}

    /** Not yet. */
    record Wait(long forMs, String reason) implements Decision {}

    /** Not at all. */
    record No(String reason) implements Decision {}
  }

  /** Checks that nothing is automatic that must not be. */
  public RemedyPolicy {
    consents = Map.copyOf(consents);
    consents.forEach(
        (remedy, consent) -> {
          if (consent == Consent.AUTO && !remedy.mayBeAutomatic()) {
            throw new IllegalArgumentException(
                remedy.label()
                    + " is never automatic: it takes a person's yes; use 'ask' or 'off'");
          }
        });
  }

  /** Revive by itself, ask for everything else. */
  public static RemedyPolicy defaults(boolean readOnly) {
    return new RemedyPolicy(Map.of(), readOnly, Limits.DEFAULT);
  }

  /** Who decides about each remedy. */
  public Map<BrokerRemedy, Consent> inForce() {
    Map<BrokerRemedy, Consent> all = new EnumMap<>(BrokerRemedy.class);
    for (BrokerRemedy remedy : BrokerRemedy.values()) {
      all.put(remedy, consent(remedy));
    }
    return all;
  }

  private Consent consent(BrokerRemedy remedy) {
    return readOnly ? Consent.OFF : consents.getOrDefault(remedy, remedy.byDefault());
  }

  /**
   * Decides.
   *
   * @param subject a broker for revive, unstick and both resizes, a topic for isolate and release,
   *     a partition for a transaction
   * @param byHand whether a person asks for exactly this, which no pause holds up
   * @param past the tries so far, in any order
   */
  public Decision decide(
      BrokerRemedy remedy, String subject, boolean byHand, List<Attempt> past, long nowMs) {
    if (readOnly) {
      return new Decision.No("--read-only is given: nothing is done, only told");
    }
    Consent consent = consent(remedy);
    if (consent == Consent.OFF) {
      return new Decision.No(remedy.label() + " is off by policy");
    }
    if (byHand) {
      return new Decision.Go();
    }
    boolean internal = remedy == BrokerRemedy.ISOLATE && InternalTopics.contains(subject);
    if (consent == Consent.ASK || internal) {
      return new Decision.Ask(question(remedy, subject));
    }
    return byLimits(remedy, subject, past, nowMs);
  }

  private Decision byLimits(BrokerRemedy remedy, String subject, List<Attempt> past, long nowMs) {
    List<Attempt> recent =
        past.stream()
            .filter(each -> !each.byHand() && nowMs - each.atMs() < limits.windowMs())
            .sorted(Comparator.comparingLong(Attempt::atMs))
            .toList();
    if (recent.size() >= limits.budget()) {
      long freeMs = recent.get(0).atMs() + limits.windowMs() - nowMs;
      return new Decision.Wait(
          freeMs,
          "the budget is spent: "
              + limits.budget()
              + " remedies in "
              + limits.windowMs() / 1_000
              + " s; a person has to look");
    }
    List<Attempt> same =
        recent.stream()
            .filter(each -> each.remedy() == remedy && each.subject().equals(subject))
            .toList();
    if (same.isEmpty()) {
      return new Decision.Go();
    }
    long pauseMs = Math.min(limits.maxPauseMs(), limits.pauseMs() << Math.min(same.size() - 1, 20));
    long leftMs = same.get(same.size() - 1).atMs() + pauseMs - nowMs;
    return leftMs <= 0
        ? new Decision.Go()
        : new Decision.Wait(
            leftMs, remedy.label() + " was tried " + same.size() + " times; the pauses grow");
  }

  private static String until(String subject) {
    return " until 'kleaner release \"" + subject + "\"' takes it back?";
  }

  /** What a person is asked. */
  static String question(BrokerRemedy remedy, String subject) {
    return switch (remedy) {
      case REVIVE -> "Restart the cleaner threads of " + subject + " by a setting of the broker?";
      case ISOLATE -> TopicIsolation.question(subject) + " Isolate it?";
      case RELEASE -> "Give " + subject + " its own settings back, so that it is compacted again?";
      case UNSTICK -> "Raise " + TuningRules.RATE + " of " + subject + until(subject);
      case RESIZE -> "Change " + TuningRules.BUFFER + " of " + subject + until(subject);
      case RESIZE_THREADS -> "Change " + LeverRules.THREADS + " of " + subject + until(subject);
      case ABORT_TRANSACTION ->
          "Abort the transaction that hangs on "
              + subject
              + "? Its records are lost to readers of committed records. Name its producer id: that"
              + " aborts this one, and no other that the producer began since.";
    };
  }
}
