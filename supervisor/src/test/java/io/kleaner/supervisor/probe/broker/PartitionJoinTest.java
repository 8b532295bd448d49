// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.supervisor.cleaner.HandClock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is kept from look to look, and what is made anew: nothing that is kept may be old. */
class PartitionJoinTest {

  private static final TopicPartition A = new TopicPartition("a", 0);
  private static final TopicPartition B = new TopicPartition("b", 0);
  private static final TopicPartition C = new TopicPartition("c", 0);
  private static final Seen.Missing<?> NOT_LISTED = missing(Source.ADMIN, "it lists none");
  private static final Seen.Missing<?> NO_FILES = missing(Source.LOG_DIR, "none has it");
  private static final LogMarks NO_MARKS = LogMarks.of(List.of(), OptionalLong.empty());

  private final HandClock clock = new HandClock(1_000);
  private final PartitionJoin join = new PartitionJoin(clock, PartitionJoin.AGAIN_MS);
  private Map<TopicPartition, AdminPartition> byAdmin = Map.of(A, admin(10), B, admin(10));
  private Map<TopicPartition, PartitionView> byFiles = Map.of(A, files(5), C, files(5));
  private Seen.Missing<?> notListed = NOT_LISTED;
  private Seen.Missing<?> noFiles = NO_FILES;
  private LogMarks marks = NO_MARKS;

  @Test
  void join_nobodySaysAnythingNew_isTheSameObject() {
    assertThat(joined()).isSameAs(joined()).hasSize(3);
  }

  @Test
  void join_adminSaysNewOfOne_onlyThatIsMadeAnew() {
    BrokerPartitions before = joined();
    byAdmin = changed(byAdmin, A, admin(11));
    BrokerPartitions after = joined();

    assertThat(after.get(A).offsets().get()).hasValue(new Offsets(11, 11));
    assertThat(after.get(B)).isSameAs(before.get(B));
    assertThat(after.get(C)).isSameAs(before.get(C));
  }

  @Test
  void join_filesSayNewOfOne_onlyThatIsMadeAnew() {
    BrokerPartitions before = joined();
    byFiles = changed(byFiles, C, files(6));
    BrokerPartitions after = joined();

    assertThat(after.get(C).lastClean()).map(BrokerPartition.LastClean::atMs).hasValue(6L);
    assertThat(after.get(A)).isSameAs(before.get(A));
  }

  @Test
  void join_partitionsComeAndGo_thoseThatAreThereInOrder() {
    joined();
    byAdmin = Map.of(new TopicPartition("aa", 1), admin(1), new TopicPartition("aa", 0), admin(1));
    byFiles = Map.of(C, files(5), A, files(5));

    assertThat(joined().keySet())
        .extracting(TopicPartition::toString)
        .containsExactly("a-0", "aa-0", "aa-1", "c-0");
    assertThat(joined().values())
        .extracting(each -> each.partition().toString())
        .containsExactly("a-0", "aa-0", "aa-1", "c-0");
  }

  @Test
  void join_sourcesFallSilentForAnotherReason_theReasonIsTheNewest() {
    joined();
    notListed = missing(Source.ADMIN, "it has not answered for 16 s");
    noFiles = missing(Source.LOG_DIR, "permission denied");

    assertThat(joined().get(C).config()).isEqualTo(notListed);
    assertThat(joined().get(B).files()).isEqualTo(noFiles);
  }

  @Test
  void join_lineMarksOne_isOnThat() {
    joined();
    marks =
        LogMarks.of(
            List.of(
                new LogEvent.MarkedUncleanable(7, "Marking its partition", B, Optional.empty()),
                new LogEvent.Cleaned(8, "cleaned", OptionalInt.of(0), A, 0, 10, -1, -1)),
            OptionalLong.empty());

    assertThat(joined().get(B).uncleanable()).isPresent();
    assertThat(joined().get(A).lastClean())
        .hasValue(new BrokerPartition.LastClean(8, Source.BROKER_LOG));
  }

  /** Nearly every look says something new of one of very many. */
  @Test
  void join_veryMany_arePutTogetherEveryFewSeconds() {
    byAdmin =
        IntStream.range(0, 1_000)
            .mapToObj(each -> new TopicPartition("many", each))
            .collect(Collectors.toMap(each -> each, each -> admin(10)));
    TopicPartition first = new TopicPartition("many", 0);
    joined();
    byAdmin = changed(byAdmin, first, admin(11));
    clock.passMs(PartitionJoin.AGAIN_MS - 1);
    assertThat(joined().get(first).offsets().get()).hasValue(new Offsets(10, 10));
    clock.passMs(1);
    assertThat(joined().get(first).offsets().get()).hasValue(new Offsets(11, 11));

    marks =
        LogMarks.of(
            List.of(
                new LogEvent.MarkedUncleanable(
                    7, "Marking its partition", first, Optional.empty())),
            OptionalLong.empty());
    assertThat(joined().get(first).uncleanable()).as("that is told at once").isPresent();
  }

  private BrokerPartitions joined() {
    return join.join(new PartitionJoin.Says(byAdmin, List.of(byFiles), notListed, noFiles, marks));
  }

  private static <T> Map<TopicPartition, T> changed(
      Map<TopicPartition, T> before, TopicPartition partition, T now) {
    Map<TopicPartition, T> map = new HashMap<>(before);
    map.put(partition, now);
    return Map.copyOf(map);
  }

  private static Seen.Missing<?> missing(Source source, String why) {
    return new Seen.Missing<>(source, why);
  }

  private static AdminPartition admin(long offset) {
    return new AdminPartition(
        Seen.missing(Source.ADMIN, "not yet"),
        Seen.known(new Offsets(offset, offset), offset),
        Seen.missing(Source.ADMIN, "not yet"),
        Seen.missing(Source.ADMIN, "not yet"));
  }

  private static PartitionView files(long movedMs) {
    return new PartitionView(
        Seen.missing(Source.LOG_DIR, "not yet"),
        OptionalLong.of(movedMs),
        Seen.missing(Source.LOG_DIR, "not yet"),
        Seen.missing(Source.LOG_DIR, "not yet"),
        Seen.missing(Source.LOG_DIR, "not yet"),
        OptionalLong.empty());
  }
}
