// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.journal.Incident;
import io.kleaner.supervisor.remedy.broker.RemedyDesk;
import io.kleaner.supervisor.remedy.broker.RemedyPolicy.Decision;
import io.kleaner.supervisor.service.Chronicle;
import io.kleaner.supervisor.service.Signals;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Keeps remedies from the question to the end, has them carried out one at a time, and tells of
 * those that wait for an answer, hang, or failed. Not thread-safe; owned by the supervisor's
 * thread.
 */
final class RemedyBook {

  private static final int ENDED_KEPT = 100;

  private final Clock clock;
  private final BrokerHands hands;
  private final HandsThread thread;
  private final Chronicle chronicle;

  /** Whatever has a lower number is of an earlier run. */
  private final long firstId;

  private final Map<String, Ticket> open = new LinkedHashMap<>();
  private final Deque<Ticket> ended = new ArrayDeque<>();
  private final Deque<Waiting> waiting = new ArrayDeque<>();
  private long lastLookMs;

  private record Waiting(Ticket ticket, OptionalLong confirmed) {}

  RemedyBook(Clock clock, BrokerHands hands, HandsThread thread, Chronicle chronicle) {
    this.clock = clock;
    this.hands = hands;
    this.thread = thread;
    this.chronicle = chronicle;
    this.firstId = chronicle.journal().number();
  }

  /**
   * Has something done, or asks whether it should be, as the policy says.
   *
   * @param confirm what a person has to name, empty if a yes is enough
   * @return why nothing happens, empty if something does
   */
  Optional<String> propose(BrokerHands.Order order, String confirm, long nowMs) {
    String key = Ticket.key(order);
    if (open.containsKey(key)) {
      return Optional.empty();
    }
    Optional<String> unable = unable();
    if (unable.isPresent()) {
      return unable;
    }
    if (isBusy() || !waiting.isEmpty()) {
      // Whoever decides is busy too, and must not be waited for; the next look asks again.
      return Optional.empty();
    }
    Decision decision = hands.decide(order.remedy(), order.subject());
    if (decision instanceof Decision.Go) {
      begin(ticket(order, "", confirm, false, nowMs), OptionalLong.empty(), nowMs);
      return Optional.empty();
    }
    if (decision instanceof Decision.Ask ask) {
      if (lately(key, Ticket.State.DECLINED)) {
        return Optional.of("a person declined it");
      }
      Ticket asked = ticket(order, ask.question(), confirm, false, nowMs);
      open.put(asked.key(), asked);
      chronicle.add(
          Incident.Kind.REMEDY_ASKED,
          order.subject(),
          "remedy " + asked.id() + ", " + order.remedy().label() + ", waits for an answer",
          order.why() + "\n" + ask.question(),
          RemedySignals.approve(asked));
      return Optional.empty();
    }
    if (decision instanceof Decision.Wait wait) {
      return Optional.of(wait.reason() + "; again in " + wait.forMs() / 1_000 + " s");
    }
    return Optional.of(((Decision.No) decision).reason());
  }

  private Optional<String> unable() {
    return thread.hasEnded()
        ? Optional.of("the thread for remedies has ended")
        : Optional.of(hands.unable()).filter(why -> !why.isEmpty());
  }

  /**
   * Has something done because a person asks for it, after what is under way.
   *
   * @return why it is not done, empty if it is or will be
   */
  Optional<String> byHand(BrokerHands.Order order, long nowMs) {
    Optional<String> unable = unable();
    if (unable.isPresent()) {
      return unable;
    }
    Ticket before = open.get(Ticket.key(order));
    if (before != null && before.state() != Ticket.State.ASKED) {
      return Optional.of(
          before.key()
              + (before.state() == Ticket.State.RUNNING ? " is under way" : " waits for its turn")
              + " already, as remedy "
              + before.id());
    }
    if (before != null) {
      end(before, Ticket.State.WITHDRAWN, "a person asked for it by hand", nowMs);
    }
    beginOrWait(ticket(order, "", "", true, nowMs), OptionalLong.empty(), nowMs);
    return Optional.empty();
  }

  /** What a person wants is never dropped: it is done when what is under way has ended. */
  private void beginOrWait(Ticket ticket, OptionalLong confirmed, long nowMs) {
    if (isBusy() || !waiting.isEmpty()) {
      Ticket next = ticket.with(Ticket.State.WAITING, "", nowMs, clock.nanoTime());
      open.put(next.key(), next);
      waiting.addLast(new Waiting(next, confirmed));
    } else {
      begin(ticket, confirmed, nowMs);
    }
  }

  private void beginWaiting(long nowMs) {
    if (!isBusy() && !waiting.isEmpty()) {
      Waiting next = waiting.removeFirst();
      begin(next.ticket, next.confirmed, nowMs);
    }
  }

  /** No run gives a number that another gave: who says yes to one must mean what it was. */
  private Ticket ticket(
      BrokerHands.Order order, String question, String confirm, boolean byHand, long nowMs) {
    return new Ticket(
        chronicle.journal().number(),
        order,
        Ticket.State.ASKED,
        question,
        confirm,
        byHand,
        nowMs,
        nowMs,
        clock.nanoTime(),
        "");
  }

  /**
   * Answers a question.
   *
   * @param confirmed what the person named
   * @return what is wrong with it, empty if nothing
   */
  Optional<String> answer(long id, boolean yes, String confirmed, String reason, long nowMs) {
    Optional<Ticket> asked =
        open.values().stream()
            .filter(each -> each.id() == id && each.state() == Ticket.State.ASKED)
            .findFirst();
    if (asked.isEmpty()) {
      return Optional.of(notAsked(Long.toString(id)));
    }
    Ticket ticket = asked.get();
    if (yes && !ticket.confirm().isEmpty() && !ticket.confirm().equals(confirmed.strip())) {
      return Optional.of(
          "to have it done, name the producer id that it is about, as in --yes PRODUCER-ID");
    }
    chronicle.add(
        Incident.Kind.REMEDY_ANSWERED,
        ticket.order().subject(),
        "remedy " + id + ", " + ticket.order().remedy().label() + (yes ? ": yes" : ": no"),
        reason,
        "");
    if (yes) {
      OptionalLong number =
          ticket.confirm().isEmpty()
              ? OptionalLong.empty()
              : OptionalLong.of(Long.parseLong(ticket.confirm()));
      beginOrWait(ticket.decidedByHand(), number, nowMs);
    } else {
      end(ticket, Ticket.State.DECLINED, "declined: " + reason, nowMs);
    }
    return Optional.empty();
  }

  /**
   * What is said to one who answers what is not asked. Thread-safe.
   *
   * @param id as a person gave it
   */
  String notAsked(String id) {
    String none = "no remedy " + id + " waits for an answer";
    try {
      return Long.parseLong(id.strip()) < firstId
          ? none
              + ": it was asked by an earlier run, and its question ended with that; what still"
              + " calls for it is asked anew, under another number"
          : none;
    } catch (NumberFormatException e) {
      return none;
    }
  }

  /** Calls for what is open and whose reason is not seen now: a look that failed is no news. */
  void keep(Predicate<BrokerHands.Order> unseen, Set<String> calledFor) {
    open.values().stream()
        .filter(each -> unseen.test(each.order()))
        .map(Ticket::key)
        .forEach(calledFor::add);
  }

  /** Takes back questions for which there is no reason any more. */
  void withdraw(Set<String> stillCalledFor, long nowMs) {
    for (Ticket each : List.copyOf(open.values())) {
      if (each.state() == Ticket.State.ASKED && !stillCalledFor.contains(each.key())) {
        end(each, Ticket.State.WITHDRAWN, "what called for it is gone", nowMs);
      }
    }
  }

  private void begin(Ticket ticket, OptionalLong confirmed, long nowMs) {
    Ticket running = ticket.with(Ticket.State.RUNNING, "", nowMs, clock.nanoTime());
    open.put(running.key(), running);
    boolean taken =
        thread.offer(
            () -> {
              Ticket.State state;
              String outcome;
              try {
                RemedyDesk.Answer answer =
                    hands.carryOut(running.order(), running.byHand(), confirmed);
                state = Endings.state(answer);
                outcome = Endings.text(answer);
              } catch (RuntimeException e) {
                state = Ticket.State.FAILED;
                outcome = "it broke off: " + e;
              } catch (Error e) {
                thread.tell(
                    () -> end(running, Ticket.State.FAILED, "it broke off: " + e, lastLookMs));
                throw e;
              }
              Ticket.State ending = state;
              String told = outcome;
              thread.tell(() -> end(running, ending, told, lastLookMs));
            },
            () -> {
              String why = tellNotBegun(running);
              thread.tell(() -> end(running, Ticket.State.REFUSED, why, lastLookMs));
            });
    if (!taken) {
      end(running, Ticket.State.REFUSED, tellNotBegun(running), nowMs);
    }
  }

  /** Whoever wanted it was told that it is done: that it is not, is told where everyone looks. */
  private String tellNotBegun(Ticket ticket) {
    String why = thread.whyNotBegun();
    chronicle.add(
        Incident.Kind.REMEDY_REFUSED,
        ticket.order().subject(),
        "remedy " + ticket.id() + ", " + ticket.key() + ", is not done: " + why,
        ticket.order().why(),
        ticket.byHand()
            ? "Ask again once kleaner runs."
            : "It is called for again if it is still needed.");
    return why;
  }

  /** The end: tells of what waits for its turn. To be called once the hands have ended. */
  void giveUp() {
    for (Waiting each = waiting.poll(); each != null; each = waiting.poll()) {
      end(each.ticket, Ticket.State.REFUSED, tellNotBegun(each.ticket), lastLookMs);
    }
  }

  private void end(Ticket ticket, Ticket.State state, String outcome, long nowMs) {
    open.remove(ticket.key());
    ended.addFirst(ticket.with(state, outcome, nowMs, clock.nanoTime()));
    if (ended.size() > ENDED_KEPT) {
      ended.removeLast();
    }
  }

  /** Whether a remedy is under way. */
  boolean isBusy() {
    return open.values().stream().anyMatch(each -> each.state() == Ticket.State.RUNNING);
  }

  boolean isAsked(String key) {
    Ticket ticket = open.get(key);
    return ticket != null && ticket.state() == Ticket.State.ASKED;
  }

  private boolean lately(String key, Ticket.State state) {
    return ended.stream()
        .filter(each -> each.key().equals(key))
        .findFirst()
        .filter(each -> each.state() == state)
        .isPresent();
  }

  /** The latest ended one of a key. */
  Optional<Ticket> latest(String key) {
    return ended.stream().filter(each -> each.key().equals(key)).findFirst();
  }

  /** Tells of what waits, hangs or failed. */
  void look(long nowMs, Signals signals) {
    lastLookMs = nowMs;
    beginWaiting(nowMs);
    RemedySignals.tell(open.values(), ended, clock.nanoTime(), signals);
  }

  /** Open ones, then the latest others, the newest first. */
  List<Ticket> all() {
    List<Ticket> all = new ArrayList<>(open.values());
    all.addAll(ended);
    return all;
  }
}
