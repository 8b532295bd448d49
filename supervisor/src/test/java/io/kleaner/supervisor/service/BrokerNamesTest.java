// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.supervisor.cleaner.LastClean;
import io.kleaner.supervisor.cleaner.Lease;
import io.kleaner.supervisor.cleaner.PartitionId;
import io.kleaner.supervisor.cleaner.Puppet;
import io.kleaner.supervisor.metrics.Metrics;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

/** A broker's gauges mean what rules and dashboards made for a broker take them for. */
class BrokerNamesTest extends StepLab {

  private static final String CLEANER = "kafka_log_logcleaner_";
  private static final String SINCE_RUN = "kafka_log_logcleanermanager_time_since_last_run_ms";

  private final Metrics metrics = new Metrics();

  BrokerNamesTest() {
    crew.start("cleaner-1");
    metrics.kafka(new BrokerNames(supervisor, crew).view(List.of(LOGS)));
  }

  private OptionalDouble gauge(String name) {
    return metrics
        .prometheusText()
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
        .findFirst();
  }

  private void clean(String worker, PartitionId id, LastClean how) {
    dirty(id);
    Lease lease = work(worker);
    crew.at(worker).clean(board, lease, how);
  }

  private LastClean took(long ms, double mapUse) {
    return new LastClean(clock.nowMs(), 1_000, 500, 60, ms, mapUse);
  }

  @Test
  void sinceLastRun_nothingToDoForAnHour_isAsYoungAsTheLastLookForWork() {
    clean("cleaner-0", ONE, took(5, 0));
    clock.passMs(3_600_000);

    crew.at("cleaner-0").beat();
    clock.passMs(150);

    assertThat(gauge(SINCE_RUN)).hasValue(150);
  }

  @Test
  void sinceLastRun_oneHangsAndAnotherLooksForWork_isThatOnes() {
    dirty(ONE);
    work("cleaner-0");
    clock.passMs(90_000);

    crew.at("cleaner-1").beat();
    clock.passMs(20);

    assertThat(gauge(SINCE_RUN)).hasValue(20);
  }

  @Test
  void sinceLastRun_aLongCleanGetsOn_isAsYoungAsItsLastStep() {
    crew.at("cleaner-1").die(new OutOfMemoryError("heap"));
    dirty(ONE);
    work("cleaner-0");
    clock.passMs(90_000);

    crew.at("cleaner-0").read(50);

    assertThat(gauge(SINCE_RUN)).hasValue(0);
  }

  @Test
  void sinceLastRun_allAreDead_growsWhateverTheScoutDoes() {
    crew.at("cleaner-0").die(new OutOfMemoryError("heap"));
    crew.at("cleaner-1").die(new StackOverflowError());

    clock.passMs(90_000);
    crew.at("scout-0").beat();

    assertThat(gauge(SINCE_RUN)).hasValue(90_000);
  }

  @Test
  void sinceLastRun_allHang_grows() {
    dirty(ONE, TWO);
    work("cleaner-0");
    work("cleaner-1");

    clock.passMs(90_000);

    assertThat(gauge(SINCE_RUN)).hasValue(90_000);
  }

  @Test
  void sinceLastRun_nobodyHasBegun_isNotKnown() {
    Metrics none = new Metrics();
    none.kafka(new BrokerNames(supervisor, new Puppet.Troupe(clock)).view(List.of()));

    assertThat(none.prometheusText()).doesNotContain(SINCE_RUN + " ");
  }

  /** One slow clean must not stay the maximum for as long as its partition rests. */
  @Test
  void cleans_slowOneThenAnother_areOfTheLatter() {
    clean("cleaner-0", ONE, took(3_600_000, 1));
    assertThat(gauge(CLEANER + "max_clean_time_secs")).hasValue(3_600);
    assertThat(gauge(CLEANER + "max_buffer_utilization_percent")).hasValue(100);

    clean("cleaner-0", TWO, took(2_000, 0.25));

    assertThat(gauge(CLEANER + "max_clean_time_secs")).hasValue(2);
    assertThat(gauge(CLEANER + "max_buffer_utilization_percent")).hasValue(25);
  }

  @Test
  void cleans_ofSeveralWorkers_areTheMostOfEachOnesLast() {
    clean("cleaner-0", ONE, took(7_000, 0.1));
    clean("cleaner-1", TWO, took(3_000, 0.5));

    assertThat(gauge(CLEANER + "max_clean_time_secs")).hasValue(7);
    assertThat(gauge(CLEANER + "max_buffer_utilization_percent")).hasValue(50);
  }

  @Test
  void recopy_severalCleans_isOverTheLastOfEachWorkerByBytes() {
    clean("cleaner-0", ONE, new LastClean(clock.nowMs(), 9_000, 9_000, 60, 1, 0));
    clean("cleaner-0", TWO, new LastClean(clock.nowMs(), 1_000, 100, 60, 1, 0));
    clean("cleaner-1", ONE, new LastClean(clock.nowMs(), 3_000, 1_100, 60, 1, 0));

    assertThat(gauge(CLEANER + "cleaner_recopy_percent")).hasValue(30);
  }

  @Test
  void cleans_workerWasReplaced_areThoseOfWhoWorksNow() {
    clean("cleaner-0", ONE, took(7_000, 0.1));
    clean("cleaner-1", TWO, took(3_000, 0.5));
    crew.at("cleaner-0").die(new OutOfMemoryError("heap"));
    assertThat(gauge(CLEANER + "max_clean_time_secs")).hasValue(7);

    crew.start("cleaner-0");

    assertThat(gauge(CLEANER + "max_clean_time_secs")).hasValue(3);
  }

  @Test
  void cleans_noneYet_areNotKnown() {
    assertThat(gauge(CLEANER + "max_clean_time_secs")).isEmpty();
    assertThat(gauge(CLEANER + "max_buffer_utilization_percent")).isEmpty();
    assertThat(gauge(CLEANER + "cleaner_recopy_percent")).isEmpty();
  }
}
