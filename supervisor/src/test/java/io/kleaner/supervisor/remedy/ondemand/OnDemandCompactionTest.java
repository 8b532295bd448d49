// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.ondemand;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.pace.CancelToken;
import io.kleaner.supervisor.cleaner.HandClock;
import io.kleaner.supervisor.remedy.broker.OverrideJournal;
import io.kleaner.supervisor.remedy.broker.Overrides.Restored;
import io.kleaner.supervisor.remedy.broker.TopicSettings;
import io.kleaner.supervisor.remedy.ondemand.OnDemandCompaction.Request;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeTopicsResult;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole run of two topics, of which one is done long before the other. */
class OnDemandCompactionTest {

  private static final String RATIO = "min.cleanable.dirty.ratio";
  private static final String LAG = "max.compaction.lag.ms";
  private static final String LONGEST = Long.toString(Long.MAX_VALUE);
  private static final Node NODE = new Node(1, "127.0.0.1", 9092);

  @TempDir private Path logDir;
  @TempDir private Path state;

  private final TopicSettings settings = new TopicSettings();
  private final HandClock clock = new HandClock();
  private final List<String> lines = new ArrayList<>();
  private final Map<String, String> ratioWhenTold = new HashMap<>();

  private Runnable whenAsked = () -> {};
  private boolean isBack;

  private static final class Topics extends DescribeTopicsResult {
    Topics(Map<String, KafkaFuture<TopicDescription>> answers) {
      super(null, answers);
    }
  }

  private Admin admin() {
    Admin ofSettings = settings.admin();
    return (Admin)
        Proxy.newProxyInstance(
            Admin.class.getClassLoader(),
            new Class<?>[] {Admin.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "describeTopics" -> topics((Collection<?>) arguments[0]);
                  case "listOffsets" -> offsets((Map<?, ?>) arguments[0]);
                  default -> method.invoke(ofSettings, arguments);
                });
  }

  private static Topics topics(Collection<?> names) {
    Map<String, KafkaFuture<TopicDescription>> answers = new HashMap<>();
    for (Object each : names) {
      String name = (String) each;
      TopicPartitionInfo partition = new TopicPartitionInfo(0, NODE, List.of(NODE), List.of(NODE));
      answers.put(
          name, KafkaFuture.completedFuture(new TopicDescription(name, false, List.of(partition))));
    }
    return new Topics(answers);
  }

  private ListOffsetsResult offsets(Map<?, ?> asked) {
    clock.passMs(1_000);
    whenAsked.run();
    // Away from the first look on, when all is lowered, until that is told.
    settings.failChanges("0.0".equals(settings.of("b").get(RATIO)) && !isBack);
    Map<TopicPartition, KafkaFuture<ListOffsetsResultInfo>> answers = new HashMap<>();
    for (Object each : asked.keySet()) {
      answers.put(
          (TopicPartition) each,
          KafkaFuture.completedFuture(new ListOffsetsResultInfo(10, -1, Optional.empty())));
    }
    return new ListOffsetsResult(answers);
  }

  private void cleanedTo(String... entries) throws IOException {
    Files.writeString(
        logDir.resolve("cleaner-offset-checkpoint"),
        "0\n" + entries.length + "\n" + String.join("\n", entries) + "\n");
  }

  /** It need not wait for the end: the cluster is back, and an isolation may wait for it. */
  @Test
  void run_couldNotBeGivenBackWhenTheTopicWasDone_isGivenBackWhileTheOtherIsAtWork()
      throws IOException {
    OnDemandReport report = run(20_000);

    assertThat(lines).anyMatch(line -> line.contains("is still set on topic a"));
    assertThat(ratioWhenTold).isEqualTo(Map.of("a", "0.5", "b", "0.0"));
    assertThat(report.restored()).hasSize(4).allMatch(Restored::isOver);
    assertThat(report.isDone()).isTrue();
  }

  /** An isolation waits for some seconds only. */
  @Test
  void run_topicIsIsolatedWhileALookTakesSeconds_givesWayBeforeTheNext() throws IOException {
    isBack = true;
    whenAsked =
        () -> {
          if ("0.0".equals(settings.of("b").get(RATIO))) {
            settings.of("b").put(LAG, LONGEST);
          }
        };

    assertThat(reasonOfB(run(3_000))).contains("isolated meanwhile");
    assertThat(ratioWhenTold).as("before anything is given back").isEqualTo(Map.of("a", "0.0"));
  }

  /** As where it was deleted, and that is looked at for a while. */
  @Test
  void run_topicIsIsolatedWhileAnotherIsGivenBack_givesWayBeforeTheNextLook() throws IOException {
    isBack = true;
    settings.beforeRead(
        () -> {
          if ("0.5".equals(settings.of("a").get(RATIO))
              && "0.0".equals(settings.of("b").get(RATIO))) {
            settings.of("b").put(LAG, LONGEST);
            clock.passMs(10_000);
          }
        });

    assertThat(reasonOfB(run(8_000))).contains("isolated meanwhile");
  }

  private static String reasonOfB(OnDemandReport report) {
    return report.partitions().stream()
        .filter(each -> each.partition().topic().equals("b"))
        .findFirst()
        .orElseThrow()
        .reason();
  }

  /** Of two topics of which one has been cleaned; all is given back in the end. */
  private OnDemandReport run(long deadlineMs) throws IOException {
    for (String topic : List.of("a", "b")) {
      Path dir = Files.createDirectory(logDir.resolve(topic + "-0"));
      Files.createFile(dir.resolve("00000000000000000000.log"));
      Files.createFile(dir.resolve("00000000000000000010.log"));
      settings.of(topic).put("cleanup.policy", "compact");
      settings.of(topic).put(RATIO, "0.5");
    }
    cleanedTo("a 0 10", "b 0 0");
    try (OverrideJournal journal =
        OverrideJournal.open(new LocalFileSystem(), state, OnDemandCompaction.JOURNAL)) {
      OnDemandReport report =
          new OnDemandCompaction(
                  new LocalFileSystem(),
                  admin(),
                  Duration.ofSeconds(30),
                  journal,
                  clock,
                  new CancelToken())
              .run(
                  new Request(List.of("a", "b"), List.of(logDir), false, deadlineMs, 60_000),
                  this::told);
      assertThat(journal.open()).isEmpty();
      return report;
    }
  }

  private void told(String line) {
    lines.add(line);
    if (line.contains("is still set on topic a")) {
      isBack = true;
      settings.failChanges(false);
    }
    if (line.contains("b is being isolated")) {
      ratioWhenTold.put("a", settings.of("a").get(RATIO));
    }
    if (line.contains(" on topic a is ")) {
      for (String topic : List.of("a", "b")) {
        ratioWhenTold.put(topic, settings.of(topic).get(RATIO));
      }
      try {
        cleanedTo("a 0 10", "b 0 10");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
