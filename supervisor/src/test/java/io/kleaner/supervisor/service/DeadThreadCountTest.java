// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.supervisor.alert.Alert;
import io.kleaner.supervisor.alert.AlertBook;
import io.kleaner.supervisor.alert.AlertDispatcher;
import io.kleaner.supervisor.alert.AlertPolicy;
import io.kleaner.supervisor.cleaner.HandClock;
import io.kleaner.supervisor.cleaner.Puppet;
import io.kleaner.supervisor.journal.Journal;
import io.kleaner.supervisor.judge.Standing;
import io.kleaner.supervisor.judge.WorkerRules;
import io.kleaner.supervisor.metrics.Metrics;
import io.kleaner.supervisor.probe.WorkerSample;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A broker's name with what it should mean: those that are dead or hang, while they do. */
class DeadThreadCountTest {

  private static final String NAME = "kafka_log_logcleaner_deadthreadcount";

  private final HandClock clock = new HandClock();
  private final Puppet.Troupe crew = new Puppet.Troupe(clock, "cleaner-0", "cleaner-1", "scout-0");
  private final Announcer announcer = new Announcer();
  private final Supervisor<Snapshot> supervisor =
      new Supervisor<>(
          clock,
          500,
          new OnlyLooks(),
          Snapshot.NONE,
          new AlertBook(AlertPolicy.DEFAULT, Map.of()),
          new AlertDispatcher(List.of()),
          new Chronicle(Journal.inMemory("a test keeps nothing"), announcer, clock),
          announcer);
  private final Metrics metrics = new Metrics();

  DeadThreadCountTest() {
    metrics.kafka(new BrokerNames(supervisor, crew).view(List.of()));
    supervisor.tick();
  }

  /** Judges workers and does nothing about it. */
  private final class OnlyLooks implements Rounds<Snapshot> {

    @Override
    public boolean look(long nowMs, Signals signals) {
      return true;
    }

    @Override
    public Snapshot seen(Tick tick) {
      WorkerRules rules = new WorkerRules(60_000);
      List<WorkerCare.WorkerSeen> seen =
          crew.agents().stream()
              .map(WorkerSample::of)
              .map(
                  sample ->
                      new WorkerCare.WorkerSeen(
                          sample,
                          Standing.next(Optional.empty(), rules.judge(sample), clock.nanoTime()),
                          0))
              .toList();
      List<Alert> none = List.of();
      return new Snapshot(
          tick.atMs(),
          0,
          tick.ticks(),
          seen,
          List.of(),
          Judged.NOTHING,
          List.of(),
          none,
          List.of());
    }

    @Override
    public Map<String, Object> pulse(Snapshot seen) {
      return Map.of();
    }
  }

  private double count() {
    return metrics
        .prometheusText()
        .lines()
        .filter(line -> line.startsWith(NAME + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(NAME.length() + 1)))
        .findFirst()
        .orElseThrow();
  }

  private void hang(String id) {
    clock.passMs(60_000);
    crew.agents().stream()
        .filter(each -> each != crew.at(id) && each.isAlive())
        .forEach(Puppet::beat);
    supervisor.tick();
  }

  @Test
  void count_allAreWell_isZero() {
    assertThat(count()).isZero();
  }

  @Test
  void count_oneDiedAndNobodyHasLookedYet_isOne() {
    crew.at("cleaner-0").die(new OutOfMemoryError("heap"));

    assertThat(count()).isEqualTo(1);
  }

  @Test
  void count_itWasReplaced_isZeroAgain() {
    crew.at("cleaner-0").die(new OutOfMemoryError("heap"));
    supervisor.tick();

    crew.start("cleaner-0");

    assertThat(count()).isZero();
  }

  @Test
  void count_oneHangs_isOneUntilItGetsOn() {
    hang("cleaner-1");
    assertThat(count()).isEqualTo(1);

    crew.at("cleaner-1").beat();
    supervisor.tick();

    assertThat(count()).isZero();
  }

  @Test
  void count_oneThatHungEnds_isStillOne() {
    hang("cleaner-1");

    crew.at("cleaner-1").end();

    assertThat(count()).isEqualTo(1);
  }

  @Test
  void count_aScoutDied_isZeroSinceItCleansNothing() {
    crew.at("scout-0").die(new OutOfMemoryError("heap"));

    assertThat(count()).isZero();
  }
}
