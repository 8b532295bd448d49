// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.compact.CompactionOutcome.Cancelled;
import io.kleaner.core.compact.CompactionOutcome.Compacted;
import io.kleaner.core.compact.CompactionOutcome.Refused;
import io.kleaner.core.io.FaultyFileSystem;
import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.io.SpaceLedger;
import io.kleaner.core.io.SpaceLedger.Answer;
import io.kleaner.core.io.SpaceLedger.Claim;
import io.kleaner.core.io.SpaceLedger.WhenTaken;
import io.kleaner.core.oracle.ScriptedLog;
import io.kleaner.core.pace.CancelToken;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk with room for one clean, of which another has claimed a part. */
class SharedRoomTest {

  private static final long USABLE_BYTES = 64 * 1024;

  @TempDir private Path temp;
  private final FaultyFileSystem disk =
      new FaultyFileSystem(new LocalFileSystem(), (op, number, path) -> {}).usable(USABLE_BYTES);
  private final CancelToken token = new CancelToken();
  private final ExecutorService worker = Executors.newSingleThreadExecutor();
  private Path partition;

  @BeforeEach
  void write() throws IOException {
    Path logDir = temp.resolve("data");
    try (ScriptedLog log = ScriptedLog.in(logDir, Map.of())) {
      log.put("a", "1").put("b", "1").roll().put("a", "2").roll().put("c", "1");
    }
    partition = ScriptedLog.partition(logDir);
  }

  @AfterEach
  void stop() {
    worker.shutdownNow();
  }

  @Test
  void run_roomThatAnotherClaimed_refusedAndSaysSo() throws IOException {
    SpaceLedger ledger = new SpaceLedger(WhenTaken.REFUSE);
    claim(ledger, USABLE_BYTES);

    CompactionOutcome outcome = clean(ledger);

    assertThat(outcome)
        .isInstanceOfSatisfying(
            Refused.class, refused -> assertThat(refused.blame()).isEqualTo(Refused.Blame.SPACE));
    assertThat(outcome.message())
        .contains(
            USABLE_BYTES + " are free",
            "other cleans that run now have claimed " + USABLE_BYTES,
            "nothing was changed");
  }

  @Test
  void run_roomThatAnotherGivesBack_waitsForItAndCleans()
      throws IOException, InterruptedException, ExecutionException, TimeoutException {
    SpaceLedger ledger = new SpaceLedger(WhenTaken.WAIT);
    Claim other = claim(ledger, USABLE_BYTES);

    Future<CompactionOutcome> waiting = worker.submit(() -> clean(ledger));
    awaitRest(waiting);
    other.close();

    assertThat(waiting.get(1, TimeUnit.MINUTES)).isInstanceOf(Compacted.class);
  }

  @Test
  void run_cancelledWhileItWaits_cancelled()
      throws IOException, InterruptedException, ExecutionException, TimeoutException {
    SpaceLedger ledger = new SpaceLedger(WhenTaken.WAIT);
    claim(ledger, USABLE_BYTES);

    Future<CompactionOutcome> waiting = worker.submit(() -> clean(ledger));
    awaitRest(waiting);
    token.cancel();

    assertThat(waiting.get(1, TimeUnit.MINUTES)).isInstanceOf(Cancelled.class);
  }

  @Test
  void run_tooLittleRoomForItAlone_refusedThoughItMayWait() throws IOException {
    disk.usable(10);

    assertThat(clean(new SpaceLedger(WhenTaken.WAIT))).isInstanceOf(Refused.class);
  }

  @Test
  void run_afterItsEnd_nothingIsClaimed() throws IOException {
    SpaceLedger ledger = new SpaceLedger(WhenTaken.REFUSE);

    assertThat(clean(ledger)).isInstanceOf(Compacted.class);

    claim(ledger, USABLE_BYTES);
  }

  private CompactionOutcome clean(SpaceLedger ledger) throws IOException {
    return Cleaning.at(ScriptedLog.TIME_MS)
        .on(disk)
        .ledger(ledger)
        .token(token)
        .run(partition)
        .outcome()
        .orElseThrow();
  }

  private Claim claim(SpaceLedger ledger, long bytes) throws IOException {
    Answer answer = ledger.claim(disk, partition, bytes, () -> false);
    assertThat(answer).isInstanceOf(Answer.Granted.class);
    return ((Answer.Granted) answer).claim();
  }

  private void awaitRest(Future<?> waiting) {
    while (!token.hasSleepers() && !waiting.isDone()) {
      Thread.onSpinWait();
    }
    assertThat(waiting).isNotDone();
  }
}
