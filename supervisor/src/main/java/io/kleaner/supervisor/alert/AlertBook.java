// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.alert;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Turns conditions that hold now into alerts: pending, firing, resolved, one for each rule and
 * subject however often the condition comes and goes.
 *
 * <pre>
 *   condition holds          for holdOffMs
 *  ---------------> PENDING ---------------> FIRING --(every repeatIntervalMs)--> told again
 *                      | gone                   | gone for resolveAfterMs
 *                      v                        v
 *                   forgotten                RESOLVED
 * </pre>
 *
 * <p>Does no I/O and asks no clock. Bounded: beyond a number of alerts further subjects are
 * counted, not told. Not thread-safe; owned by the supervisor.
 */
public final class AlertBook {

  /** Pending and firing ones together. */
  public static final int MAX_ALERTS = 500;

  private static final int RESOLVED_KEPT = 100;

  private final AlertPolicy defaults;
  private final Map<String, AlertPolicy> byRule;
  private final Map<Key, Entry> entries = new LinkedHashMap<>();
  private final Deque<Alert> resolved = new ArrayDeque<>();
  private long nextId = 1;
  private int leftOut;

  private record Key(String rule, String subject) {}

  private static final class Entry {
    private Alert alert;
    private boolean holding = true;
    private long toldMs;

    Entry(Alert alert) {
      this.alert = alert;
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
   * @param holdingNow every condition that holds now
   * @return what is to be told
   */
  public List<AlertEvent> evaluate(long nowMs, Collection<AlertSignal> holdingNow) {
    List<AlertEvent> events = new ArrayList<>();
    Map<Key, AlertSignal> signals = new LinkedHashMap<>();
    for (AlertSignal signal : holdingNow) {
      signals.putIfAbsent(new Key(signal.rule(), signal.subject()), signal);
    }
    leftOut = 0;
    signals.forEach((key, signal) -> hold(key, signal, nowMs, events));
    Iterator<Map.Entry<Key, Entry>> all = entries.entrySet().iterator();
    while (all.hasNext()) {
      Map.Entry<Key, Entry> each = all.next();
      if (!signals.containsKey(each.getKey()) && isOver(each.getValue(), nowMs, events)) {
        all.remove();
      }
    }
    return events;
  }

  private void hold(Key key, AlertSignal signal, long nowMs, List<AlertEvent> events) {
    Entry entry = entries.get(key);
    if (entry == null) {
      if (entries.size() >= MAX_ALERTS) {
        leftOut++;
        return;
      }
      entry = new Entry(alert(nextId++, signal, Alert.State.PENDING, nowMs, -1, nowMs, 1));
      entries.put(key, entry);
    }
    Alert before = entry.alert;
    int occurrences = before.occurrences() + (entry.holding ? 0 : 1);
    entry.holding = true;
    AlertPolicy policy = policy(key.rule());
    if (before.state() == Alert.State.PENDING) {
      boolean due = nowMs - before.sinceMs() >= policy.holdOffMs();
      entry.alert =
          alert(
              before.id(),
              signal,
              due ? Alert.State.FIRING : Alert.State.PENDING,
              before.sinceMs(),
              due ? nowMs : -1,
              nowMs,
              occurrences);
      if (due) {
        entry.toldMs = nowMs;
        events.add(new AlertEvent(AlertEvent.Kind.FIRING, entry.alert, nowMs));
      }
      return;
    }
    entry.alert =
        alert(
            before.id(),
            signal,
            Alert.State.FIRING,
            before.sinceMs(),
            before.firedAtMs(),
            nowMs,
            occurrences);
    if (nowMs - entry.toldMs >= policy.repeatIntervalMs()) {
      entry.toldMs = nowMs;
      events.add(new AlertEvent(AlertEvent.Kind.REPEATED, entry.alert, nowMs));
    }
  }

  private boolean isOver(Entry entry, long nowMs, List<AlertEvent> events) {
    entry.holding = false;
    Alert alert = entry.alert;
    if (alert.state() == Alert.State.PENDING) {
      return true;
    }
    if (nowMs - alert.lastSeenMs() < policy(alert.rule()).resolveAfterMs()) {
      return false;
    }
    Alert over =
        new Alert(
            alert.id(),
            alert.rule(),
            alert.subject(),
            alert.severity(),
            Alert.State.RESOLVED,
            alert.summary(),
            alert.evidence(),
            alert.nextStep(),
            alert.sinceMs(),
            alert.firedAtMs(),
            alert.lastSeenMs(),
            alert.occurrences());
    resolved.addFirst(over);
    if (resolved.size() > RESOLVED_KEPT) {
      resolved.removeLast();
    }
    events.add(new AlertEvent(AlertEvent.Kind.RESOLVED, over, nowMs));
    return true;
  }

  private static Alert alert(
      long id,
      AlertSignal signal,
      Alert.State state,
      long sinceMs,
      long firedAtMs,
      long lastSeenMs,
      int occurrences) {
    return new Alert(
        id,
        signal.rule(),
        signal.subject(),
        signal.severity(),
        state,
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

  /** Pending and firing alerts, then the latest that are over. */
  public List<Alert> current() {
    List<Alert> all = new ArrayList<>();
    entries.values().forEach(entry -> all.add(entry.alert));
    all.addAll(resolved);
    return all;
  }

  /** Conditions of the last look that are not told because there are too many. */
  public int leftOut() {
    return leftOut;
  }
}
