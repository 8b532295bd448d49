// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge.broker;

import io.kleaner.supervisor.probe.broker.BrokerSample;
import io.kleaner.supervisor.probe.broker.CleanerGauges;
import io.kleaner.supervisor.probe.broker.CleanerLog;
import io.kleaner.supervisor.probe.broker.CleanerThread;
import io.kleaner.supervisor.probe.broker.Gauge;
import io.kleaner.supervisor.probe.broker.Seen;
import io.kleaner.supervisor.probe.broker.Source;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * Judges what is known at all: a source that was named and gives nothing is told; one that was not
 * named is unknown and says what it would add. Pure.
 */
final class SourceRules {

  private static final long METADATA_LAG_MS = 60_000;

  /** Answered by the broker itself. */
  private static final Set<Source> LIVE = EnumSet.of(Source.ADMIN, Source.JMX);

  private final BrokerSample sample;
  private final BrokerHistory history;
  private final JudgeOptions options;
  private final Set<Source> named;

  SourceRules(BrokerSample sample, BrokerHistory history, JudgeOptions options, Set<Source> named) {
    this.sample = sample;
    this.history = history;
    this.options = options;
    this.named = named;
  }

  List<SourceState> states() {
    List<SourceState> states = new ArrayList<>();
    for (Source source : Source.values()) {
      states.add(
          switch (source) {
            case ADMIN -> state(source, sample.config());
            case JMX -> state(source, sample.threads());
            case BROKER_LOG -> state(source, sample.log());
            case LOG_DIR -> logDirs();
          });
    }
    return states;
  }

  private SourceState state(Source source, Seen<?> seen) {
    if (!named.contains(source)) {
      return new SourceState(
          source, SourceState.Kind.NOT_ASKED, "no " + source.option() + " was given", -1);
    }
    if (seen instanceof Seen.Missing<?> missing) {
      return new SourceState(source, SourceState.Kind.MISSING, missing.why(), -1);
    }
    return known(source, seen.ageMs(sample.atMs()));
  }

  private SourceState known(Source source, long ageMs) {
    // The Admin API and directories are asked less often: several of their rounds may pass.
    boolean quick = source == Source.JMX || source == Source.BROKER_LOG;
    long limitMs = quick ? options.silentAfterMs() : 10 * options.silentAfterMs();
    return ageMs > limitMs
        ? new SourceState(
            source, SourceState.Kind.MISSING, "nothing new for " + Moments.span(ageMs), ageMs)
        : new SourceState(source, SourceState.Kind.KNOWN, "", ageMs);
  }

  private SourceState logDirs() {
    if (!named.contains(Source.LOG_DIR)) {
      return state(Source.LOG_DIR, sample.config());
    }
    long newest = Long.MAX_VALUE;
    String why = "no directory was looked at yet";
    for (var entry : sample.logDirs().entrySet()) {
      newest = Math.min(newest, entry.getValue().ageMs(sample.atMs()));
      if (entry.getValue() instanceof Seen.Missing<?> missing) {
        why = entry.getKey() + ": " + missing.why();
      }
    }
    return newest == Long.MAX_VALUE
        ? new SourceState(Source.LOG_DIR, SourceState.Kind.MISSING, why, -1)
        : known(Source.LOG_DIR, newest);
  }

  List<Diagnosis> judge(List<SourceState> states) {
    List<Diagnosis> diagnoses = new ArrayList<>();
    boolean starting = sample.atMs() - history.firstMs() < options.silentAfterMs();
    List<SourceState> silent =
        states.stream().filter(each -> each.kind() == SourceState.Kind.MISSING).toList();
    if (!starting && !silent.isEmpty()) {
      boolean none = states.stream().noneMatch(s -> s.kind() == SourceState.Kind.KNOWN);
      if (none || isUnanswered(silent)) {
        diagnoses.add(unseen(silent, none));
      }
      silent.forEach(each -> diagnoses.add(silent(each)));
    }
    if (sample.log() instanceof Seen.Known<CleanerLog> log && !starting) {
      for (CleanerLog.LogFile file : log.value().files()) {
        file.problem()
            .ifPresent(
                problem -> diagnoses.add(unreadable(file.file(), problem, Source.BROKER_LOG)));
      }
    }
    if (sample.log() instanceof Seen.Known<CleanerLog> log) {
      log.value().files().stream()
          .filter(file -> file.timesOffMs() != 0)
          .forEach(file -> diagnoses.add(timesOff(file)));
    }
    if (!starting && isKnown(states, Source.LOG_DIR)) {
      // Of several, the others are no reason to pass over one that cannot be read.
      sample
          .logDirs()
          .forEach(
              (dir, seen) -> {
                if (seen instanceof Seen.Missing<?> missing) {
                  diagnoses.add(unreadable(dir, missing.why(), Source.LOG_DIR));
                }
              });
    }
    offlineLogDirs(diagnoses);
    gauges(diagnoses);
    return diagnoses;
  }

  private static boolean isKnown(List<SourceState> states, Source source) {
    return states.stream()
        .anyMatch(each -> each.source() == source && each.kind() == SourceState.Kind.KNOWN);
  }

  private Diagnosis unreadable(Path path, String problem, Source source) {
    return Diagnosis.of(
        Ailment.SOURCE_SILENT,
        path.toString(),
        sample.atMs(),
        path + " cannot be read: " + problem,
        "it would add " + source.wouldAdd(),
        "Check the path and its permissions.");
  }

  private Diagnosis timesOff(CleanerLog.LogFile file) {
    return Diagnosis.of(
        Ailment.BROKER_LOG_TIMES_OFF,
        file.file().toString(),
        sample.atMs(),
        "the times in "
            + file.file()
            + " are "
            + Moments.span(Math.abs(file.timesOffMs()))
            + (file.timesOffMs() > 0 ? " ahead of" : " behind")
            + " when it was written, as times of another zone are",
        "its newest line, beside when the file was changed last",
        "Name the zone of the broker's JVM with --broker-log-zone (its TZ, or -Duser.timezone; UTC in"
            + " most containers).");
  }

  /**
   * Files of a broker that is down can be read. Where it was named by one way alone, that way may
   * be broken.
   */
  private static boolean isUnanswered(List<SourceState> silent) {
    return silent.stream().map(SourceState::source).toList().containsAll(LIVE);
  }

  private Diagnosis unseen(List<SourceState> silent, boolean none) {
    StringBuilder why = new StringBuilder();
    silent.forEach(
        each -> why.append(each.source().option()).append(": ").append(each.why()).append("; "));
    return Diagnosis.of(
        Ailment.BROKER_UNSEEN,
        "broker",
        sample.atMs(),
        none
            ? "nothing is known of the broker now: no source that was named answers"
            : "the broker does not answer, by whatever way: its files say what was, not what is",
        why.toString(),
        "Is it down, or restarting? If it runs: check addresses, ports and permissions.");
  }

  private Diagnosis silent(SourceState state) {
    return Diagnosis.of(
        Ailment.SOURCE_SILENT,
        state.source().option(),
        sample.atMs(),
        state.source().option() + " gives nothing now: " + state.why(),
        "it would add " + state.source().wouldAdd(),
        "Check that the broker is up, the address, and the permissions; what it would add is unknown"
            + " until then, not healthy.");
  }

  /** A broker that ends of it says no more, which is not that the directory is back. */
  private void offlineLogDirs(List<Diagnosis> diagnoses) {
    LostLogDirs lost = LostLogDirs.of(sample, history.startedMs(sample));
    long gauge = history.offlineLogDirs();
    long count = Math.max(gauge, lost.count());
    if (count == 0) {
      return;
    }
    List<String> evidence = new ArrayList<>();
    if (gauge > 0) {
      evidence.add(
          "OfflineLogDirectoryCount "
              + gauge
              + (sample.gauges() instanceof Seen.Known
                  ? ""
                  : ", as it was told last: JMX does not answer now"));
    }
    if (lost.count() > 0) {
      evidence.add("its log says that it lost " + lost.text());
    }
    diagnoses.add(
        Diagnosis.of(
            Ailment.LOG_DIR_OFFLINE,
            "broker",
            lost.firstMs().orElse(sample.atMs()),
            count + " log directories are offline",
            String.join("; ", evidence),
            "Read the broker's log for the first I/O error; a full disk and a malformed"
                + " checkpoint are usual causes. Repair it, then restart the broker."));
  }

  private void gauges(List<Diagnosis> diagnoses) {
    Optional<CleanerGauges> gauges = sample.gauges().get();
    if (gauges.isEmpty()) {
      return;
    }
    boolean threadsThere =
        sample.threads() instanceof Seen.Known<List<CleanerThread>> threads
            && !threads.value().isEmpty();
    boolean cleanerGauges =
        gauges.get().get(Gauge.MAX_DIRTY_PERCENT).isPresent()
            || gauges.get().get(Gauge.MAX_CLEAN_TIME_SECS).isPresent()
            || gauges.get().get(Gauge.DEAD_THREAD_COUNT).isPresent();
    if (threadsThere && !cleanerGauges && history.gaugesSeen()) {
      diagnoses.add(
          Diagnosis.of(
              Ailment.GAUGES_GONE,
              "broker",
              sample.atMs(),
              "the cleaner's gauges are gone while its threads are there (KAFKA-16574)",
              "releases 3.6.0 to 3.8.0 lose them when the cleaner is reconfigured",
              "Threads and checkpoints are looked at instead. Alerts of yours on these gauges are"
                  + " blind until the broker restarts; 3.9.0 has it fixed."));
    }
    above(gauges.get(), Gauge.METADATA_APPLIED_LAG_MS, METADATA_LAG_MS)
        .ifPresent(
            lagMs ->
                diagnoses.add(
                    Diagnosis.of(
                        Ailment.METADATA_STUCK,
                        "broker",
                        sample.atMs() - (long) (double) lagMs,
                        "the broker has applied no metadata for "
                            + Moments.span((long) (double) lagMs),
                        "last-applied-record-lag-ms " + (long) (double) lagMs,
                        "If the cleaner was reconfigured lately, the broker waits for a thread that"
                            + " is blocked: it ends only with the broker. It ignores SIGTERM then;"
                            + " kill -9 and a start are left.")));
    if (history.refusedUnkeyed().grown() > 0) {
      diagnoses.add(
          Diagnosis.of(
              Ailment.UNKEYED_RECORDS_REFUSED,
              "broker",
              sample.atMs() - history.refusedUnkeyed().spanMs(),
              "producers send records without a key to compacted topics; the broker refuses them",
              history.refusedUnkeyed().grown()
                  + " in "
                  + Moments.span(history.refusedUnkeyed().spanMs()),
              "Find the producer by its errors (InvalidRecordException); nothing is lost here."));
    }
    uncleanable(gauges.get(), diagnoses);
  }

  private static Optional<Double> above(CleanerGauges gauges, Gauge gauge, double limit) {
    OptionalDouble value = gauges.get(gauge);
    return value.isPresent() && value.getAsDouble() > limit
        ? Optional.of(value.getAsDouble())
        : Optional.empty();
  }

  private void uncleanable(CleanerGauges gauges, List<Diagnosis> diagnoses) {
    gauges
        .uncleanable()
        .forEach(
            (dir, counted) -> {
              long count = counted.partitions().orElse(0);
              if (count == 0) {
                return;
              }
              long named =
                  sample.partitions().values().stream()
                      .filter(each -> each.uncleanable().isPresent())
                      .filter(
                          each ->
                              each.files()
                                  .get()
                                  .map(files -> files.dir().startsWith(dir))
                                  .orElse(true))
                      .count();
              if (count > named) {
                diagnoses.add(unnamed(dir, count, named));
              }
            });
  }

  private Diagnosis unnamed(String dir, long count, long named) {
    return Diagnosis.of(
        Ailment.PARTITIONS_UNCLEANABLE,
        dir,
        sample.atMs(),
        count
            + " partitions of "
            + dir
            + " were given up by the broker, of which the log names "
            + named,
        "uncleanable-partitions-count " + count,
        "Name the broker's log from its last start on with --broker-log, or look there for"
            + " 'uncleanable': grep -h uncleanable log-cleaner.log* server.log*. Only a restart of"
            + " the broker or moving the replica away and back clears the mark.");
  }
}
