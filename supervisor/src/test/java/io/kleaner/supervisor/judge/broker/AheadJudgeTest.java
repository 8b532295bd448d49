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
import io.kleaner.supervisor.probe.broker.Source;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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
                      0,
                      Optional.of(new Largest(SEGMENT, 0, 600, largestBytes, Broker.START_MS)),
                      10,
                      20,
                      Optional.empty(),
                      Optional.empty()),
                  broker.nowMs);
        });
    return broker.look();
  }

  private static Trouble trouble(Kind kind, long offset, long becomesBytes) {
    return new Trouble(kind, SEGMENT, 100, offset, "a text", becomesBytes, Broker.START_MS);
  }

  @ParameterizedTest
  @CsvSource({
    "0.10.2.2, WARNING, dies",
    "1.1.1, WARNING, dies",
    "'', WARNING, dies",
    "2.0.0, INFO, Nothing: this broker's cleaner splits the segment",
    "4.3.1, INFO, Nothing: this broker's cleaner splits the segment",
    "10.0.0, INFO, Nothing: this broker's cleaner splits the segment"
  })
  void judge_offsetsTooFarApart_isAsGraveAsTheReleaseMakesIt(
      String version, Severity severity, String advice) {
    broker.version = version;
    broker.partition(Broker.ORDERS, files -> files.overflowingSegment = OptionalLong.of(42));

    Diagnosis told = only(broker.look(), Ailment.OFFSET_OVERFLOW);

    assertThat(told.summary()).contains("orders-0", "begins at 42");
    assertThat(told.severity()).isEqualTo(severity);
    assertThat(told.advice()).contains(advice);
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
  @ValueSource(strings = {"2.1.1", "4.3.1", ""})
  void judge_batchAboveTheLimit_isForInformation(String version) {
    broker.version = version;

    assertThat(only(ahead(1_001), Ailment.LARGE_BATCH_AHEAD).severity()).isEqualTo(Severity.INFO);
    assertThat(rules(ahead(1_000))).isEmpty();
  }

  @Test
  void judge_laterLooks_keepTheTimeWhenItWasMet() {
    broker.lookFor(90);
    Judgement judgement =
        ahead(1_001, trouble(Kind.WRONG_CRC, 700, -1), trouble(Kind.BOMB, 710, 1L << 40));

    assertThat(judgement.diagnoses())
        .hasSize(3)
        .allMatch(each -> each.sinceMs() == Broker.START_MS);
  }

  @Test
  void judge_wrongBatchThatWasRewritten_isToldForAnHourThoughItLiesBelowTheDirt() {
    Diagnosis told =
        only(ahead(10, trouble(Kind.LAUNDERED, 42, -1)), Ailment.CORRUPT_BATCH_CLEANED);
    broker.advance(3_600_000);

    assertThat(told.severity()).isEqualTo(Severity.CRITICAL);
    assertThat(told.summary())
        .contains(Broker.ORDERS.toString(), "wrong with a fitting CRC", "offset 42");
    assertThat(rules(ahead(10, trouble(Kind.LAUNDERED, 42, -1)))).isEmpty();
  }

  @Test
  void judge_wrongBatchThatWasCopied_isToldAsLongAsItStands() {
    broker.advance(36_000_000);
    Diagnosis told = only(ahead(10, trouble(Kind.COPIED, 42, -1)), Ailment.CORRUPT_BATCH_CLEANED);

    assertThat(told.severity()).isEqualTo(Severity.WARNING);
    assertThat(told.summary()).contains("as it is", "offset 42");
  }

  @Test
  void story_batchThatCouldNotBeMeasured_isUnknownAndNoAlert() {
    Judgement judgement = ahead(10, trouble(Kind.UNMEASURED, 700, -1));

    assertThat(rules(judgement)).isEmpty();
    assertThat(PartitionStory.of(Broker.ORDERS, judgement).unknown())
        .anySatisfy(each -> assertThat(each).contains("a text", SEGMENT, "offset 700"));
  }

  @Test
  void story_dirtThatIsReadAhead_saysHowFarOrWhyNot() {
    Judgement partly = ahead(10);
    broker.partition(
        Broker.ORDERS,
        files -> {
          files.eligible();
          files.ahead = Seen.missing(Source.LOG_DIR, "a reason");
        });
    Judgement not = broker.look();

    assertThat(PartitionStory.of(Broker.ORDERS, partly).facts())
        .contains("10 B of 20 B dirty were read ahead of the cleaner");
    assertThat(PartitionStory.of(Broker.ORDERS, partly).unknown())
        .noneMatch(each -> each.contains("spoilt"));
    assertThat(PartitionStory.of(Broker.ORDERS, not).unknown())
        .contains("whether the next clean meets a batch that is spoilt: a reason");
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
                        0,
                        Optional.empty(),
                        0,
                        0,
                        Optional.empty(),
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
