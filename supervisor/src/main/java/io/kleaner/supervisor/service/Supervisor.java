// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.alert.AlertBook;
import io.kleaner.supervisor.alert.AlertDispatcher;
import io.kleaner.supervisor.alert.AlertEvent;
import io.kleaner.supervisor.journal.Journal;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * One look after another at everything there is to look after; then alerts, and a snapshot for
 * whoever shows it.
 *
 * <p>It shares no lock, no pool and no disk write with what it watches. {@link #tick} is stepped by
 * a thread of its own, or by hand. Not thread-safe but for {@link #snapshot}, {@link #ask}, {@link
 * #askNoMore}, {@link #report} and {@link #withdraw}.
 *
 * @param <S> what was seen at one tick
 */
public final class Supervisor<S> {

  /** Ticks in a row that watched nobody, from which on the supervisor itself is not well. */
  static final int BLIND_TICKS = 5;

  private final Clock clock;
  private final long tickIntervalMs;
  private final Rounds<S> rounds;
  private final AlertBook alerts;
  private final AlertDispatcher dispatcher;
  private final Chronicle chronicle;
  private final Announcer announcer;
  private final Signals signals = new Signals();
  private final Queue<Runnable> asked = new ConcurrentLinkedQueue<>();
  private final Map<String, Consumer<Signals>> reported = new ConcurrentHashMap<>();
  private long ticks;
  private long lastTickNanos;
  private boolean watched;
  private volatile S snapshot;
  private volatile long beatNanos;
  private volatile int blindTicks;
  private volatile boolean ending;

  /**
   * @param tickIntervalMs between two looks
   * @param none what is shown before the first look
   */
  public Supervisor(
      Clock clock,
      long tickIntervalMs,
      Rounds<S> rounds,
      S none,
      AlertBook alerts,
      AlertDispatcher dispatcher,
      Chronicle chronicle,
      Announcer announcer) {
    this.clock = clock;
    this.tickIntervalMs = tickIntervalMs;
    this.rounds = rounds;
    this.snapshot = none;
    this.alerts = alerts;
    this.dispatcher = dispatcher;
    this.chronicle = chronicle;
    this.announcer = announcer;
    this.beatNanos = clock.nanoTime();
    this.lastTickNanos = beatNanos;
  }

  /**
   * A condition that someone else found holds until it is withdrawn; any thread may say so.
   *
   * @param name to withdraw it by
   * @param condition says it, at each look
   */
  public void report(String name, Consumer<Signals> condition) {
    reported.put(name, condition);
  }

  /** A condition that was reported is over, or never was. */
  public void withdraw(String name) {
    reported.remove(name);
  }

  /**
   * Has something done at the next tick, on the supervisor's thread, or when it {@link #conclude}s.
   *
   * @return false if it is not done, since the end has begun
   */
  public boolean ask(Runnable change) {
    asked.add(change);
    // Looked at afterwards: either it is taken back here, or whoever concludes finds it.
    return !ending || !asked.remove(change);
  }

  /** The end has begun: nothing more that is asked for is done. Any thread may say so. */
  public void askNoMore() {
    ending = true;
  }

  /** Whether the end has begun; any thread may ask. */
  public boolean isEnding() {
    return ending;
  }

  /**
   * Does what was asked for and is not done, and keeps what is to outlive the process: somebody was
   * told that it will be. To be called once no other thread steps it any more.
   */
  public void conclude() {
    signals.begin();
    doWhatWasAsked();
    signals.stage("the end", () -> rounds.keep(signals));
  }

  /**
   * Gives up what was asked for and is not done. To be called once no other thread steps it any
   * more.
   *
   * @return how much that was
   */
  public int giveUpWhatWasAsked() {
    int many = 0;
    while (asked.poll() != null) {
      many++;
    }
    return many;
  }

  private void doWhatWasAsked() {
    for (Runnable change = asked.poll(); change != null; change = asked.poll()) {
      signals.stage("actions", change);
    }
  }

  /**
   * One look at everything. A part that fails keeps none of the others from being done: alerts are
   * always judged, and what failed is one of them.
   */
  public void tick() {
    long nowMs = clock.nowMs();
    long nowNanos = clock.nanoTime();
    long intervalMs = TimeUnit.NANOSECONDS.toMillis(nowNanos - lastTickNanos);
    lastTickNanos = nowNanos;
    signals.begin();
    doWhatWasAsked();
    watched = false;
    signals.stage("rounds", () -> watched = rounds.look(nowMs, signals));
    // No memory is taken for it: that there is none may be why nobody is watched.
    blindTicks = watched ? 0 : Math.min(blindTicks, Integer.MAX_VALUE - 1) + 1;
    signals.stage("journal", this::lookAtJournal);
    signals.stage("reported", () -> reported.values().forEach(each -> each.accept(signals)));
    signals.stage("alerts", () -> tell(nowMs));
    ticks++;
    long lagMs = ticks == 1 ? 0 : Math.max(0, intervalMs - tickIntervalMs);
    signals.stage("snapshot", () -> show(nowMs, lagMs));
    beatNanos = nowNanos;
  }

  private void tell(long nowMs) {
    signals.endings().forEach(alerts::becameOf);
    List<AlertEvent> told = alerts.evaluate(nowMs, lastTickNanos, signals.toTell());
    dispatcher.dispatch(told);
    told.forEach(event -> announcer.announce("alert", Views.alert(event.alert())));
  }

  private void show(long nowMs, long lagMs) {
    snapshot = rounds.seen(new Rounds.Tick(nowMs, lagMs, ticks, alerts.current()));
    if (announcer.hasListeners()) {
      announcer.announce("status", rounds.pulse(snapshot));
    }
  }

  private void lookAtJournal() {
    Journal journal = chronicle.journal();
    if (!journal.isWriting()) {
      signals.critical(
          "JournalDead",
          "service",
          "the journal's thread has ended: incidents are no longer kept over restarts",
          "",
          "Restart the service.");
    }
    journal
        .problem()
        .ifPresent(
            problem ->
                signals.critical(
                    "JournalUnwritable",
                    "service",
                    "the state directory cannot be written to: no remedy runs, and incidents are"
                        + " not kept over restarts",
                    problem,
                    "Free space or correct permissions of --state-dir."));
  }

  /** Between two looks. */
  public long tickIntervalMs() {
    return tickIntervalMs;
  }

  /** What was seen last; any thread may ask. */
  public S snapshot() {
    return snapshot;
  }

  /** How many looks in a row have failed to see what they are there for; any thread may ask. */
  public int blindTicks() {
    return blindTicks;
  }

  /** Whether it sees what it is there for, but for a look that fails now and then. */
  public boolean isWatching() {
    return blindTicks < BLIND_TICKS;
  }

  /** Nanoseconds since the last tick ended; any thread may ask. */
  public long sinceTickNanos() {
    return clock.nanoTime() - beatNanos;
  }
}
