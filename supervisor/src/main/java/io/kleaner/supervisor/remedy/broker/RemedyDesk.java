// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.broker;

import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.journal.Incident;
import io.kleaner.supervisor.journal.Journal;
import io.kleaner.supervisor.remedy.broker.RemedyOutcome.Changed;
import io.kleaner.supervisor.remedy.broker.RemedyOutcome.NotEffective;
import io.kleaner.supervisor.remedy.broker.RemedyOutcome.Refused;
import io.kleaner.supervisor.remedy.broker.RemedyOutcome.Revived;
import io.kleaner.supervisor.remedy.broker.RemedyPolicy.Attempt;
import io.kleaner.supervisor.remedy.broker.RemedyPolicy.Decision;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Carries remedies out as the policy says, one at a time, each in the journal before it begins and
 * after it ended. Thread-safe; a remedy runs on its caller's thread, for up to a minute.
 */
public final class RemedyDesk {

  private static final int REMEMBERED = 1_000;
  private static final long BUSY_MS = 1_000;

  private final RemedyPolicy policy;
  private final Journal journal;
  private final Clock clock;
  private final Deque<Attempt> attempts = new ArrayDeque<>();
  private final ReentrantLock atWork = new ReentrantLock();

  /** Takes its parts. */
  public RemedyDesk(RemedyPolicy policy, Journal journal, Clock clock) {
    this.policy = policy;
    this.journal = journal;
    this.clock = clock;
  }

  /** A remedy's doing. */
  @FunctionalInterface
  public interface Hands {
    /** Does it. */
    RemedyOutcome act() throws IOException;
  }

  /** What came of a request. */
  public sealed interface Answer {

    /** It was carried out, or tried. */
    record Acted(RemedyOutcome outcome) implements Answer {}

    /** It was not. */
    record Held(Decision decision) implements Answer {}
  }

  /** What the policy says now, without doing anything. */
  public Decision decide(BrokerRemedy remedy, String subject, boolean byHand) {
    return policy.decide(remedy, subject, byHand, attempts(), clock.nowMs());
  }

  /**
   * Carries a remedy out if the policy lets it.
   *
   * @param byHand whether a person asks for exactly this
   * @param why what was seen that calls for it, for the journal
   */
  public Answer request(
      BrokerRemedy remedy, String subject, boolean byHand, String why, Hands hands) {
    if (!atWork.tryLock()) {
      return new Answer.Held(new Decision.Wait(BUSY_MS, "another remedy is at work"));
    }
    try {
      Decision decision = decide(remedy, subject, byHand);
      if (!(decision instanceof Decision.Go)) {
        return new Answer.Held(decision);
      }
      remember(new Attempt(remedy, subject, clock.nowMs(), byHand));
      return new Answer.Acted(act(remedy, subject, byHand, why, hands));
    } finally {
      atWork.unlock();
    }
  }

  private void remember(Attempt attempt) {
    synchronized (attempts) {
      attempts.addLast(attempt);
      if (attempts.size() > REMEMBERED) {
        attempts.removeFirst();
      }
    }
  }

  private RemedyOutcome act(
      BrokerRemedy remedy, String subject, boolean byHand, String why, Hands hands) {
    note(Incident.Kind.REMEDY_BEGUN, remedy, subject, byHand ? "by hand" : "by policy", why, "");
    RemedyOutcome outcome;
    try {
      outcome = hands.act();
    } catch (IOException e) {
      outcome =
          new NotEffective(
              "it broke off: " + (e.getMessage() == null ? e.toString() : e.getMessage()),
              false,
              "what it may have left set is in the journal of overrides, and is taken back");
    } catch (RuntimeException e) {
      note(Incident.Kind.REMEDY_FAILED, remedy, subject, "broke off: " + e, why, "");
      throw e;
    }
    note(remedy, subject, outcome);
    return outcome;
  }

  private void note(BrokerRemedy remedy, String subject, RemedyOutcome outcome) {
    if (outcome instanceof Revived revived) {
      note(
          Incident.Kind.REMEDY_EFFECTIVE,
          remedy,
          subject,
          "the cleaner lives again after " + revived.tookMs() + " ms: " + revived.proof().text(),
          "thread ids before: " + revived.before() + ", after: " + revived.after(),
          revived.leftover().orElse(""));
    } else if (outcome instanceof Changed changed) {
      note(
          Incident.Kind.REMEDY_EFFECTIVE,
          remedy,
          subject,
          changed.summary(),
          "before: " + changed.before() + "; after: " + changed.after(),
          "");
    } else if (outcome instanceof Refused refused) {
      note(Incident.Kind.REMEDY_REFUSED, remedy, subject, refused.reason(), "", refused.nextStep());
    } else if (outcome instanceof NotEffective failed) {
      note(
          Incident.Kind.REMEDY_FAILED,
          remedy,
          subject,
          failed.reason(),
          failed.evidence(),
          failed.undone() ? "Everything is set as it was." : "See the journal of overrides.");
    }
  }

  private void note(
      Incident.Kind kind,
      BrokerRemedy remedy,
      String subject,
      String summary,
      String evidence,
      String nextStep) {
    journal.add(clock.nowMs(), kind, subject, remedy.label() + ": " + summary, evidence, nextStep);
  }

  /** The tries so far, the oldest first. */
  public List<Attempt> attempts() {
    synchronized (attempts) {
      return List.copyOf(attempts);
    }
  }
}
