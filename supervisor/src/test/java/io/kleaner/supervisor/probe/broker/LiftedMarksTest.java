// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.logdir.TopicPartition;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Marks that the broker took off a partition without a line in its log. */
class LiftedMarksTest {

  private static final TopicPartition ORDERS = new TopicPartition("orders", 0);
  private static final TopicPartition CLICKS = new TopicPartition("clicks", 0);
  private static final long MARKED_MS = 100_000;
  private static final long LATER_MS = 160_000;

  private final LiftedMarks lifted = new LiftedMarks();
  private final Map<TopicPartition, LogEvent.MarkedUncleanable> marked = new HashMap<>();
  private final Map<TopicPartition, PartitionView> files = new HashMap<>();

  LiftedMarksTest() {
    mark(ORDERS, MARKED_MS);
    born(ORDERS, 50_000);
    born(CLICKS, 50_000);
  }

  private void mark(TopicPartition partition, long atMs) {
    marked.put(
        partition,
        new LogEvent.MarkedUncleanable(atMs, "as uncleanable", partition, Optional.empty()));
  }

  private void born(TopicPartition partition, long atMs) {
    Seen.Missing<?> not = new Seen.Missing<>(Source.LOG_DIR, "not yet");
    files.put(
        partition,
        new PartitionView(
            not.as(), OptionalLong.empty(), not.as(), not.as(), not.as(), OptionalLong.of(atMs)));
  }

  private Map<TopicPartition, LogEvent.MarkedUncleanable> left(Seen<JmxView> jmx) {
    LogDirFacts facts = new LogDirFacts(OptionalInt.of(1), Optional.empty(), true, 1, 1, List.of());
    return lifted
        .without(
            new LogMarks(Map.copyOf(marked), Map.of()),
            jmx,
            List.of(Seen.known(new LogDirView(facts, files), LATER_MS)))
        .uncleanable();
  }

  /** The broker counts so many, seen at a time. */
  private static Seen<JmxView> counts(long partitions, long atMs) {
    BrokerIdentity identity =
        new BrokerIdentity(
            OptionalInt.of(1),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            OptionalLong.empty(),
            OptionalLong.empty(),
            OptionalLong.empty(),
            List.of());
    return Seen.known(
        new JmxView(
            identity,
            List.of(),
            new CleanerGauges(
                Map.of(),
                Map.of(
                    Path.of("/data").toString(),
                    new CleanerGauges.Uncleanable(
                        OptionalLong.of(partitions), OptionalLong.empty())))),
        atMs);
  }

  private static Seen<JmxView> unseen() {
    return Seen.notAsked(Source.JMX);
  }

  @Test
  void without_brokerCountsAsManyAsTheLogNames_leavesThem() {
    assertThat(left(counts(1, LATER_MS))).containsOnlyKeys(ORDERS);
  }

  @Test
  void without_brokerCountsNone_liftsThemForGood() {
    assertThat(left(counts(0, LATER_MS))).isEmpty();
    assertThat(left(unseen())).as("it counted none before").isEmpty();

    mark(ORDERS, LATER_MS);
    assertThat(left(unseen())).as("given up again").containsOnlyKeys(ORDERS);
  }

  @Test
  void without_countIsFromBeforeTheMark_leavesIt() {
    assertThat(left(counts(0, MARKED_MS + 1_000))).containsOnlyKeys(ORDERS);
  }

  @Test
  void without_filesAreNewSince_liftsTheMark() {
    mark(CLICKS, MARKED_MS);
    born(CLICKS, LATER_MS - 1_000);

    assertThat(left(unseen())).containsOnlyKeys(ORDERS);
  }

  @Test
  void without_filesAreNewButTheBrokerStillCountsThem_leavesThem() {
    mark(CLICKS, MARKED_MS);
    born(CLICKS, LATER_MS - 1_000);

    assertThat(left(counts(2, LATER_MS))).containsOnlyKeys(ORDERS, CLICKS);
    assertThat(left(counts(1, LATER_MS))).containsOnlyKeys(ORDERS);
  }

  @Test
  void without_nothingIsNew_isTheSameObject() {
    LogMarks marks = new LogMarks(Map.copyOf(marked), Map.of());
    LogMarks first = lifted.without(marks, unseen(), List.of());

    assertThat(lifted.without(marks, unseen(), List.of())).isSameAs(first);
    assertThat(first).isEqualTo(marks);
  }
}
