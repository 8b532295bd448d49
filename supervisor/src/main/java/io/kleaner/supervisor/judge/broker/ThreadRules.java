// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge.broker;

import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.supervisor.judge.Verdict;
import io.kleaner.supervisor.probe.broker.BrokerConfig;
import io.kleaner.supervisor.probe.broker.BrokerSample;
import io.kleaner.supervisor.probe.broker.CleanerThread;
import io.kleaner.supervisor.probe.broker.ConfigValue;
import io.kleaner.supervisor.probe.broker.Seen;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Judges a broker's cleaner threads. Pure.
 *
 * <ol>
 *   <li>A thread that should be there and is not at two looks in a row, or whose death the log told
 *       and that is not there, is dead. Where no look at threads is to be had, the log alone
 *       counts. In a JVM that has just started there may be no thread yet; and where the others are
 *       new ones, it may not have come back because fewer are set, which the next reading of the
 *       settings tells. While the broker is {@linkplain Stopping being stopped} it is not dead; one
 *       that takes too long for that is told.
 *   <li>One that is there is judged by {@link LiveThreadRules}.
 * </ol>
 */
final class ThreadRules {

  /** What thread names begin with. */
  static final String NAME = "kafka-log-cleaner-thread-";

  /** A line so much older than the first look without the thread tells of its end. */
  private static final long JUST_MS = 10_000;

  private final BrokerSample sample;
  private final BrokerHistory history;
  private final JudgeOptions options;
  private final List<Death> deaths;
  private final Optional<Stopping> stopping;
  private final List<ThreadVerdict> verdicts = new ArrayList<>();
  private final List<Diagnosis> diagnoses = new ArrayList<>();
  private final LiveThreadRules live;

  /**
   * @param deaths that are known, the oldest first
   */
  ThreadRules(
      BrokerSample sample, BrokerHistory history, JudgeOptions options, List<Death> deaths) {
    this.sample = sample;
    this.history = history;
    this.options = options;
    this.deaths = deaths;
    this.stopping = Stopping.of(sample, history.startedMs(sample));
    this.live = new LiveThreadRules(sample, history, options, verdicts, diagnoses);
  }

  /** How many threads there should be; empty if nothing says. */
  static OptionalInt expected(BrokerSample sample, int mostSeen) {
    Optional<BrokerConfig> config = sample.config().get();
    if (config.isPresent()) {
      if (isOff(config.get())) {
        return OptionalInt.of(0);
      }
      OptionalLong threads = config.get().number("log.cleaner.threads");
      if (threads.isPresent()) {
        return OptionalInt.of((int) Math.min(threads.getAsLong(), 1_000));
      }
    }
    return mostSeen > 0 ? OptionalInt.of(mostSeen) : OptionalInt.empty();
  }

  private static boolean isOff(BrokerConfig config) {
    return config
        .get("log.cleaner.enable")
        .map(ConfigValue::text)
        .filter("false"::equalsIgnoreCase)
        .isPresent();
  }

  /** The number at the end of a thread's name. */
  static OptionalInt number(String name) {
    try {
      return name.startsWith(NAME)
          ? OptionalInt.of(Integer.parseInt(name.substring(NAME.length())))
          : OptionalInt.empty();
    } catch (NumberFormatException e) {
      return OptionalInt.empty();
    }
  }

  /** Whether the broker is being stopped, and may still be at it. */
  boolean isStopping() {
    return stopping.filter(each -> each.isUnderWay(sample.atMs())).isPresent();
  }

  void judge() {
    if (sample.config().get().filter(ThreadRules::isOff).isPresent()) {
      off();
      return;
    }
    boolean fresh = sample.threads().ageMs(sample.atMs()) <= options.staleAfterMs();
    if (!fresh) {
      byLogAlone();
      return;
    }
    if (history.threads().isStarting()) {
      unknown(NAME + "*", "the broker is starting; its cleaner is yet to begin");
      return;
    }
    Map<String, ThreadHistory.Absence> absences = history.threads().absences();
    OptionalInt expected = expected(sample, history.threads().most());
    if (expected.isEmpty() && history.threads().there().isEmpty()) {
      if (isStopping()) {
        unknown(NAME + "*", "the broker is being stopped: " + stopping.orElseThrow().text());
      } else {
        noneEver();
      }
      return;
    }
    List<String> names = new ArrayList<>(history.threads().there().keySet());
    absences.keySet().stream().filter(name -> !names.contains(name)).sorted().forEach(names::add);
    for (String name : names) {
      ThreadHistory.Absence absence = absences.get(name);
      if (absence == null) {
        live.judge(history.threads().there().get(name));
      } else {
        absent(name, absence, expected.orElse(history.threads().most()));
      }
    }
  }

  private void off() {
    diagnoses.add(
        Diagnosis.of(
            Ailment.CLEANER_OFF,
            "broker",
            sample.atMs(),
            "the log cleaner is switched off: no topic is compacted on this broker",
            "log.cleaner.enable=false",
            "Remove log.cleaner.enable from server.properties and restart the broker."));
  }

  private void unknown(String name, String why) {
    verdicts.add(
        new ThreadVerdict(
            name,
            OptionalLong.empty(),
            "unknown",
            new Verdict.Unknown(why),
            -1,
            Optional.empty(),
            false));
  }

  private void noneEver() {
    String summary = "the broker's JVM has no cleaner thread";
    verdicts.add(
        new ThreadVerdict(
            NAME + "0",
            OptionalLong.empty(),
            "dead",
            new Verdict.Dead(summary),
            -1,
            Optional.empty(),
            false));
    diagnoses.add(
        Diagnosis.of(
            Ailment.CLEANER_DEAD,
            "cleaner",
            sample.atMs(),
            summary,
            "no thread named " + NAME + "*; how many there should be is not known",
            "Unless log.cleaner.enable is false: name the broker's log with --broker-log to learn"
                + " the cause, and --bootstrap-server to have it revived."));
  }

  private void byLogAlone() {
    String why =
        sample.threads() instanceof Seen.Missing<List<CleanerThread>> missing
            ? missing.why()
            : "threads were last seen "
                + Moments.span(sample.threads().ageMs(sample.atMs()))
                + " ago";
    LogAlone.dead(sample)
        .forEach(
            (thread, died) -> {
              if (!history.threads().wasAliveAfter(NAME + thread, died.atMs())) {
                dead(
                    NAME + thread,
                    died.atMs(),
                    Deaths.latest(deaths, thread),
                    "its log says so, and not that it was started again; " + why);
              }
            });
    if (verdicts.isEmpty()) {
      unknown(NAME + "*", why);
    }
  }

  private void absent(String name, ThreadHistory.Absence absence, int expected) {
    Optional<Death> death =
        Deaths.latest(deaths, number(name).orElse(-1))
            // No thread of this process died before it began.
            .filter(each -> each.atMs() >= history.startedMs(sample).orElse(Long.MIN_VALUE))
            .filter(each -> absence.looks() > 1 || isItsEnd(each, absence));
    boolean ended = death.filter(each -> isItsEnd(each, absence)).isPresent();
    if (!ended && history.threads().mayBeOneTooMany(sample, absence)) {
      unknown(
          name,
          "the cleaner was started anew without "
              + name
              + "; how many threads are set is yet to be read again");
      return;
    }
    if (!ended && number(name).orElse(-1) >= expected) {
      // It was left out, as settings say that came after the last look at threads.
      return;
    }
    Optional<Stopping> stop =
        ended ? Optional.empty() : stopping.filter(each -> each.explains(absence.sinceMs()));
    if (stop.isPresent()) {
      stopped(name, stop.get());
      return;
    }
    if (absence.looks() < 2 && death.isEmpty()) {
      ThreadTrack before = history.threads().there().get(name);
      if (before != null) {
        // Just now it was there: it may be being replaced. The next look tells.
        verdicts.add(
            live.verdict(before, "working", new Verdict.Unknown(name + " is not there now")));
      }
      return;
    }
    long alive = history.threads().there().keySet().stream().filter(n -> !absentNow(n)).count();
    dead(
        name,
        death.map(Death::atMs).orElse(absence.sinceMs()),
        death,
        "it was missing at " + absence.looks() + " looks; " + alive + " of " + expected + " live");
  }

  private void stopped(String name, Stopping stop) {
    if (stop.isUnderWay(sample.atMs())) {
      unknown(name, "the broker is being stopped: " + stop.text());
      return;
    }
    String summary =
        name
            + " was stopped at "
            + Moments.at(stop.atMs())
            + " with the broker, as it seems, which has not ended for "
            + Moments.span(sample.atMs() - stop.atMs());
    dead(
        name,
        stop.atMs(),
        Optional.empty(),
        summary,
        stop.text(),
        "If the broker is to end, see what it waits for: its log, and a thread dump (jstack PID);"
            + " one that does not end is left to kill -9, and recovers its logs at the next start."
            + " If it is to run: kleaner revive --token-file FILE.");
  }

  /** Of a thread that was there before, however long ago: or nobody would know its end. */
  private static boolean isItsEnd(Death death, ThreadHistory.Absence absence) {
    return death.atMs() >= absence.sinceMs() - JUST_MS
        || (absence.lastThereMs() >= 0 && death.atMs() >= absence.lastThereMs());
  }

  private boolean absentNow(String name) {
    return history.threads().absences().containsKey(name);
  }

  private void dead(String name, long atMs, Optional<Death> death, String evidence) {
    dead(
        name,
        atMs,
        death.flatMap(Death::culprit),
        name
            + " is dead since "
            + Moments.at(atMs)
            + death.map(each -> ": " + each.text()).orElse(""),
        evidence,
        BrokerText.advice(
            sample,
            death.map(Death::cause).orElse(DeathCause.UNKNOWN),
            death.flatMap(Death::culprit)));
  }

  private void dead(
      String name,
      long atMs,
      Optional<TopicPartition> culprit,
      String summary,
      String evidence,
      String advice) {
    verdicts.add(
        new ThreadVerdict(
            name,
            OptionalLong.empty(),
            "dead",
            new Verdict.Dead(summary),
            Math.max(0, sample.atMs() - atMs),
            culprit,
            false));
    diagnoses.add(
        new Diagnosis(
            Ailment.CLEANER_DEAD,
            name,
            Ailment.CLEANER_DEAD.severity(),
            culprit,
            atMs,
            summary,
            evidence + GaugeRules.deadCountSays(sample),
            advice));
  }

  List<ThreadVerdict> verdicts() {
    return verdicts;
  }

  List<Diagnosis> diagnoses() {
    return diagnoses;
  }
}
