// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.cleaner.HandClock;
import io.kleaner.supervisor.journal.Incident;
import io.kleaner.supervisor.journal.Journal;
import io.kleaner.supervisor.judge.broker.Broker;
import io.kleaner.supervisor.probe.broker.BrokerSample;
import io.kleaner.supervisor.remedy.broker.BrokerRemedy;
import io.kleaner.supervisor.remedy.broker.RemedyDesk;
import io.kleaner.supervisor.remedy.broker.RemedyOutcome;
import io.kleaner.supervisor.remedy.broker.RemedyPolicy;
import io.kleaner.supervisor.remedy.broker.RemedyPolicy.Attempt;
import io.kleaner.supervisor.remedy.broker.RemedyPolicy.Decision;
import io.kleaner.supervisor.service.Announcer;
import io.kleaner.supervisor.service.Chronicle;
import io.kleaner.supervisor.service.Signals;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** The rounds over a broker that samples show, and hands that write down what they were told. */
final class HealingLab {

  final Broker broker = new Broker();

  /** Its nanoseconds pass with the broker's time; nobody but the book counts by them. */
  final HandClock clock = new HandClock();

  final RecordingHands hands = new RecordingHands();
  final HandsThread thread = new HandsThread("hands");
  final Signals signals = new Signals();
  private final Chronicle chronicle =
      new Chronicle(Journal.inMemory("a test"), new Announcer(), new BrokerClock());
  WatchRounds rounds = SteppedRounds.of(new BrokerClock(), broker, hands, thread, chronicle);

  /** The broker's time, and nanoseconds of their own. */
  private final class BrokerClock implements Clock {
    @Override
    public long nowMs() {
      return broker.nowMs();
    }

    @Override
    public long nanoTime() {
      return clock.nanoTime();
    }
  }

  /** Another sidecar takes its place, which has its journal and nothing else. */
  void restart() {
    rounds = SteppedRounds.of(new BrokerClock(), broker, hands, thread, chronicle);
  }

  /** Hands under the real policy that only write down what they were told. */
  final class RecordingHands extends IdleHands {
    RemedyPolicy policy = RemedyPolicy.defaults(false);
    final List<String> done = new ArrayList<>();
    private final List<Attempt> attempts = new ArrayList<>();
    private final Map<String, Long> ours = new HashMap<>();
    private final IsolatedTopics isolated = new IsolatedTopics();

    /** Why nothing that they are told is done. */
    Optional<String> refusal = Optional.empty();

    /** Whether what was carried out last had to show by something cleaned. */
    boolean mustShow;

    @Override
    public Decision decide(BrokerRemedy remedy, String subject) {
      return policy.decide(remedy, subject, false, attempts, broker.nowMs());
    }

    @Override
    public RemedyDesk.Answer carryOut(Order order, boolean byHand, OptionalLong confirmed) {
      if (refusal.isPresent()) {
        return new RemedyDesk.Answer.Acted(new RemedyOutcome.Refused(refusal.get(), "Wait."));
      }
      mustShow =
          Healer.somethingToClean(broker.sample(), isolated(broker.sample()), Optional.empty());
      done.add(
          order.remedy().label()
              + " "
              + order.subject()
              + (confirmed.isPresent() ? " " + confirmed.getAsLong() : ""));
      attempts.add(new Attempt(order.remedy(), order.subject(), broker.nowMs(), byHand));
      if (order.remedy() == BrokerRemedy.ISOLATE) {
        broker.isolate(order.subject());
        ours.put(order.subject(), broker.nowMs());
        isolated.ours(ours);
      }
      return new RemedyDesk.Answer.Acted(new RemedyOutcome.Changed("done", "a", "b", 1));
    }

    @Override
    public Set<String> isolated(BrokerSample sample) {
      return isolated.at(sample);
    }
  }

  void tick() {
    look();
    thread.runWaiting();
  }

  /** A second passes; what is under way does not end. */
  void look() {
    broker.advance(1_000);
    clock.passMs(1_000);
    signals.toTell();
    signals.begin();
    rounds.look(broker.nowMs(), signals);
  }

  void ticks(int count) {
    for (int i = 0; i < count; i++) {
      tick();
    }
  }

  void killedAtPoison() {
    broker.began(0, Broker.POISON);
    broker.died(0, "java.lang.OutOfMemoryError: Java heap space", Broker.POISON);
    broker.noThreads();
  }

  /** It kills the cleaner, and again after a revival. */
  void killedAtPoisonTwice() {
    ticks(2);
    killedAtPoison();
    tick();
    killedAtPoison();
  }

  /** It kills twice, and its isolation is asked for. */
  void askedAboutPoison() {
    killedAtPoisonTwice();
    ticks(3);
    assertThat(told("RemedyAsked").orElseThrow()).contains("isolate poison");
  }

  /** One remedy has another consent than usual. */
  void consent(BrokerRemedy remedy, BrokerRemedy.Consent consent) {
    hands.policy = new RemedyPolicy(Map.of(remedy, consent), false, RemedyPolicy.Limits.DEFAULT);
  }

  Optional<String> told(String rule) {
    return signals.all().stream()
        .filter(each -> each.rule().equals(rule))
        .map(each -> each.summary())
        .findFirst();
  }

  /** How often a topic's deaths were told to count no more. */
  long released() {
    return chronicle.count(Incident.Kind.PARTITION_RELEASED);
  }

  Optional<String> byHand(BrokerRemedy remedy, String subject) {
    return rounds
        .book()
        .byHand(new BrokerHands.Order(remedy, subject, List.of(), 0, "a test"), broker.nowMs());
  }

  Ticket.State state(String key) {
    return rounds.book().all().stream()
        .filter(each -> each.key().equals(key))
        .findFirst()
        .orElseThrow()
        .state();
  }

  long asked() {
    return rounds.book().all().stream()
        .filter(each -> each.state() == Ticket.State.ASKED)
        .findFirst()
        .orElseThrow()
        .id();
  }
}
