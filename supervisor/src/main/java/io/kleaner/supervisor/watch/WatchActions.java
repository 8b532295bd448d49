// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.http.ServiceApi.Action;
import io.kleaner.supervisor.http.ServiceApi.ActionResult;
import io.kleaner.supervisor.journal.Incident;
import io.kleaner.supervisor.judge.broker.Judgement;
import io.kleaner.supervisor.remedy.broker.BrokerRemedy;
import io.kleaner.supervisor.service.Chronicle;
import io.kleaner.supervisor.service.Supervisor;
import java.util.List;
import java.util.Optional;

/**
 * What people ask of the sidecar: judged by the latest snapshot, answered at once, and carried out
 * on the supervisor's thread. What is then not done after all becomes an incident. Thread-safe.
 */
final class WatchActions {

  private final Clock clock;
  private final Supervisor<WatchSnapshot> supervisor;
  private final WatchRounds rounds;
  private final BrokerHands hands;
  private final Chronicle chronicle;

  WatchActions(
      Clock clock,
      Supervisor<WatchSnapshot> supervisor,
      WatchRounds rounds,
      BrokerHands hands,
      Chronicle chronicle) {
    this.clock = clock;
    this.supervisor = supervisor;
    this.rounds = rounds;
    this.hands = hands;
    this.chronicle = chronicle;
  }

  /** Has it done, or says why not. */
  ActionResult act(Action action, String target, String reason, String confirm) {
    String why = reason.isBlank() ? "by hand" : reason;
    return switch (action) {
      case APPROVE, DECLINE -> answer(action == Action.APPROVE, target, confirm, why);
      case REVIVE -> revive(why);
      case QUARANTINE, RELEASE -> topic(action, target, why);
      case CLEAN ->
          ActionResult.refused(
              "a broker cleans by its own rules; see 'kleaner compact-now " + target + "'");
      case CHAOS -> ActionResult.refused("there is no fault switch for a real broker");
    };
  }

  private ActionResult answer(boolean yes, String target, String confirm, String reason) {
    Optional<Ticket> ticket =
        supervisor.snapshot().tickets().stream()
            .filter(each -> Long.toString(each.id()).equals(target))
            .filter(each -> each.state() == Ticket.State.ASKED)
            .findFirst();
    if (ticket.isEmpty()) {
      return ActionResult.notFound(rounds.book().notAsked(target));
    }
    if (yes
        && !ticket.get().confirm().isEmpty()
        && !ticket.get().confirm().equals(confirm.strip())) {
      return ActionResult.refused(
          "remedy "
              + target
              + ", "
              + ticket.get().key()
              + ", is done only for one who names its producer id: --yes "
              + ticket.get().confirm());
    }
    return asked(
        () ->
            rounds
                .book()
                .answer(ticket.get().id(), yes, confirm, reason, clock.nowMs())
                .ifPresent(why -> notDone(ticket.get().order().subject(), why)),
        "remedy "
            + target
            + (yes ? " is carried out" + turn() + ": " : " is declined: ")
            + ticket.get().key());
  }

  /** Has it done at the next look, of which there may be none. */
  private ActionResult asked(Runnable change, String done) {
    return supervisor.ask(change)
        ? ActionResult.done(done)
        : ActionResult.refused(
            "the sidecar is ending: nothing was done; ask it again once it runs");
  }

  /** When something that is asked for now has its turn. */
  private String turn() {
    return supervisor.snapshot().tickets().stream()
        .filter(each -> each.state() == Ticket.State.RUNNING)
        .findFirst()
        .map(each -> " when remedy " + each.id() + " (" + each.key() + ") has ended")
        .orElse("");
  }

  /** Who asked has had an answer by then, so this goes where everyone looks. */
  private void notDone(String subject, String why) {
    chronicle.add(
        Incident.Kind.REMEDY_REFUSED,
        subject,
        "what a person asked for is not done: " + why,
        "",
        "");
  }

  /** Why an order is not taken; nothing of the kind is to be done twice at a time. */
  private Optional<ActionResult> underWay(BrokerRemedy remedy, String subject) {
    String key = Ticket.key(remedy, subject);
    return supervisor.snapshot().tickets().stream()
        .filter(each -> each.key().equals(key))
        .filter(
            each -> each.state() == Ticket.State.RUNNING || each.state() == Ticket.State.WAITING)
        .findFirst()
        .map(each -> ActionResult.refused(key + " is under way already, as remedy " + each.id()));
  }

  private ActionResult revive(String reason) {
    if (!hands.unable().isEmpty()) {
      return ActionResult.refused(hands.unable());
    }
    Optional<ActionResult> twice =
        underWay(BrokerRemedy.REVIVE, Healer.subject(supervisor.snapshot().judgement()));
    if (twice.isPresent()) {
      return twice.get();
    }
    return asked(
        () ->
            byHand(
                new BrokerHands.Order(
                    BrokerRemedy.REVIVE, Healer.subject(rounds.judgement()), List.of(), 0, reason)),
        "the cleaner is revived" + turn() + ", unless a thread is blocked; see the remedies");
  }

  private ActionResult topic(Action action, String target, String reason) {
    Judgement judgement = supervisor.snapshot().judgement();
    String bare = target.substring(target.lastIndexOf(':') + 1);
    Optional<String> topic =
        judgement.sample().partitions().keySet().stream()
            .filter(each -> each.toString().equals(bare) || each.topic().equals(bare))
            .map(TopicPartition::topic)
            .findFirst()
            .or(() -> supervisor.snapshot().isolated().stream().filter(bare::equals).findFirst());
    if (topic.isEmpty() && action == Action.RELEASE && (bare + " ").startsWith(Healer.BROKER)) {
      if (!Healer.isNamed(judgement)) {
        return ActionResult.refused(
            "which broker it is is not known now: no source says its node id; try again when one"
                + " does");
      }
      if (bare.equals(Healer.subject(judgement))) {
        return releaseBroker(bare, reason);
      }
    }
    if (topic.isEmpty()) {
      return ActionResult.notFound("no partition or topic '" + target + "' is known here");
    }
    if (!hands.unable().isEmpty()) {
      return ActionResult.refused(hands.unable());
    }
    boolean release = action == Action.RELEASE;
    Optional<ActionResult> twice =
        underWay(release ? BrokerRemedy.RELEASE : BrokerRemedy.ISOLATE, topic.get());
    if (twice.isPresent()) {
      return twice.get();
    }
    return asked(
        () -> {
          if (release) {
            rounds.forgiven().forgive(topic.get(), "its release was asked for", clock.nowMs());
          }
          byHand(
              new BrokerHands.Order(
                  release ? BrokerRemedy.RELEASE : BrokerRemedy.ISOLATE,
                  topic.get(),
                  List.of(),
                  0,
                  reason));
        },
        release
            ? topic.get() + " gets its own settings back" + turn()
            : topic.get()
                + " is isolated"
                + turn()
                + ": no partition of it is compacted on any broker");
  }

  /** What was tuned gets its former settings back. */
  private ActionResult releaseBroker(String broker, String reason) {
    if (!hands.unable().isEmpty()) {
      return ActionResult.refused(hands.unable());
    }
    Optional<ActionResult> twice = underWay(BrokerRemedy.RELEASE, broker);
    if (twice.isPresent()) {
      return twice.get();
    }
    return asked(
        () -> byHand(new BrokerHands.Order(BrokerRemedy.RELEASE, broker, List.of(), 0, reason)),
        broker + " gets the settings back that it had before it was tuned" + turn());
  }

  private void byHand(BrokerHands.Order order) {
    rounds.book().byHand(order, clock.nowMs()).ifPresent(why -> notDone(order.subject(), why));
  }
}
