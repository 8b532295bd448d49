// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge.broker;

import static io.kleaner.supervisor.judge.broker.Told.only;
import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.supervisor.probe.broker.CleanAhead;
import io.kleaner.supervisor.probe.broker.CleanAhead.Kind;
import io.kleaner.supervisor.probe.broker.CleanAhead.Largest;
import io.kleaner.supervisor.probe.broker.CleanAhead.Trouble;
import io.kleaner.supervisor.probe.broker.Seen;
import io.kleaner.supervisor.probe.broker.Source;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What is said of something that is over: what is known of it by then, and no more. */
class AftermathTest {

  private static final String SEGMENT = "00000000000000000600.log";

  private final Broker broker = new Broker();

  private static Trouble trouble(Kind kind, long offset) {
    long becomesBytes = kind == Kind.BOMB ? 512L << 20 : -1;
    return new Trouble(kind, SEGMENT, 100, offset, "a text", becomesBytes, Broker.START_MS);
  }

  private static void ahead(Broker.Files files, long largestBytes, Trouble... troubles) {
    files.set("max.message.bytes", "1000");
    files.ahead =
        Seen.known(
            new CleanAhead(
                List.of(troubles),
                0,
                Optional.of(new Largest(SEGMENT, 0, 700, largestBytes, Broker.START_MS)),
                10,
                20,
                Optional.empty(),
                Optional.empty()),
            Broker.START_MS);
  }

  /** What is told before, and what of it after a change. */
  private Optional<String> became(
      Ailment ailment, Consumer<Broker.Files> first, Consumer<Broker.Files> then) {
    broker.partition(Broker.ORDERS, first);
    Judgement before = broker.look();
    Diagnosis told = only(before, ailment);
    broker.advance(1_000);
    broker.partition(Broker.ORDERS, then);
    Judgement now = broker.look();
    assertThat(now.of(ailment)).as("it is over").isEmpty();
    return Aftermath.of(told, before, now);
  }

  private Optional<String> becameOfCorruptBatch(Consumer<Broker.Files> then) {
    return became(
        Ailment.CORRUPT_BATCH_AHEAD,
        files -> ahead(files, 10, trouble(Kind.WRONG_CRC, 420), trouble(Kind.WRONG_CRC, 700)),
        then);
  }

  @Test
  void of_corruptBatchThatWasCleaned_saysWhatTheCleanDid() {
    assertThat(
            becameOfCorruptBatch(
                files -> ahead(files, 10, trouble(Kind.COPIED, 420), trouble(Kind.LAUNDERED, 700))))
        .hasValue(
            "a clean wrote its wrong bytes anew with a CRC that fits, see CorruptBatchCleaned");
  }

  @Test
  void of_corruptBatchThatWasCopied_saysSo() {
    assertThat(becameOfCorruptBatch(files -> ahead(files, 10, trouble(Kind.COPIED, 700))))
        .hasValue("a clean copied it as it is, see CorruptBatchCleaned");
  }

  /** Of the batch that was told, not of another one. */
  @Test
  void of_anotherBatchWasCleaned_isNotTakenForIt() {
    assertThat(becameOfCorruptBatch(files -> ahead(files, 10, trouble(Kind.LAUNDERED, 420))))
        .isEmpty();
  }

  @Test
  void of_corruptBatchThatNoCleanLeft_saysThatACleanWentPastIt() {
    assertThat(
            becameOfCorruptBatch(
                files -> {
                  ahead(files, 10);
                  files.firstDirty = 900;
                }))
        .hasValue("a clean went past it, up to offset 900");
  }

  @Test
  void of_logThatNoLongerHoldsIt_saysAtWhichEnd() {
    assertThat(
            becameOfCorruptBatch(
                files -> {
                  ahead(files, 10);
                  files.logStart = 701;
                }))
        .hasValue("it was deleted with the beginning of the log");
    broker.partition(Broker.ORDERS, files -> files.logStart = 0);
    assertThat(
            becameOfCorruptBatch(
                files -> {
                  ahead(files, 10);
                  files.logEnd = 700;
                }))
        .hasValue("the log ends below it now");
  }

  /** Unknown is not well. */
  @Test
  void of_whatIsNoLongerSeen_saysThatItIsNot() {
    assertThat(
            becameOfCorruptBatch(
                files -> files.ahead = Seen.missing(Source.LOG_DIR, "it does not answer")))
        .hasValue("what lies ahead is not read any more: it does not answer");
    assertThat(becameOfCorruptBatch(files -> files.seen = false).orElseThrow())
        .startsWith("its files are not seen any more: no --log-dir was given");
  }

  @Test
  void of_partitionThatIsGone_saysSo() {
    broker.partition(Broker.ORDERS, files -> ahead(files, 10, trouble(Kind.NO_BATCH, 700)));
    Judgement before = broker.look();
    broker.deleted(Broker.ORDERS);

    assertThat(Aftermath.of(only(before, Ailment.CORRUPT_BATCH_AHEAD), before, broker.look()))
        .hasValue("the partition is no longer seen on this broker");
  }

  @Test
  void of_bombAndLargeBatch_sayThatTheCleanerGotPast() {
    assertThat(
            became(
                Ailment.BOMB_AHEAD,
                files -> ahead(files, 10, trouble(Kind.BOMB, 700)),
                files -> {
                  ahead(files, 10);
                  files.firstDirty = 900;
                }))
        .hasValue("a clean went past it, up to offset 900");
    broker.partition(Broker.ORDERS, files -> files.firstDirty = 500);
    assertThat(
            became(
                Ailment.LARGE_BATCH_AHEAD,
                files -> ahead(files, 2_000),
                files -> files.firstDirty = 900))
        .hasValue("a clean went past it, up to offset 900");
  }

  /** It is told for an hour, and does not get better. */
  @Test
  void of_batchThatWasSpoilt_doesNotSayThatItIsWell() {
    assertThat(
            became(
                Ailment.CORRUPT_BATCH_CLEANED,
                files -> ahead(files, 10, trouble(Kind.LAUNDERED, 420)),
                files -> broker.advance(3_600_000)))
        .hasValue("it was told for an hour; what was written so stays wrong");
  }

  /** A thread is named by its partition too, and is none. */
  @Test
  void of_thread_saysNothingOfItsCulprit() {
    broker.look();
    broker.partition(Broker.POISON, Broker.Files::eligible);
    broker.began(0, Broker.POISON);
    broker.died(0, "java.lang.OutOfMemoryError: Java heap space", Broker.POISON);
    broker.noThreads();
    Judgement before = broker.lookFor(3);
    Diagnosis told = only(before, Ailment.CLEANER_DEAD);
    assertThat(told.partition()).isPresent();
    broker.aliveAs(31);
    broker.deleted(Broker.POISON);

    assertThat(Aftermath.of(told, before, broker.lookFor(2))).isEmpty();
  }
}
