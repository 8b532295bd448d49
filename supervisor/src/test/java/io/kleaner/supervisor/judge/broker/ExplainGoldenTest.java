// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.supervisor.probe.broker.CleanAhead;
import io.kleaner.supervisor.probe.broker.CleanerGauges;
import io.kleaner.supervisor.probe.broker.Gauge;
import io.kleaner.supervisor.probe.broker.LogDirFacts;
import io.kleaner.supervisor.probe.broker.LogEvent;
import io.kleaner.supervisor.probe.broker.Offsets;
import io.kleaner.supervisor.probe.broker.OpenTransaction;
import io.kleaner.supervisor.probe.broker.OpenTransaction.Coordinator;
import io.kleaner.supervisor.probe.broker.Replication;
import io.kleaner.supervisor.probe.broker.Seen;
import io.kleaner.supervisor.probe.broker.Source;
import io.kleaner.supervisor.probe.broker.StackClass;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What {@code kleaner explain} says for each rule of the judge, word for word: whether the
 * partition is compacted, why not, since when, what to do, and with which commands. After a change
 * that is meant, {@code target/explain} has the files for {@code src/test/resources/explain}.
 */
class ExplainGoldenTest {

  private static final Path WANTED = Path.of("src", "test", "resources", "explain");
  private static final Path FOUND = Path.of("target", "explain");
  private static final String MEMORY = "java.lang.OutOfMemoryError: Java heap space";

  private static final String SEGMENT = "00000000000000000600.log";

  private final Broker broker = new Broker();

  @ParameterizedTest
  @EnumSource(Ailment.class)
  void lines_everyAilment_sayWhatIsWrongAndWhatToDo(Ailment ailment) throws IOException {
    TopicPartition subject = Broker.ORDERS;
    Judgement judgement = judged(ailment);
    assertThat(judgement.of(ailment)).as("the scenario shows it").isNotEmpty();
    if (judgement.of(ailment).get(0).partition().isPresent()) {
      subject = judgement.of(ailment).get(0).partition().get();
    }
    if (judgement.partition(subject).isEmpty()) {
      subject = Broker.ORDERS;
    }
    compare(ailment.rule(), PartitionStory.of(subject, judgement));
  }

  @Test
  void lines_healthy_sayYes() throws IOException {
    compare("Healthy", PartitionStory.of(Broker.ORDERS, broker.lookFor(60)));
  }

  @Test
  void lines_isolatedTopic_sayHowToReleaseIt() throws IOException {
    broker.isolated = Set.of("orders");
    compare("Isolated", PartitionStory.of(Broker.ORDERS, broker.lookFor(60)));
  }

  /** Whatever the policy is, what is known of the threads is known. */
  @Test
  void lines_policyUnknownAndNoThreadAlive_sayThatNobodyCleansAnything() throws IOException {
    withoutAdmin();
    broker.lookFor(3);
    killed();
    compare("PolicyUnknownCleanerDead", PartitionStory.of(Broker.ORDERS, broker.lookFor(90)));
  }

  @Test
  void lines_policyUnknownAndThreadsWell_sayWhatTheThreadsDo() throws IOException {
    withoutAdmin();
    compare("PolicyUnknown", PartitionStory.of(Broker.ORDERS, broker.lookFor(60)));
  }

  @Test
  void lines_filesUnseenAndThreadsWell_sayWhatTheThreadsDo() {
    broker.partition(Broker.ORDERS, files -> files.seen = false);

    assertThat(PartitionStory.of(Broker.ORDERS, broker.lookFor(60)).facts())
        .contains("the broker's cleaner threads: kafka-log-cleaner-thread-0 is idle");
  }

  private void withoutAdmin() {
    broker.named = EnumSet.complementOf(EnumSet.of(Source.ADMIN));
    broker.configKnown = false;
    broker.partition(Broker.ORDERS, Broker.Files::policyUnknown);
  }

  /** One look cannot tell whether they starve, but must not call that cleaning well. */
  @Test
  void lines_asleepInTheThrottleAtTheFirstLook_sayThatItMayTakeLong() throws IOException {
    broker.set("log.cleaner.io.max.bytes.per.second", "10.0");
    broker.asleepInTheThrottle();
    compare("Throttled", PartitionStory.of(Broker.ORDERS, broker.look()));
  }

  @Test
  void ofOneLook_anyPartition_saysWhatOneLookCannotTell() {
    assertThat(PartitionStory.of(Broker.ORDERS, broker.look()).ofOneLook().lines())
        .last()
        .asString()
        .contains("hangs, starves or spins", "kleaner watch");
  }

  @Test
  void ofLooks_forSecondsOrMinutes_saysOfSecondsAloneWhatTheyCannotTell() {
    Judgement soon = broker.lookFor(12);
    Judgement later = broker.lookFor(120);

    assertThat(PartitionStory.of(Broker.ORDERS, soon).ofLooks(soon.lookedForMs()).lines())
        .last()
        .asString()
        .contains("hangs, starves or spins", "watched for 12 s");
    PartitionStory plain = PartitionStory.of(Broker.ORDERS, later);
    assertThat(plain.ofLooks(later.lookedForMs())).isEqualTo(plain);
  }

  @Test
  void of_dirtThatWasNotSampled_saysThatItIsNotKnownWhatACleanWouldFree() {
    broker.partition(
        Broker.ORDERS,
        files -> {
          files.eligible();
          files.sampled = false;
        });

    assertThat(PartitionStory.of(Broker.ORDERS, broker.look()).lines())
        .anyMatch(line -> line.contains("what a clean would free: no sample was taken yet"));
  }

  private static void compare(String name, PartitionStory story) throws IOException {
    String found = String.join("\n", story.lines()) + "\n";
    Files.createDirectories(FOUND);
    Files.writeString(FOUND.resolve(name + ".txt"), found);
    Path wanted = WANTED.resolve(name + ".txt");
    assertThat(wanted).as("see %s for what is said now", FOUND).exists();
    assertThat(found).isEqualTo(Files.readString(wanted));
  }

  private Judgement judged(Ailment ailment) {
    return switch (ailment) {
      case CLEANER_DEAD -> {
        broker.lookFor(3);
        killed();
        yield broker.lookFor(90);
      }
      case CLEANER_CRASH_LOOP -> {
        for (int i = 0; i < 3; i++) {
          killed();
          broker.aliveAs(40 + i);
          broker.lookFor(20);
        }
        yield broker.look();
      }
      case CLEANER_HUNG -> broker.lookFor(90, () -> thread(StackClass.BLOCKED_IO, 0));
      case CLEANER_SPINNING ->
          broker.lookFor(
              10,
              () -> {
                thread(StackClass.CLEANING, 0.9);
                broker.began(0, Broker.ORDERS);
              });
      case CLEANER_STARVED -> {
        broker.set("log.cleaner.io.max.bytes.per.second", "10.0");
        broker.partition(Broker.ORDERS, Broker.Files::eligible);
        yield broker.lookFor(90, () -> thread(StackClass.THROTTLED, 0));
      }
      case CLEANER_OFF -> {
        broker.set("log.cleaner.enable", "false");
        broker.noThreads();
        yield broker.lookFor(5);
      }
      case PARTITION_UNCLEANABLE -> {
        broker.partition(
            Broker.ORDERS,
            files ->
                files.mark =
                    Optional.of(
                        new LogEvent.MarkedUncleanable(
                            Broker.START_MS,
                            "Marking its partition (orders-0) as uncleanable",
                            Broker.ORDERS,
                            Optional.of("CorruptRecordException: magic 77"))));
        yield broker.lookFor(90);
      }
      case PARTITIONS_UNCLEANABLE -> {
        broker.uncleanable.put(
            "/data", new CleanerGauges.Uncleanable(OptionalLong.of(2), OptionalLong.empty()));
        yield broker.lookFor(90);
      }
      case BROKER_PARTITION_STALLED -> {
        broker.partition(Broker.ORDERS, Broker.Files::eligible);
        broker.look();
        broker.advance(broker.options.stalledAfterMs());
        yield broker.look();
      }
      case BROKER_FALLING_BEHIND -> {
        broker.partition(Broker.ORDERS, files -> files.dirtyBytes = 64L << 20);
        yield broker.lookFor(
            600,
            () ->
                broker.partition(
                    Broker.ORDERS,
                    files -> {
                      files.dirtyBytes += 1 << 20;
                      files.firstDirty++;
                    }));
      }
      case DEDUPE_BUFFER_FULL -> {
        broker.mapOfKeysFull();
        broker.set("log.cleaner.dedupe.buffer.size", "4194304");
        yield broker.lookFor(60);
      }
      case HANGING_TRANSACTION -> open(3_600_000, Coordinator.DOES_NOT_KNOW);
      case TRANSACTION_PINS -> open(360_000, Coordinator.NOT_ASKED);
      case LAST_STABLE_OFFSET_STUCK -> {
        offsets(1_000, 420);
        yield broker.lookFor(400);
      }
      case REPLICA_AWAY -> {
        long sinceMs = broker.nowMs - 20 * 3_600_000L;
        broker.partition(
            Broker.ORDERS,
            files -> {
              files.topic.put("delete.retention.ms", "86400000");
              files.replication =
                  Seen.known(
                      new Replication(
                          OptionalInt.of(1), List.of(1, 2), List.of(1), Map.of(2, sinceMs)),
                      broker.nowMs);
            });
        yield broker.look();
      }
      case CHECKPOINT_OUTSIDE_LOG -> {
        broker.partition(Broker.ORDERS, files -> files.checkpoint = OptionalLong.of(5_000));
        yield broker.look();
      }
      case CLEANED_PAST_HIGH_WATERMARK -> {
        offsets(400, 400);
        yield broker.look();
      }
      case HIGH_WATERMARK_WENT_BACK -> {
        offsets(1_000, 1_000);
        broker.look();
        broker.advance(60_000);
        offsets(900, 900);
        broker.look();
        yield broker.lookFor(60);
      }
      case CLEAN_GREW -> {
        broker.log(
            new LogEvent.Cleaned(
                broker.nowMs,
                "Cleaned",
                OptionalInt.of(0),
                Broker.ORDERS,
                0,
                500,
                10L << 20,
                12L << 20));
        yield broker.lookFor(60);
      }
      case EMPTY_SEGMENTS -> {
        broker.partition(Broker.ORDERS, files -> files.emptySegments = 5);
        yield broker.lookFor(120);
      }
      case TIME_INDEX_PADDED -> {
        broker.partition(Broker.ORDERS, files -> files.paddedTimeIndexes = 2);
        yield broker.look();
      }
      case CORRUPT_BATCH_AHEAD ->
          ahead(
              new CleanAhead.Trouble(
                  CleanAhead.Kind.WRONG_CRC,
                  SEGMENT,
                  8_192,
                  620,
                  "CRC mismatch: stored 0x1a2b3c4d, computed 0x5e6f7081",
                  -1,
                  broker.nowMs));
      case CORRUPT_BATCH_CLEANED ->
          ahead(
              new CleanAhead.Trouble(
                  CleanAhead.Kind.LAUNDERED,
                  SEGMENT,
                  8_192,
                  420,
                  "before it was cleaned: CRC mismatch: stored 0x1a2b3c4d, computed 0x5e6f7081",
                  -1,
                  broker.nowMs));
      case BOMB_AHEAD -> {
        broker.maxHeapBytes = OptionalLong.of(1L << 30);
        yield ahead(
            new CleanAhead.Trouble(
                CleanAhead.Kind.BOMB,
                SEGMENT,
                8_192,
                620,
                "35000 bytes of zstd become more than 536870912 bytes",
                512L << 20,
                broker.nowMs));
      }
      case LARGE_BATCH_AHEAD -> {
        broker.partition(Broker.ORDERS, files -> files.set("max.message.bytes", "1048588"));
        yield ahead();
      }
      case OFFSET_OVERFLOW -> {
        broker.version = "1.1.1";
        broker.partition(Broker.ORDERS, files -> files.overflowingSegment = OptionalLong.of(42));
        yield broker.look();
      }
      case UNKEYED_RECORDS_DROPPED -> {
        broker.log(
            new LogEvent.InvalidMessages(
                broker.nowMs,
                "Found 6000 invalid messages during compaction.",
                6_000,
                Optional.of(Broker.ORDERS)));
        yield broker.lookFor(90);
      }
      case UNKEYED_RECORDS_REFUSED -> {
        broker.gauges.put(Gauge.NO_KEY_COMPACTED_TOPIC_RECORDS, 5.0);
        broker.lookFor(30);
        broker.gauges.put(Gauge.NO_KEY_COMPACTED_TOPIC_RECORDS, 9.0);
        yield broker.lookFor(1);
      }
      case OFFSETS_TOPIC_LARGE -> {
        broker.partition(
            new TopicPartition("__consumer_offsets", 7), files -> files.sizeBytes = 200L << 30);
        yield broker.look();
      }
      case DISK_FILLING -> {
        long[] free = {10L << 30};
        broker.dir = Broker.facts(free[0]);
        yield broker.lookFor(
            600,
            () -> {
              free[0] -= 4 << 20;
              broker.dir = Broker.facts(free[0]);
            });
      }
      case DISK_TOO_TIGHT -> {
        broker.partition(
            Broker.ORDERS,
            files -> {
              files.eligible();
              files.dirtyBytes = 500L << 20;
            });
        broker.dir = Broker.facts(100L << 20);
        yield broker.look();
      }
      case LOG_DIR_OFFLINE -> {
        broker.gauges.put(Gauge.OFFLINE_LOG_DIRECTORY_COUNT, 1.0);
        yield broker.look();
      }
      case LOG_DIR_ODD -> {
        broker.dir =
            new LogDirFacts(
                OptionalInt.of(1),
                Optional.empty(),
                true,
                1,
                1L << 40,
                List.of("cleaner-offset-checkpoint: line 3 is no entry"));
        yield broker.look();
      }
      case METADATA_STUCK -> {
        broker.gauges.put(Gauge.METADATA_APPLIED_LAG_MS, 120_000.0);
        yield broker.look();
      }
      case GAUGES_GONE -> {
        broker.lookFor(2);
        broker.gauges.clear();
        yield broker.lookFor(2);
      }
      case SOURCE_SILENT -> {
        broker.configKnown = false;
        yield broker.lookFor(60);
      }
      case BROKER_LOG_TIMES_OFF -> {
        broker.logTimesOffMs = 2 * 3_600_000L;
        yield broker.lookFor(60);
      }
      case BROKER_UNSEEN -> {
        broker.named = EnumSet.of(Source.JMX);
        broker.log = Optional.empty();
        broker.threads = Optional.empty();
        broker.configKnown = false;
        yield broker.lookFor(60);
      }
    };
  }

  private Judgement ahead(CleanAhead.Trouble... troubles) {
    CleanAhead.Largest largest =
        new CleanAhead.Largest(SEGMENT, 4_096, 610, 2_000_000, broker.nowMs);
    broker.partition(
        Broker.ORDERS,
        files -> {
          files.eligible();
          files.ahead =
              Seen.known(
                  new CleanAhead(
                      List.of(troubles),
                      0,
                      Optional.of(largest),
                      1 << 20,
                      1 << 20,
                      Optional.empty(),
                      Optional.empty()),
                  broker.nowMs);
        });
    return broker.look();
  }

  private void killed() {
    broker.partition(Broker.POISON, Broker.Files::eligible);
    broker.began(0, Broker.POISON);
    broker.died(0, MEMORY, Broker.POISON);
    broker.noThreads();
  }

  private void thread(StackClass stack, double cpuShare) {
    long sinceMs = broker.nowMs - Broker.START_MS;
    broker.threads = Optional.of(List.of(Broker.thread(0, 30, stack, (long) (cpuShare * sinceMs))));
  }

  private void offsets(long highWatermark, long lastStable) {
    broker.partition(
        Broker.ORDERS,
        files -> files.offsets = Seen.known(new Offsets(highWatermark, lastStable), broker.nowMs));
  }

  private Judgement open(long ageMs, Coordinator coordinator) {
    broker.partition(
        Broker.ORDERS,
        files -> {
          files.offsets = Seen.known(new Offsets(1_000, 420), broker.nowMs);
          files.transactions =
              Seen.known(
                  List.of(
                      new OpenTransaction(
                          1001,
                          3,
                          Optional.empty(),
                          420,
                          OptionalLong.empty(),
                          broker.nowMs - ageMs,
                          OptionalLong.empty(),
                          OptionalInt.of(1),
                          coordinator,
                          Source.ADMIN)),
                  broker.nowMs);
        });
    return broker.look();
  }
}
