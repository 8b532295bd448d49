// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge.broker;

import static io.kleaner.supervisor.judge.broker.Told.only;
import static io.kleaner.supervisor.judge.broker.Told.rules;
import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.supervisor.judge.Severity;
import io.kleaner.supervisor.probe.broker.CleanAhead;
import io.kleaner.supervisor.probe.broker.CleanAhead.Kind;
import io.kleaner.supervisor.probe.broker.CleanAhead.Largest;
import io.kleaner.supervisor.probe.broker.CleanAhead.Trouble;
import io.kleaner.supervisor.probe.broker.Seen;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the next clean will meet, told before it does; what it will not meet is not told. */
class AheadJudgeTest {

  private static final String SEGMENT = "00000000000000000600.log";

  private final Broker broker = new Broker();

  private Judgement ahead(long largestBytes, Trouble... troubles) {
    broker.partition(
        Broker.ORDERS,
        files -> {
          files.set("max.message.bytes", "1000");
          files.ahead =
              Seen.known(
                  new CleanAhead(
                      List.of(troubles),
                      Optional.of(new Largest(SEGMENT, 0, 600, largestBytes)),
                      10,
                      20,
                      Optional.empty()),
                  broker.nowMs);
        });
    return broker.look();
  }

  private static Trouble trouble(Kind kind, long offset, long becomesBytes) {
    return new Trouble(kind, SEGMENT, 100, offset, "a text", becomesBytes);
  }

  @Test
  void judge_bytesThatAreNoBatch_sayThatTheCleanerWillGiveUp() {
    Diagnosis told = only(ahead(10, trouble(Kind.NO_BATCH, 700, -1)), Ailment.CORRUPT_BATCH_AHEAD);

    assertThat(told.summary()).contains("no batch", SEGMENT, "offset 700", "give the partition up");
    assertThat(told.evidence()).contains("a text", "10 B of 20 B");
    assertThat(told.severity()).isEqualTo(Severity.WARNING);
  }

  @Test
  void judge_severalWrongChecksums_areOneDiagnosisOfTheFirst() {
    Diagnosis told =
        only(
            ahead(
                10,
                trouble(Kind.WRONG_CRC, 700, -1),
                trouble(Kind.WRONG_CRC, 710, -1),
                trouble(Kind.WRONG_CRC, 720, -1)),
            Ailment.CORRUPT_BATCH_AHEAD);

    assertThat(told.summary()).contains("wrong CRC", "offset 700");
    assertThat(told.evidence()).contains("and 2 more");
  }

  @Test
  void judge_troubleBelowTheFirstDirtyOffset_isCleanedAndNotTold() {
    broker.partition(Broker.ORDERS, files -> files.firstDirty = 701);

    assertThat(rules(ahead(10, trouble(Kind.WRONG_CRC, 700, -1)))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "1024, 255, false",
    "1024, 256, true",
    "100, 30, true",
    // What is measured ends at 512 MiB, however large the heap.
    "65536, 512, true",
    // The heap is not known.
    "-1, 127, false",
    "-1, 128, true"
  })
  void judge_batchThatBecomesLarge_isHeldAgainstTheHeap(
      long heapMib, long becomesMib, boolean isTold) {
    broker.maxHeapBytes = heapMib < 0 ? OptionalLong.empty() : OptionalLong.of(heapMib << 20);

    Judgement judgement = ahead(10, trouble(Kind.BOMB, 700, becomesMib << 20));

    assertThat(rules(judgement).contains("BombAhead")).isEqualTo(isTold);
  }

  @ParameterizedTest
  @CsvSource({"1.1.1, WARNING", "0.10.2.2, WARNING", "2.0.1, INFO", "4.3.1, INFO"})
  void judge_batchAboveTheLimit_isGraveBefore20(String version, Severity severity) {
    broker.version = version;

    assertThat(only(ahead(1_001), Ailment.LARGE_BATCH_AHEAD).severity()).isEqualTo(severity);
    assertThat(rules(ahead(1_000))).isEmpty();
  }

  @Test
  void judge_tombstonesThatAreDue_areAFactAndNoAlert() {
    broker.partition(
        Broker.ORDERS,
        files ->
            files.ahead =
                Seen.known(
                    new CleanAhead(
                        List.of(),
                        Optional.empty(),
                        0,
                        0,
                        Optional.of(new CleanAhead.Horizons(3, broker.nowMs - 7_200_000, 4_096))),
                    broker.nowMs));
    Judgement judgement = broker.look();

    assertThat(rules(judgement)).isEmpty();
    assertThat(PartitionStory.of(Broker.ORDERS, judgement).facts())
        .anySatisfy(
            fact ->
                assertThat(fact)
                    .contains("3 batches", "4.0 KiB", "past delete.retention.ms for 2 h"));
  }
}
