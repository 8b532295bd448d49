// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.supervisor.cleaner.HandClock;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class SampleMakerTest {

  private static final TopicPartition ORDERS = new TopicPartition("orders", 0);
  private static final LogEvent MARKED =
      new LogEvent.MarkedUncleanable(100, "Marking its partition", ORDERS, Optional.empty());

  @Test
  void make_nothingAsked_isMissingWithTheOptionThatWouldAddIt() {
    BrokerSample sample =
        new SampleMaker(new PartitionJoin(new HandClock(1), 0))
            .make(
                new SampleMaker.Views(
                    1,
                    Seen.notAsked(Source.JMX),
                    Seen.notAsked(Source.ADMIN),
                    Seen.notAsked(Source.BROKER_LOG),
                    Map.of()));

    assertThat(sample.threads()).isEqualTo(Seen.missing(Source.JMX, "no --jmx or --pid was given"));
    assertThat(sample.config())
        .isEqualTo(Seen.missing(Source.ADMIN, "no --bootstrap-server was given"));
    assertThat(sample.broker()).isInstanceOf(Seen.Missing.class);
    assertThat(sample.partitions()).isEmpty();
  }

  @Test
  void make_markInTheLog_isOnThePartition() {
    assertThat(orders(OptionalLong.empty(), MARKED).uncleanable()).hasValue(marked());
  }

  @Test
  void make_markBeforeTheBrokerStarted_isGone() {
    assertThat(
            orders(OptionalLong.empty(), MARKED, new LogEvent.BrokerStarted(200, "starting"))
                .uncleanable())
        .isEmpty();
  }

  @Test
  void make_markBeforeTheJvmStarted_isGone() {
    assertThat(orders(OptionalLong.of(150), MARKED).uncleanable()).isEmpty();
  }

  /** That JMX does not answer now is no reason to believe it again. */
  @Test
  void make_markBeforeTheJvmStartedThatIsSilentNow_staysGone() {
    SampleMaker maker = new SampleMaker(new PartitionJoin(new HandClock(1), 0));
    CleanerLog log = new CleanerLog(List.of(MARKED), List.of(), true, Optional.empty());
    Map<TopicPartition, PartitionView> files = Map.of(ORDERS, view("not yet"));
    sample(maker, jmx(OptionalLong.of(150)), Seen.notAsked(Source.ADMIN), log, files);

    BrokerSample silent =
        sample(maker, jmx(OptionalLong.empty()), Seen.notAsked(Source.ADMIN), log, files);

    assertThat(silent.partitions().get(ORDERS).uncleanable()).isEmpty();
  }

  @Test
  void make_markBeforeALaterClean_isGone() {
    BrokerPartition orders = orders(OptionalLong.empty(), MARKED, cleaned(300));

    assertThat(orders.uncleanable()).isEmpty();
    assertThat(orders.lastClean()).hasValue(new BrokerPartition.LastClean(300, Source.BROKER_LOG));
  }

  @Test
  void make_partitionThatTheClusterDoesNotList_saysSo() {
    assertThat(orders(OptionalLong.empty(), MARKED).offsets())
        .isEqualTo(Seen.missing(Source.ADMIN, "no --bootstrap-server was given"));
  }

  @Test
  void make_markThatTheBrokerNoLongerCounts_isGone() {
    CleanerGauges none =
        new CleanerGauges(
            Map.of(),
            Map.of(
                "/data", new CleanerGauges.Uncleanable(OptionalLong.of(0), OptionalLong.empty())));
    SampleMaker.Views views =
        new SampleMaker.Views(
            60_000,
            Seen.known(new JmxView(jmx(OptionalLong.empty()).broker(), List.of(), none), 60_000),
            Seen.notAsked(Source.ADMIN),
            Seen.known(new CleanerLog(List.of(MARKED), List.of(), true, Optional.empty()), 60_000),
            Map.of(
                Path.of("data"),
                Seen.known(
                    new LogDirView(
                        new LogDirFacts(OptionalInt.of(1), Optional.empty(), true, 1, 1, List.of()),
                        Map.of(ORDERS, view("not yet"))),
                    60_000)));

    assertThat(
            new SampleMaker(new PartitionJoin(new HandClock(1), 0))
                .make(views)
                .partitions()
                .get(ORDERS)
                .uncleanable())
        .isEmpty();
  }

  private static LogEvent.MarkedUncleanable marked() {
    return (LogEvent.MarkedUncleanable) MARKED;
  }

  private static LogEvent cleaned(long atMs) {
    return new LogEvent.Cleaned(atMs, "cleaned log", OptionalInt.of(0), ORDERS, 0, 10, -1, -1);
  }

  private static BrokerPartition orders(OptionalLong startedAtMs, LogEvent... events) {
    return sample(
            new SampleMaker(new PartitionJoin(new HandClock(1), 0)),
            jmx(startedAtMs),
            Seen.notAsked(Source.ADMIN),
            new CleanerLog(List.of(events), List.of(), true, Optional.empty()),
            Map.of(ORDERS, view("not yet")))
        .partitions()
        .get(ORDERS);
  }

  private static BrokerSample sample(
      SampleMaker maker,
      JmxView jmx,
      Seen<AdminView> admin,
      CleanerLog log,
      Map<TopicPartition, PartitionView> files) {
    LogDirFacts facts = new LogDirFacts(OptionalInt.of(1), Optional.empty(), true, 1, 1, List.of());
    return maker.make(
        new SampleMaker.Views(
            1_000,
            Seen.known(jmx, 1_000),
            admin,
            Seen.known(log, 1_000),
            Map.of(Path.of("data"), Seen.known(new LogDirView(facts, files), 1_000))));
  }

  private static JmxView jmx(OptionalLong startedAtMs) {
    BrokerIdentity identity =
        new BrokerIdentity(
            OptionalInt.of(1),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            startedAtMs,
            OptionalLong.empty(),
            OptionalLong.empty(),
            List.of());
    return new JmxView(identity, List.of(), new CleanerGauges(Map.of(), Map.of()));
  }

  private static PartitionView view(String why) {
    return new PartitionView(
        Seen.missing(Source.LOG_DIR, why),
        OptionalLong.empty(),
        Seen.missing(Source.LOG_DIR, why),
        Seen.missing(Source.LOG_DIR, why),
        Seen.missing(Source.LOG_DIR, why),
        OptionalLong.empty());
  }
}
