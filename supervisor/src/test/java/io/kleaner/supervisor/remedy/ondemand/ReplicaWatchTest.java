// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.ondemand;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.supervisor.cleaner.HandClock;
import io.kleaner.supervisor.remedy.ondemand.OnDemandCompaction.Request;
import io.kleaner.supervisor.remedy.ondemand.OnDemandReport.Partition;
import io.kleaner.supervisor.remedy.ondemand.OnDemandReport.Status;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.internals.KafkaFutureImpl;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two topics of one sealed segment each, of which one is deleted or loses its leader. */
class ReplicaWatchTest {

  private static final long END = 10;
  private static final List<String> BOTH = List.of("a", "b");
  private static final Duration OF_A_LOOK = Duration.ofMillis(100);

  @TempDir private Path logDir;

  private final Set<String> notTold = new HashSet<>();
  private final Set<String> neverAnswered = new HashSet<>();
  private final List<Integer> timeoutsMs = new ArrayList<>();
  private final List<String> lines = new ArrayList<>();
  private ReplicaWatch watch;

  @BeforeEach
  void watchBoth() throws IOException {
    Map<TopicPartition, List<Integer>> partitions = new HashMap<>();
    for (String topic : BOTH) {
      Path dir = Files.createDirectory(logDir.resolve(topic + "-0"));
      Files.createFile(dir.resolve("00000000000000000000.log"));
      Files.createFile(dir.resolve("00000000000000000010.log"));
      partitions.put(new TopicPartition(topic, 0), List.of(1));
    }
    cleanedTo("a 0 0", "b 0 0");
    watch =
        new ReplicaWatch(
            new LocalFileSystem(),
            new ClusterView(admin(), Duration.ofDays(1), OF_A_LOOK),
            new HandClock(),
            new Request(BOTH, List.of(logDir), false, 900_000, 60_000),
            new TreeMap<>(partitions));
  }

  private void cleanedTo(String... entries) throws IOException {
    Files.writeString(
        logDir.resolve("cleaner-offset-checkpoint"),
        "0\n" + entries.length + "\n" + String.join("\n", entries) + "\n");
  }

  /** A cluster that knows where each log ends, but for those that it does not tell. */
  private Admin admin() {
    return (Admin)
        Proxy.newProxyInstance(
            Admin.class.getClassLoader(),
            new Class<?>[] {Admin.class},
            (proxy, method, arguments) -> {
              if (!method.getName().equals("listOffsets")) {
                throw new UnsupportedOperationException(method.getName());
              }
              timeoutsMs.add(((ListOffsetsOptions) arguments[1]).timeoutMs());
              return offsets((Map<?, ?>) arguments[0]);
            });
  }

  private ListOffsetsResult offsets(Map<?, ?> asked) {
    Map<org.apache.kafka.common.TopicPartition, KafkaFuture<ListOffsetsResultInfo>> answers =
        new HashMap<>();
    for (Object each : asked.keySet()) {
      var partition = (org.apache.kafka.common.TopicPartition) each;
      KafkaFutureImpl<ListOffsetsResultInfo> answer = new KafkaFutureImpl<>();
      if (notTold.contains(partition.topic())) {
        answer.completeExceptionally(new TimeoutException("no leader"));
      } else if (!neverAnswered.contains(partition.topic())) {
        answer.complete(new ListOffsetsResultInfo(END, -1, Optional.empty()));
      }
      answers.put(partition, answer);
    }
    return new ListOffsetsResult(answers);
  }

  private void look() throws IOException {
    watch.look(lines::add);
  }

  @Test
  void look_topicWasDeleted_itIsOverAndTheOtherGoesOn() throws IOException {
    look();
    assertThat(watch.over(BOTH)).isEmpty();
    notTold.add("a");
    for (String name : List.of("00000000000000000000.log", "00000000000000000010.log")) {
      Files.delete(logDir.resolve("a-0").resolve(name));
    }
    Files.delete(logDir.resolve("a-0"));

    look();

    assertThat(watch.over(BOTH)).containsExactly("a");
    cleanedTo("b 0 10");
    look();
    assertThat(watch.isOver()).isTrue();
    assertThat(watch.report(false))
        .extracting(each -> each.partition().topic(), each -> each.status())
        .containsExactlyInAnyOrder(tuple("a", Status.GAVE_UP), tuple("b", Status.COMPACTED));
  }

  @Test
  void look_partitionHasNoLeader_theOtherGoesOnAndItIsTold() throws IOException {
    notTold.add("a");
    look();
    cleanedTo("a 0 10", "b 0 10");

    look();

    assertThat(watch.over(BOTH)).containsExactly("b");
    assertThat(lines).first().asString().contains("log end of a-0", "b-0 is at offset 0");
    notTold.clear();
    look();
    assertThat(watch.over(BOTH)).containsExactly("a", "b");
  }

  /** A client goes on asking for the leader for as long as it may. */
  @Test
  @Timeout(60)
  void look_oneAnswerNeverComes_theOtherGoesOnInAMoment() throws IOException {
    neverAnswered.add("a");
    cleanedTo("a 0 10", "b 0 10");

    look();

    assertThat(watch.over(BOTH)).containsExactly("b");
    assertThat(timeoutsMs).as("of the first question and of both of a look").hasSize(3);
    assertThat(timeoutsMs.subList(1, 3)).containsOnly((int) OF_A_LOOK.toMillis());
    assertThat(timeoutsMs.get(0)).as("that of the client").isNull();
  }

  /** What was seen last, and what was never seen, tells nothing of how far it is now. */
  @Test
  void report_partitionHasNoLeaderAtTheDeadline_saysThatAndNothingOfItsCleaner()
      throws IOException {
    notTold.add("a");
    look();
    notTold.add("b");
    assertThatThrownBy(this::look).isInstanceOf(IOException.class);
    assertThat(watch.report(false))
        .extracting(Partition::reason)
        .hasSize(2)
        .allSatisfy(
            each ->
                assertThat(each)
                    .contains("not done in 900 s", "no leader tells its log end")
                    .doesNotContain("cleaner is at"));

    notTold.clear();
    look();

    assertThat(watch.report(false))
        .extracting(Partition::reason)
        .allSatisfy(each -> assertThat(each).contains("the cleaner is at offset 0, short of 10"));
  }

  @Test
  void look_clusterTellsOfNone_failsAsItWillBeLookedAtAgain() {
    notTold.addAll(BOTH);

    assertThatThrownBy(this::look).isInstanceOf(IOException.class).hasMessageContaining("log ends");
  }
}
