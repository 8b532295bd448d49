// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import io.kleaner.supervisor.remedy.broker.BrokerRemedy;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A remedy from the question to its end. Immutable.
 *
 * @param id ascending, in one state directory also over restarts
 * @param order what is to be done
 * @param state how far it is
 * @param question what a person is asked; empty if nobody is
 * @param confirm what a person has to name to have it done; empty if a yes is enough
 * @param byHand whether a person decided it
 * @param createdMs milliseconds since the epoch
 * @param changedMs when its state last changed, milliseconds since the epoch; to be shown
 * @param changedNanos the same by the clock that nobody sets, to be counted from
 * @param outcome what came of it, empty while nothing did
 */
record Ticket(
    long id,
    BrokerHands.Order order,
    State state,
    String question,
    String confirm,
    boolean byHand,
    long createdMs,
    long changedMs,
    long changedNanos,
    String outcome) {

  /** How far it is. */
  enum State {
    ASKED,
    /** A person wants it, and another remedy is under way: it is the next. */
    WAITING,
    RUNNING,
    EFFECTIVE,
    REFUSED,
    FAILED,
    DECLINED,
    /** What called for it is gone. */
    WITHDRAWN;

    boolean isOpen() {
      return this == ASKED || this == WAITING || this == RUNNING;
    }
  }

  Ticket with(State next, String told, long nowMs, long nowNanos) {
    return new Ticket(id, order, next, question, confirm, byHand, createdMs, nowMs, nowNanos, told);
  }

  Ticket decidedByHand() {
    return new Ticket(
        id, order, state, question, confirm, true, createdMs, changedMs, changedNanos, outcome);
  }

  /** For how long its state has been what it is, whoever set the wall clock meanwhile. */
  long unchangedMs(long nowNanos) {
    return TimeUnit.NANOSECONDS.toMillis(nowNanos - changedNanos);
  }

  /** What there is at most one open ticket of. */
  String key() {
    return key(order);
  }

  static String key(BrokerHands.Order order) {
    String key = key(order.remedy(), order.subject());
    // Who declines to abort one transaction has said nothing of the next one there.
    return order.remedy() == BrokerRemedy.ABORT_TRANSACTION
        ? key
            + " of producer "
            + order.number()
            + (order.startOffset().isPresent()
                ? " from offset " + order.startOffset().getAsLong()
                : "")
        : key;
  }

  /** Of a remedy that is about nothing but its subject. */
  static String key(BrokerRemedy remedy, String subject) {
    return remedy.label() + " " + subject;
  }

  /** As the API shows it. */
  Map<String, Object> map() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("id", Long.toString(id));
    map.put("remedy", order.remedy().label());
    map.put("subject", order.subject());
    map.put("state", state.name().toLowerCase(Locale.ROOT));
    map.put("question", question);
    map.put("confirm", !confirm.isEmpty());
    map.put("byHand", byHand);
    map.put("why", order.why());
    map.put("createdMs", createdMs);
    map.put("changedMs", changedMs);
    map.put("outcome", outcome);
    return map;
  }
}
