// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.alert.Alert;
import io.kleaner.supervisor.journal.Incident;
import io.kleaner.supervisor.judge.Standing;
import io.kleaner.supervisor.judge.broker.BrokerJudge;
import io.kleaner.supervisor.judge.broker.Judgement;
import io.kleaner.supervisor.judge.broker.ThreadVerdict;
import io.kleaner.supervisor.probe.broker.BrokerSample;
import io.kleaner.supervisor.service.Chronicle;
import io.kleaner.supervisor.service.Rounds;
import io.kleaner.supervisor.service.Signals;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The rounds over a broker's cleaner: the newest sample is judged, what is wrong becomes alerts and
 * incidents, and remedies are called for. Not thread-safe; owned by the supervisor's thread.
 */
final class WatchRounds implements Rounds<WatchSnapshot> {

  private final Clock clock;
  private final Supplier<BrokerSample> view;
  private final BrokerJudge judge;
  private final BrokerHands hands;
  private final HandsThread thread;
  private final RemedyBook book;
  private final Forgiven forgiven;
  private final Healer healer;
  private final CulpritSearch culprits;
  private final ConditionNews news;
  private final Chronicle chronicle;
  private final Map<String, String> lastFailure = new HashMap<>();
  private final Leftovers leftovers;
  private String unable;
  private boolean lossTold;
  private Judgement judgement = Judgement.none();

  /** What is thought of each thread, by name. */
  private Map<String, Standing> standings = Map.of();

  private Set<String> isolated = Set.of();

  WatchRounds(
      Clock clock,
      Supplier<BrokerSample> view,
      BrokerJudge judge,
      BrokerHands hands,
      HandsThread thread,
      CulpritSearch culprits,
      Chronicle chronicle) {
    this.clock = clock;
    this.view = view;
    this.judge = judge;
    this.hands = hands;
    this.thread = thread;
    this.culprits = culprits;
    this.news = new ConditionNews(chronicle, culprits);
    this.chronicle = chronicle;
    this.book = new RemedyBook(clock, hands, thread, chronicle);
    this.forgiven = new Forgiven(chronicle);
    // An isolation of ours that was ended while we were not there is over at a look to come.
    BrokerSample unseen = BrokerSample.nothing(-1);
    forgiven.look(hands.isolated(unseen), unseen, clock.nowMs());
    this.healer = new Healer(book, forgiven);
    this.leftovers = new Leftovers(hands, thread, chronicle);
    this.unable = hands.unable();
  }

  @Override
  public boolean look(long nowMs, Signals signals) {
    signals.stage("news of remedies", thread::fetch);
    boolean judged = signals.stage("judgement", () -> judge(nowMs));
    signals.stage("culprits", () -> culprits.look(judgement, nowMs));
    boolean told = judged && signals.stage("diagnoses", () -> news.tell(judgement, signals));
    signals.stage("remedies", () -> care(nowMs, signals));
    if (judged) {
      signals.stage("healing", () -> healer.look(judgement, isolated, nowMs, signals));
    } else {
      // What was judged of an earlier sample calls for no remedy, and ends no alert.
      signals.holdOn("diagnoses");
      signals.holdOn("healing");
    }
    signals.stage("orders", () -> book.look(nowMs, signals));
    signals.stage("hands", () -> tellOf(thread, "remedies", "nothing is done any more", signals));
    signals.stage(
        "scans",
        () ->
            tellOf(
                culprits.thread(),
                "scans",
                "nobody looks any more for the record that kills a cleaner",
                signals));
    return told;
  }

  private void judge(long nowMs) {
    BrokerSample sample = view.get();
    isolated = hands.isolated(sample);
    forgiven.look(isolated, sample, nowMs);
    judgement = judge.judge(sample, isolated, forgiven.untilMs());
    standings = standings(clock.nanoTime());
  }

  private void care(long nowMs, Signals signals) {
    tellUnable();
    tellLoss(signals);
    leftovers.look(book.isBusy(), nowMs, signals);
  }

  private Map<String, Standing> standings(long nowNanos) {
    Map<String, Standing> now = new HashMap<>();
    for (ThreadVerdict each : judgement.threads()) {
      Optional<Standing> before = Optional.ofNullable(standings.get(each.name()));
      now.put(each.name(), Standing.next(before, each.verdict(), nowNanos));
    }
    return Map.copyOf(now);
  }

  /** A job that failed, or a thread that has ended, must not go unnoticed. */
  private void tellOf(HandsThread one, String name, String consequence, Signals signals) {
    for (RuntimeException failure : one.failures()) {
      if (!failure.toString().equals(lastFailure.put(name, failure.toString()))) {
        chronicle.add(
            Incident.Kind.REMEDY_FAILED,
            "service",
            "a job of the thread for " + name + " failed",
            failure.toString(),
            "Report this; the thread goes on.");
      }
    }
    if (one.hasEnded()) {
      signals.critical(
          "HandsDead",
          name,
          "the thread for " + name + " has ended: " + consequence,
          one.death().map(Throwable::toString).orElse(""),
          "Restart kleaner.");
    }
  }

  /** That it could do nothing from the start is told by who began it. */
  private void tellUnable() {
    String now = hands.unable();
    if (unable.isEmpty() && !now.isEmpty()) {
      chronicle.add(
          Incident.Kind.REMEDIES_OFF,
          "service",
          "no remedy runs: " + now,
          "",
          "Free space or correct permissions of --state-dir.");
    }
    unable = now;
  }

  /** Nobody takes back a setting of which nobody knows: told until a person restarts us. */
  private void tellLoss(Signals signals) {
    if (hands.loss().isEmpty()) {
      return;
    }
    String summary = "a setting of an earlier remedy may be in force that nobody takes back";
    String evidence = hands.loss().get();
    String nextStep =
        "Compare that file with what 'kafka-configs.sh --describe' shows for brokers and topics,"
            + " take back by hand what is not to stay, then restart kleaner.";
    signals.warning("OverridesLost", "broker", summary, evidence, nextStep);
    if (!lossTold) {
      lossTold = true;
      chronicle.add(Incident.Kind.CONDITION_BEGAN, "broker", summary, evidence, nextStep);
    }
  }

  @Override
  public WatchSnapshot seen(Tick tick) {
    return new WatchSnapshot(tick, judgement, standings, book.all(), culprits.found(), isolated);
  }

  @Override
  public Map<String, Object> pulse(WatchSnapshot seen) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("atMs", seen.tick().atMs());
    map.put("tick", seen.tick().ticks());
    map.put("partitions", seen.judgement().partitions().size());
    map.put(
        "alertsFiring",
        seen.tick().alerts().stream().filter(each -> each.state() == Alert.State.FIRING).count());
    return map;
  }

  /** The end: what people asked for, and has not had its turn, is told as not done. */
  void giveUp() {
    book.giveUp();
  }

  RemedyBook book() {
    return book;
  }

  Forgiven forgiven() {
    return forgiven;
  }

  Judgement judgement() {
    return judgement;
  }
}
