// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.pace.CancelToken;
import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.broker.BrokerSpec;
import io.kleaner.supervisor.broker.KafkaVersion;
import io.kleaner.supervisor.probe.broker.ConfigValue.Origin;
import io.kleaner.supervisor.remedy.broker.ConfigOverride.Former;
import io.kleaner.supervisor.remedy.broker.ConfigOverride.Purpose;
import io.kleaner.supervisor.remedy.broker.Overrides.Ending;
import io.kleaner.supervisor.remedy.broker.Overrides.Restored;
import io.kleaner.supervisor.remedy.broker.RemedyOutcome.Changed;
import io.kleaner.supervisor.remedy.broker.RemedyOutcome.NotEffective;
import io.kleaner.supervisor.remedy.broker.RemedyOutcome.Proof;
import io.kleaner.supervisor.remedy.broker.RemedyOutcome.Refused;
import io.kleaner.supervisor.remedy.broker.RemedyOutcome.Revived;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The hands on a real broker whose cleaner is well. */
@Tag("full")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class RemedyOnBrokerTest {

  private static final ConfigTarget BROKER = ConfigTarget.broker(1);

  /** Twice as much is more than the broker's heap has room for. */
  private static final long FITTING_BYTES = 200L << 20;

  private RemedyLab lab;

  @BeforeAll
  void start(@TempDir Path temp) throws Exception {
    lab = RemedyLab.start(temp, BrokerSpec.of(KafkaVersion.V4_3_1));
  }

  @AfterAll
  void stop() throws Exception {
    lab.close();
  }

  @Test
  void revive_keySetNowhere_newThreadsAndNothingIsSet() throws Exception {
    List<Long> before = lab.ids();
    lab.topic("revived", 1, Map.of());

    RemedyOutcome outcome = lab.lever().revive(now -> false);

    assertThat(outcome).isInstanceOf(Revived.class);
    Revived revived = (Revived) outcome;
    assertThat(revived.before()).isEqualTo(before);
    assertThat(revived.after()).hasSize(1).doesNotContainAnyElementsOf(before);
    assertThat(revived.leftover()).isEmpty();
    assertThat(lab.setting(BROKER, LeverRules.THREADS))
        .isEqualTo(new Former(Optional.empty(), Optional.of("1"), Origin.DEFAULT));
    assertThat(lab.journal().open()).isEmpty();
  }

  @Test
  void revive_somethingToClean_isProvenByCheckpoint() throws Exception {
    lab.topic("dirty", 1, Map.of("min.cleanable.dirty.ratio", "1.0"));
    lab.write("dirty", 3_000, 1_000);
    // Eligible from the restart on: before, the old thread could have it cleaned.
    AtomicBoolean dirty = new AtomicBoolean();
    BrokerLever lever =
        lab.lever(
            () -> {
              if (!lab.journal().open().isEmpty() && dirty.compareAndSet(false, true)) {
                lab.operator(ConfigTarget.topic("dirty"), "min.cleanable.dirty.ratio", "0.0");
              }
              return null;
            });

    assertThat(lever.revive(now -> true))
        .isInstanceOfSatisfying(
            Revived.class,
            revived -> assertThat(revived.proof()).isEqualTo(Proof.CHECKPOINT_MOVED));
    assertThat(lab.cleanedTo("dirty")).isNotEmpty();
  }

  /** The old thread cleaned everything between the judgement and the restart. */
  @Test
  void revive_cleanedMeanwhile_aliveIsEnough() throws Exception {
    AtomicInteger asked = new AtomicInteger();

    RemedyOutcome outcome = lab.lever().revive(now -> asked.incrementAndGet() < 3);

    assertThat(outcome)
        .isInstanceOfSatisfying(
            Revived.class, revived -> assertThat(revived.proof()).isEqualTo(Proof.ALIVE));
    assertThat(asked.get()).isGreaterThanOrEqualTo(3);
  }

  @Test
  void revive_operatorsDynamicValues_stayToTheLetter() throws Exception {
    ConfigTarget broker = BROKER;
    lab.operator(broker, LeverRules.THREADS, "01");
    try {
      assertThat(lab.lever().revive(now -> false)).isInstanceOf(Revived.class);
      assertThat(lab.setting(broker, LeverRules.THREADS).own()).contains("01");
    } finally {
      lab.operator(broker, LeverRules.THREADS, null);
    }
  }

  @Test
  void revive_operatorsDynamicDefault_staysToo() throws Exception {
    lab.dynamicDefault(LeverRules.THREADS, "1");
    try {
      List<Long> before = lab.ids();
      RemedyOutcome outcome = lab.lever().revive(now -> false);

      assertThat(outcome).isInstanceOf(Revived.class);
      assertThat(((Revived) outcome).after()).doesNotContainAnyElementsOf(before);
      assertThat(lab.setting(BROKER, LeverRules.THREADS))
          .isEqualTo(new Former(Optional.empty(), Optional.of("1"), Origin.DYNAMIC_DEFAULT));
    } finally {
      lab.dynamicDefault(LeverRules.THREADS, null);
    }
  }

  @Test
  void recover_killedBetweenSetAndDelete_takesBackWhatIsOurs() throws Exception {
    lab.overrides().set(BROKER, Map.of(LeverRules.THREADS, "1"), Purpose.REVIVE);
    assertThat(lab.setting(BROKER, LeverRules.THREADS).own()).contains("1");
    lab.restartSidecar();

    List<Restored> restored = lab.lever().recover();

    assertThat(restored).extracting(Restored::ending).containsExactly(Ending.RESTORED);
    assertThat(lab.setting(BROKER, LeverRules.THREADS).own()).isEmpty();
    assertThat(lab.journal().open()).isEmpty();
    lab.awaitThreads("threads are back", seen -> !ThreadWatch.ids(seen).isEmpty());
  }

  @Test
  void recover_twoRunsKilled_endsAtWhatWasBeforeBoth() throws Exception {
    lab.overrides().set(BROKER, Map.of(LeverRules.THREADS, "1"), Purpose.REVIVE);
    lab.restartSidecar();
    lab.overrides().set(BROKER, Map.of(LeverRules.THREADS, "01"), Purpose.REVIVE);
    lab.restartSidecar();

    lab.lever().recover();

    assertThat(lab.setting(BROKER, LeverRules.THREADS).own()).isEmpty();
    assertThat(lab.journal().open()).isEmpty();
  }

  @Test
  void recover_operatorSetAnotherValueSince_leavesIt() throws Exception {
    lab.topic("touched", 1, Map.of());
    ConfigTarget topic = ConfigTarget.topic("touched");
    lab.overrides()
        .set(
            topic,
            Map.of("min.cleanable.dirty.ratio", "0.0", "min.compaction.lag.ms", "0"),
            Purpose.COMPACT_NOW);
    lab.restartSidecar();
    lab.operator(topic, "min.compaction.lag.ms", "777");

    List<Restored> restored = lab.lever().recover();

    assertThat(restored)
        .extracting(Restored::ending)
        .containsExactlyInAnyOrder(Ending.RESTORED, Ending.LEFT_TO_OPERATOR);
    assertThat(lab.setting(topic, "min.compaction.lag.ms").own()).contains("777");
    assertThat(lab.setting(topic, "min.cleanable.dirty.ratio").own()).contains("0.01");
  }

  @Test
  void recover_killedBeforeTheChange_changesNothing() throws Exception {
    Former former = lab.setting(BROKER, LeverRules.THREADS);
    lab.journal()
        .begin(
            lab.config().clusterId(), BROKER, LeverRules.THREADS, former, "1", Purpose.REVIVE, 1);
    lab.restartSidecar();

    assertThat(lab.lever().recover()).extracting(Restored::ending).containsExactly(Ending.RESTORED);
    assertThat(lab.setting(BROKER, LeverRules.THREADS)).isEqualTo(former);
  }

  @Test
  void isolate_thenRelease_topicHasItsOwnSettingsBack() throws Exception {
    lab.topic("poison", 2, Map.of());
    ConfigTarget topic = ConfigTarget.topic("poison");

    assertThat(lab.isolation().isolate("poison", false)).isInstanceOf(Changed.class);
    assertThat(lab.setting(topic, "min.cleanable.dirty.ratio").own()).contains("1.0");
    assertThat(lab.setting(topic, "max.compaction.lag.ms").own())
        .contains(Long.toString(Long.MAX_VALUE));
    lab.restartSidecar();
    assertThat(lab.lever().recover()).isEmpty();
    assertThat(lab.isolation().isolatedMs(Optional.empty())).containsOnlyKeys("poison");
    assertThat(lab.isolation().isolate("poison", true)).isInstanceOf(Refused.class);

    assertThat(lab.isolation().release("poison")).isInstanceOf(Changed.class);
    assertThat(lab.setting(topic, "min.cleanable.dirty.ratio").own()).contains("0.01");
    assertThat(lab.setting(topic, "max.compaction.lag.ms").own()).isEmpty();
    assertThat(lab.isolation().release("poison")).isInstanceOf(Refused.class);
  }

  @Test
  void release_topicWasDeleted_endsAsGone() throws Exception {
    lab.topic("shortlived", 1, Map.of());
    lab.isolation().isolate("shortlived", false);
    lab.admin().deleteTopics(List.of("shortlived")).all().get();

    assertThat(lab.isolation().release("shortlived"))
        .isInstanceOfSatisfying(
            Changed.class,
            changed -> assertThat(changed.summary()).contains("topic shortlived is gone"));
    assertThat(lab.journal().open()).isEmpty();
  }

  @Test
  void isolate_settingsOfAnother_areLeftAloneAndNotReleasedEither() throws Exception {
    Map<String, String> settings =
        Map.of(
            "min.cleanable.dirty.ratio",
            "1.0",
            "max.compaction.lag.ms",
            Long.toString(Long.MAX_VALUE));
    lab.topic("foreign", 1, settings);

    assertThat(lab.isolation().isolate("foreign", true))
        .isInstanceOfSatisfying(
            Refused.class,
            refused -> assertThat(refused.nextStep()).contains("by the sidecar that isolated it"));
    assertThat(lab.isolation().release("foreign"))
        .isInstanceOfSatisfying(
            Refused.class,
            refused ->
                assertThat(refused.nextStep())
                    .contains("--delete-config min.cleanable.dirty.ratio,max.compaction.lag.ms"));
    assertThat(lab.isolation().isolatedMs(Optional.empty())).isEmpty();
    settings.forEach((key, text) -> assertThat(own("foreign", key)).contains(text));
  }

  private Optional<String> own(String topic, String key) {
    try {
      return lab.setting(ConfigTarget.topic(topic), key).own();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void isolate_internalTopic_onlyByAnExplicitYes() throws Exception {
    RemedyOutcome outcome = lab.isolation().isolate("__consumer_offsets", false);

    assertThat(outcome)
        .isInstanceOfSatisfying(
            Refused.class, refused -> assertThat(refused.nextStep()).contains("grows"));
    assertThat(lab.journal().open()).isEmpty();
  }

  @Test
  void resizeThreads_twice_isDoneAndRevertedExactly() throws Exception {
    assertThat(lab.tuning().resizeThreads(3)).isInstanceOf(Refused.class);
    assertThat(lab.tuning().resizeThreads(2)).isInstanceOf(Changed.class);
    lab.awaitThreads("two threads", seen -> ThreadWatch.ids(seen).size() == 2);

    assertThat(lab.tuning().release()).isInstanceOf(Changed.class);

    assertThat(lab.setting(BROKER, LeverRules.THREADS).own()).isEmpty();
    assertThat(lab.journal().open()).isEmpty();
    lab.awaitThreads("one thread", seen -> ThreadWatch.ids(seen).size() == 1);
  }

  @Test
  void resizeBuffer_largerThanTheHeap_isRefusedBeforeItIsSet() throws Exception {
    OptionalLong heap = OptionalLong.of(512L << 20);

    assertThat(lab.tuning().resizeBuffer(1L << 40, heap)).isInstanceOf(Refused.class);
    assertThat(lab.tuning().resizeBuffer(8L << 20, heap)).isInstanceOf(Changed.class);
    assertThat(lab.tuning().release()).isInstanceOf(Changed.class);
    assertThat(lab.setting(BROKER, TuningRules.BUFFER).own()).isEmpty();
    assertThat(lab.journal().open()).isEmpty();
  }

  /** As if JMX had told of a heap that is not there: the broker takes the setting all the same. */
  @Test
  void resizeBuffer_doesNotFitTheHeapAfterAll_noThreadComesAndAllIsSetAsItWas() throws Exception {
    String former = Long.toString(FITTING_BYTES);
    lab.operator(BROKER, TuningRules.BUFFER, former);
    try {
      lab.awaitThreads("the operator's thread", seen -> ThreadWatch.ids(seen).size() == 1);

      RemedyOutcome outcome =
          lab.tuning(LeverTimes.DEFAULT).resizeBuffer(2 * FITTING_BYTES, OptionalLong.of(8L << 30));

      assertThat(outcome)
          .isInstanceOfSatisfying(
              NotEffective.class,
              failed -> {
                assertThat(failed.undone()).isTrue();
                assertThat(failed.reason()).contains("no new cleaner thread came");
                assertThat(failed.evidence()).contains("is '" + former + "' again");
              });
      assertThat(lab.setting(BROKER, TuningRules.BUFFER).own()).contains(former);
      assertThat(lab.journal().open()).isEmpty();
      lab.awaitThreads("a thread is back", seen -> ThreadWatch.ids(seen).size() == 1);
    } finally {
      lab.operator(BROKER, TuningRules.BUFFER, null);
    }
  }

  @Test
  void abort_hangingTransaction_onlyWithItsProducerIdAndMovesTheStableOffset() throws Exception {
    lab.topic("hanging", 1, Map.of());
    io.kleaner.core.logdir.TopicPartition partition =
        new io.kleaner.core.logdir.TopicPartition("hanging", 0);
    org.apache.kafka.common.TopicPartition kafka =
        new org.apache.kafka.common.TopicPartition("hanging", 0);
    TransactionAbort hands =
        new TransactionAbort(
            lab.admin(), Clock.system(), new CancelToken(), Duration.ofSeconds(60));
    try (Producer<String, byte[]> producer =
        lab.producer(Map.of("transactional.id", "tx", "transaction.timeout.ms", 600_000))) {
      producer.initTransactions();
      producer.beginTransaction();
      producer.send(new ProducerRecord<>("hanging", 0, "a", new byte[10])).get();
      ProducerState state =
          lab.admin()
              .describeProducers(List.of(kafka))
              .partitionResult(kafka)
              .get()
              .activeProducers()
              .get(0);
      long id = state.producerId();

      assertThat(hands.abort(partition, id, 0, OptionalLong.empty())).isInstanceOf(Refused.class);
      assertThat(hands.abort(partition, id, 0, OptionalLong.of(id + 1)))
          .isInstanceOf(Refused.class);
      assertThat(hands.abort(partition, id + 1, 0, OptionalLong.of(id + 1)))
          .isInstanceOf(Refused.class);
      RemedyOutcome outcome = hands.abort(partition, id, 0, OptionalLong.of(id));

      assertThat(outcome)
          .isInstanceOfSatisfying(
              Changed.class,
              changed -> {
                assertThat(changed.summary())
                    .contains("producer id " + id + ", epoch 0, from offset 0 on hanging-0");
                assertThat(changed.before()).endsWith("offset 0");
                assertThat(changed.after()).endsWith("offset 2");
              });
      assertThat(hands.abort(partition, id, 0, OptionalLong.of(id))).isInstanceOf(Refused.class);
      producer.close(Duration.ZERO);
    }
  }
}
