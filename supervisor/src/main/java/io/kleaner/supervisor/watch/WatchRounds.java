// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.alert.Alert;
import io.kleaner.supervisor.journal.Incident;
import io.kleaner.supervisor.judge.Severity;
import io.kleaner.supervisor.judge.Standing;
import io.kleaner.supervisor.judge.broker.Ailment;
import io.kleaner.supervisor.judge.broker.BrokerJudge;
import io.kleaner.supervisor.judge.broker.Diagnosis;
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
  private final Healer healer;
  private final CulpritSearch culprits;
  private final Chronicle chronicle;
  private final Map<String, Diagnosis> holding = new HashMap<>();
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
    this.chronicle = chronicle;
    this.book = new RemedyBook(hands, thread, chronicle);
    this.healer = new Healer(book);
    this.leftovers = new Leftovers(hands, thread, chronicle);
    this.unable = hands.unable();
  }

  @Override
  public boolean look(long nowMs, Signals signals) {
    signals.stage("news of remedies", thread::fetch);
    boolean judged = signals.stage("judgement", this::judge);
    signals.stage("culprits", () -> culprits.look(judgement, nowMs));
    boolean told = judged && signals.stage("diagnoses", () -> tell(signals));
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

  private void judge() {
    BrokerSample sample = view.get();
    isolated = hands.isolated(sample);
    judgement = judge.judge(sample, isolated);
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

  private void tell(Signals signals) {
    Map<String, Diagnosis> now = new HashMap<>();
    for (Diagnosis each : judgement.diagnoses()) {
      String key = each.ailment().rule() + " " + each.subject();
      now.put(key, each);
      String evidence =
          each.evidence()
              + each.partition().flatMap(culprits::found).map(found -> "; " + found).orElse("");
      if (each.severity() == Severity.CRITICAL) {
        signals.critical(
            each.ailment().rule(), each.subject(), each.summary(), evidence, each.advice());
      } else if (each.severity() == Severity.WARNING) {
        signals.warning(
            each.ailment().rule(), each.subject(), each.summary(), evidence, each.advice());
      }
      if (!holding.containsKey(key)) {
        chronicle.add(
            began(each.ailment()), each.subject(), each.summary(), evidence, each.advice());
      }
    }
    holding.forEach(
        (key, each) -> {
          if (!now.containsKey(key)) {
            chronicle.add(
                ended(each.ailment()),
                each.subject(),
                each.ailment().rule() + " is over",
                each.summary(),
                "");
          }
        });
    holding.clear();
    holding.putAll(now);
  }

  private static Incident.Kind began(Ailment ailment) {
    return switch (ailment) {
      case CLEANER_DEAD -> Incident.Kind.WORKER_DEAD;
      case CLEANER_HUNG, CLEANER_SPINNING -> Incident.Kind.WORKER_HUNG;
      case PARTITION_UNCLEANABLE -> Incident.Kind.PARTITION_FAILED;
      case BROKER_PARTITION_STALLED -> Incident.Kind.PARTITION_STALLED;
      case BROKER_FALLING_BEHIND -> Incident.Kind.FALLING_BEHIND;
      case BROKER_UNSEEN -> Incident.Kind.LOG_DIR_BLIND;
      default -> Incident.Kind.CONDITION_BEGAN;
    };
  }

  private static Incident.Kind ended(Ailment ailment) {
    return switch (ailment) {
      case CLEANER_DEAD -> Incident.Kind.WORKER_RESTARTED;
      case BROKER_PARTITION_STALLED -> Incident.Kind.PARTITION_MOVING;
      case BROKER_UNSEEN -> Incident.Kind.LOG_DIR_SEEN;
      default -> Incident.Kind.CONDITION_ENDED;
    };
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

  RemedyBook book() {
    return book;
  }

  Healer healer() {
    return healer;
  }

  Judgement judgement() {
    return judgement;
  }
}
