// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.alert;

import io.kleaner.supervisor.judge.Severity;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Turns conditions that hold now into alerts: pending, firing, resolved, one for each rule and
 * subject however often the condition comes and goes.
 *
 * <pre>
 *   condition holds          for holdOffMs           every repeatIntervalMs, or graver: told again
 *  ---------------&gt; PENDING ---------------&gt; FIRING ---+
 *                      | gone                   |  ^-----+
 *                      v                        | gone for resolveAfterMs
 *                   forgotten                   v
 *                                            RESOLVED
 * </pre>
 *
 * <p>Does no I/O and asks no clock. What decides is the time that has passed, which wall time only
 * dates: a step of the wall clock, back or forward, neither holds back nor hurries an alert.
 * Bounded: of one rule {@link #MAX_PER_RULE} alerts and {@link #MAX_ALERTS} in all are told; how
 * many are left out is an alert itself. Not thread-safe; owned by the supervisor.
 */
public final class AlertBook {

  /** Pending and firing ones together. */
  public static final int MAX_ALERTS = 500;

  /** So that two thousand partitions in trouble leave room for the dead worker behind it. */
  public static final int MAX_PER_RULE = 100;

  /** The rule of the alert that says how many others are left out. */
  public static final String LEFT_OUT_RULE = "AlertsLeftOut";

  private static final int RESOLVED_KEPT = 100;

  private static final Comparator<Alert> URGENT_FIRST =
      Comparator.comparing(Alert::state)
          .thenComparing(Alert::severity)
          .thenComparingLong(Alert::id)
          .reversed();

  private final AlertPolicy defaults;
  private final Map<String, AlertPolicy> byRule;
  private final Map<Key, Entry> entries = new LinkedHashMap<>();
  private final Map<String, Integer> entriesByRule = new HashMap<>();
  private final Deque<Alert> resolved = new ArrayDeque<>();
  private long nextId = 1;
  private int leftOut;

  private OptionalLong firstLookNanos = OptionalLong.empty();

  /** Since the first look, milliseconds. */
  private long elapsedMs;

  private record Key(String rule, String subject) {}

  /** An alert and the marks that decide about it, in elapsed time. */
  private static final class Entry {
    private Alert alert;
    private boolean holding = true;
    private final long sinceElapsedMs;
    private long lastSeenElapsedMs;
    private long toldElapsedMs;
    private Severity gravestTold = Severity.INFO;
    private String ending = "";

    Entry(Alert alert, long elapsedMs) {
      this.alert = alert;
      this.sinceElapsedMs = elapsedMs;
    }
  }

  /**
   * @param byRule for rules that have their own
   */
  public AlertBook(AlertPolicy defaults, Map<String, AlertPolicy> byRule) {
    this.defaults = defaults;
    this.byRule = Map.copyOf(byRule);
  }

  /**
   * Goes on by one look.
   *
   * @param nowMs wall time, milliseconds since the epoch; dates what is told
   * @param nowNanos of a clock that nobody sets; what decides
   * @param holdingNow every condition that holds now; of two with one rule and subject the graver
   *     counts
   * @return what is to be told
   */
  public List<AlertEvent> evaluate(long nowMs, long nowNanos, Collection<AlertSignal> holdingNow) {
    if (firstLookNanos.isEmpty()) {
      firstLookNanos = OptionalLong.of(nowNanos);
    }
    elapsedMs = TimeUnit.NANOSECONDS.toMillis(nowNanos - firstLookNanos.getAsLong());
    Map<Key, AlertSignal> signals = new LinkedHashMap<>();
    for (AlertSignal signal : holdingNow) {
      signals.merge(
          new Key(signal.rule(), signal.subject()),
          signal,
          (one, other) -> other.severity().compareTo(one.severity()) > 0 ? other : one);
    }
    List<AlertEvent> events = new ArrayList<>();
    // What is over makes room for what is new.
    retire(signals, nowMs, events);
    Map<String, Integer> leftOutByRule = new TreeMap<>();
    signals.forEach(
        (key, signal) -> {
          if (hasRoom(key)) {
            hold(key, signal, nowMs, events);
          } else {
            leftOutByRule.merge(key.rule(), 1, Integer::sum);
          }
        });
    leftOut = leftOutByRule.values().stream().mapToInt(Integer::intValue).sum();
    if (leftOut > 0) {
      AlertSignal signal = tooMany(leftOutByRule);
      hold(new Key(signal.rule(), signal.subject()), signal, nowMs, events);
    }
    return events;
  }

  /**
   * Takes note of what became of a condition that no longer holds; told with its end, unless it
   * holds again before.
   */
  public void becameOf(AlertEnding ending) {
    Entry entry = entries.get(new Key(ending.rule(), ending.subject()));
    if (entry != null) {
      entry.ending = ending.text();
    }
  }

  private boolean hasRoom(Key key) {
    return entries.containsKey(key)
        || (entries.size() < MAX_ALERTS
            && entriesByRule.getOrDefault(key.rule(), 0) < MAX_PER_RULE);
  }

  private AlertSignal tooMany(Map<String, Integer> leftOutByRule) {
    return new AlertSignal(
        LEFT_OUT_RULE,
        "alerts",
        Severity.WARNING,
        leftOut + " more conditions hold than are told one by one",
        "left out, by rule: " + leftOutByRule,
        "Look at the list of partitions and workers; a common cause is likely.");
  }

  private void hold(Key key, AlertSignal signal, long nowMs, List<AlertEvent> events) {
    Entry entry = entries.get(key);
    if (entry == null) {
      entry = new Entry(alert(nextId++, signal, nowMs, -1, nowMs, 1), elapsedMs);
      entries.put(key, entry);
      entriesByRule.merge(key.rule(), 1, Integer::sum);
    }
    Alert before = entry.alert;
    AlertPolicy policy = policy(key.rule());
    boolean fires =
        before.state() == Alert.State.PENDING
            && elapsedMs - entry.sinceElapsedMs >= policy.holdOffMs();
    entry.alert =
        alert(
            before.id(),
            signal,
            before.sinceMs(),
            fires ? nowMs : before.firedAtMs(),
            nowMs,
            before.occurrences() + (entry.holding ? 0 : 1));
    entry.holding = true;
    entry.ending = "";
    entry.lastSeenElapsedMs = elapsedMs;
    if (fires) {
      tell(entry, AlertEvent.Kind.FIRING, nowMs, events);
    } else if (entry.alert.state() == Alert.State.FIRING
        && (elapsedMs - entry.toldElapsedMs >= policy.repeatIntervalMs()
            || signal.severity().compareTo(entry.gravestTold) > 0)) {
      tell(entry, AlertEvent.Kind.REPEATED, nowMs, events);
    }
  }

  private void tell(Entry entry, AlertEvent.Kind kind, long nowMs, List<AlertEvent> events) {
    entry.toldElapsedMs = elapsedMs;
    // Never lowered, or a condition that sways between two severities would be told at each turn.
    if (entry.alert.severity().compareTo(entry.gravestTold) > 0) {
      entry.gravestTold = entry.alert.severity();
    }
    events.add(new AlertEvent(kind, entry.alert, nowMs));
  }

  private void retire(Map<Key, AlertSignal> signals, long nowMs, List<AlertEvent> events) {
    Iterator<Map.Entry<Key, Entry>> all = entries.entrySet().iterator();
    while (all.hasNext()) {
      Map.Entry<Key, Entry> each = all.next();
      Key key = each.getKey();
      // Our own condition is known only after the others have been counted; it is asked last
      // time's.
      boolean holds = key.rule().equals(LEFT_OUT_RULE) ? leftOut > 0 : signals.containsKey(key);
      if (!holds && isOver(each.getValue(), nowMs, events)) {
        all.remove();
        entriesByRule.merge(key.rule(), -1, Integer::sum);
      }
    }
    entriesByRule.values().removeIf(count -> count == 0);
  }

  private boolean isOver(Entry entry, long nowMs, List<AlertEvent> events) {
    entry.holding = false;
    Alert alert = entry.alert;
    if (alert.state() == Alert.State.PENDING) {
      return true;
    }
    if (elapsedMs - entry.lastSeenElapsedMs < policy(alert.rule()).resolveAfterMs()) {
      return false;
    }
    Alert over = alert.resolved(entry.ending);
    resolved.addFirst(over);
    if (resolved.size() > RESOLVED_KEPT) {
      resolved.removeLast();
    }
    events.add(new AlertEvent(AlertEvent.Kind.RESOLVED, over, nowMs));
    return true;
  }

  private static Alert alert(
      long id, AlertSignal signal, long sinceMs, long firedAtMs, long lastSeenMs, int occurrences) {
    return new Alert(
        id,
        signal.rule(),
        signal.subject(),
        signal.severity(),
        firedAtMs == -1 ? Alert.State.PENDING : Alert.State.FIRING,
        signal.summary(),
        signal.evidence(),
        signal.nextStep(),
        sinceMs,
        firedAtMs,
        lastSeenMs,
        occurrences);
  }

  private AlertPolicy policy(String rule) {
    return byRule.getOrDefault(rule, defaults);
  }

  /**
   * Firing alerts, then pending ones, of each the gravest first and of those the newest; then the
   * latest that are over, newest first. Whoever reads only the beginning misses the least.
   */
  public List<Alert> current() {
    List<Alert> all = new ArrayList<>();
    entries.values().stream().map(entry -> entry.alert).sorted(URGENT_FIRST).forEach(all::add);
    all.addAll(resolved);
    return all;
  }

  /** Conditions of the last look that are not told because there are too many. */
  public int leftOut() {
    return leftOut;
  }
}
