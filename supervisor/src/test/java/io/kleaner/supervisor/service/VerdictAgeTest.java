// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.supervisor.cleaner.PartitionId;
import io.kleaner.supervisor.cleaner.PartitionStatus;
import io.kleaner.supervisor.cleaner.Puppet;
import io.kleaner.supervisor.journal.Incident;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** For how long a verdict has stood, as the API shows it, stepped by hand. */
class VerdictAgeTest extends StepLab {

  private Map<String, Object> worker(String id) {
    return supervisor.snapshot().workers().stream()
        .map(Views::worker)
        .filter(each -> each.get("id").equals(id))
        .findFirst()
        .orElseThrow();
  }

  private Map<String, Object> partition(PartitionId id) {
    return Views.partition(board.state(id).orElseThrow(), supervisor.snapshot().judged().of(id));
  }

  private Map<String, Object> logDir() {
    return Views.logDir(supervisor.snapshot().logDirs().get(0));
  }

  private static void isSo(Map<String, Object> view, String verdict, long ageMs) {
    assertThat(view).containsEntry("verdict", verdict).containsEntry("verdictAgeMs", ageMs);
  }

  @Test
  void worker_sameVerdictLookAfterLook_growsOlderWhateverTheWallClockSays() {
    step(500);
    isSo(worker("cleaner-0"), "healthy", 0);

    clock.setBackMs(3_600_000);
    step(700);

    isSo(worker("cleaner-0"), "healthy", 700);
  }

  @Test
  void worker_dies_verdictBeginsAnew() {
    step(500);
    step(700);
    crew.at("cleaner-0").die(new StackOverflowError());

    step(500);

    isSo(worker("cleaner-0"), "dead", 0);
    isSo(worker("scout-0"), "healthy", 1_200);
  }

  @Test
  void partition_sameVerdict_growsOlderThoughItWasPutTogetherOnce() {
    dirty(ONE);
    step(500);
    isSo(partition(ONE), "healthy", 0);
    step(500);
    isSo(partition(ONE), "healthy", 500);

    step(STALLED_MS);
    isSo(partition(ONE), "stalled", 0);
    step(500);
    isSo(partition(ONE), "stalled", 500);
  }

  @Test
  void partition_anotherFindingOrWorker_isSaidAtOnceAndIsNoNewVerdict() {
    dirty(ONE);
    step(500);
    assertThat(partition(ONE)).containsEntry("evidence", "/logs:orders-1: so it was found");

    crew.at("cleaner-0").clean(board, work("cleaner-0"), clock.nowMs());
    dirty(ONE);
    work("cleaner-0");
    step(500);

    assertThat(partition(ONE)).containsEntry("evidence", "/logs:orders-1: cleaner-0 is at it");
    isSo(partition(ONE), "healthy", 500);
  }

  @Test
  void partition_restsForLongAndThenGetsDirty_waitsFromTheLookBefore() {
    Puppet.present(board, ONE);
    Puppet.look(board, ONE, PartitionStatus.CLEAN, 0, clock.nowMs());
    step(500);
    step(STALLED_MS);
    isSo(partition(ONE), "healthy", STALLED_MS);

    Puppet.look(board, ONE, PartitionStatus.DIRTY, 100, clock.nowMs());
    step(500);
    step(STALLED_MS - 501);
    isSo(partition(ONE), "healthy", 2 * STALLED_MS - 1);
    step(1);
    isSo(partition(ONE), "stalled", 0);

    Puppet.look(board, ONE, PartitionStatus.CLEAN, 0, clock.nowMs());
    step(500);
    isSo(partition(ONE), "healthy", 0);
  }

  @Test
  void partition_vanishesAndOthersRest_onlyItIsGone() {
    Puppet.present(board, ONE, TWO);
    Puppet.look(board, ONE, PartitionStatus.CLEAN, 0, clock.nowMs());
    Puppet.look(board, TWO, PartitionStatus.CLEAN, 0, clock.nowMs());
    step(500);
    step(500);
    Puppet.present(board, TWO);
    step(500);

    assertThat(supervisor.snapshot().judged().byId()).containsOnlyKeys(TWO);
    assertThat(incidents(Incident.Kind.PARTITION_VANISHED)).isEqualTo(1);
    isSo(partition(TWO), "healthy", 1_000);
  }

  @Test
  void partition_nobodyJudgedIt_hasNoAge() {
    Puppet.present(board, ONE);

    isSo(partition(ONE), "unknown", -1);

    Puppet.look(board, ONE, PartitionStatus.CLEAN, 0, clock.nowMs());
    step(500);
    isSo(partition(ONE), "healthy", 0);
  }

  @Test
  void logDir_isSeenAgain_beginsAnew() {
    clock.passMs(120_000);
    supervisor.tick();
    clock.passMs(500);
    supervisor.tick();
    isSo(logDir(), "unknown", 500);

    step(500);
    isSo(logDir(), "healthy", 0);
    step(500);
    isSo(logDir(), "healthy", 500);
  }
}
