// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.supervisor.alert.Alert;
import io.kleaner.supervisor.http.ServiceApi.Action;
import io.kleaner.supervisor.http.ServiceApi.ActionResult;
import io.kleaner.supervisor.journal.Incident;
import io.kleaner.supervisor.remedy.broker.RemedyPolicy.Decision;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is said of hands that cannot do, or do not know, what they should; stepped by hand. */
class HandsToldTest {

  private final SteppedWatch watch = SteppedWatch.usual();

  private Optional<Alert> alert(String rule) {
    return watch.supervisor.snapshot().tick().alerts().stream()
        .filter(each -> each.rule().equals(rule))
        .findFirst();
  }

  @Test
  void unable_sinceTheDiskIsFull_isToldOnceAndNothingIsTaken() {
    watch.supervisor.tick();
    assertThat(watch.chronicle.count(Incident.Kind.REMEDIES_OFF)).isZero();

    watch.hands.unable = "the disk is full";
    watch.supervisor.tick();
    watch.supervisor.tick();

    assertThat(watch.chronicle.count(Incident.Kind.REMEDIES_OFF)).isEqualTo(1);
    assertThat(watch.facade.status())
        .containsEntry("remedies", false)
        .containsEntry("remediesOff", "the disk is full");
    assertThat(watch.facade.act(Action.REVIVE, "", "a test"))
        .isEqualTo(ActionResult.refused("the disk is full"));
  }

  /** Nobody knows better then: what was said of remedies is not over. */
  @Test
  void look_judgingFails_whatWasToldHoldsOn() {
    watch.hands.decision = new Decision.No("a test");
    watch.broker.noThreads();
    for (int look = 0; look < 4; look++) {
      watch.broker.advance(1_000);
      watch.supervisor.tick();
    }
    assertThat(alert("CleanerDead")).isPresent();
    assertThat(alert("CleanerNotRevived")).isPresent();

    watch.hands.blindness = Optional.of(new IllegalStateException("a defect"));
    watch.broker.advance(1_000);
    watch.supervisor.tick();

    long nowMs = watch.supervisor.snapshot().tick().atMs();
    assertThat(alert("CleanerDead")).map(Alert::lastSeenMs).hasValue(nowMs);
    assertThat(alert("CleanerNotRevived")).map(Alert::lastSeenMs).hasValue(nowMs);
    assertThat(watch.supervisor.blindTicks()).isEqualTo(1);
  }

  /** No look is to come that would do it. */
  @Test
  void act_endHasBegun_isRefusedAndSaysSo() {
    watch.supervisor.tick();
    watch.supervisor.askNoMore();

    ActionResult result = watch.facade.act(Action.REVIVE, "", "a test");

    assertThat(result.outcome()).isEqualTo(ActionResult.Outcome.REFUSED);
    assertThat(result.message()).contains("is ending: nothing was done");
  }

  @Test
  void loss_journalOfOverridesWasDamaged_isAnAlertAndOneIncident() {
    watch.supervisor.tick();
    assertThat(alert("OverridesLost")).isEmpty();

    watch.hands.loss = Optional.of("1 lines of overrides.log cannot be read");
    watch.supervisor.tick();
    watch.supervisor.tick();

    assertThat(alert("OverridesLost"))
        .hasValueSatisfying(
            told ->
                assertThat(told.evidence()).isEqualTo("1 lines of overrides.log cannot be read"));
    assertThat(
            watch.facade.incidents().stream()
                .filter(each -> each.get("kind").equals("CONDITION_BEGAN"))
                .filter(each -> each.get("evidence").toString().contains("overrides.log")))
        .hasSize(1);
  }

  /**
   * What is judged is told, and the sidecar is well: its eyes are, and that its hands are not is
   * told.
   */
  @Test
  void look_careForRemediesFailsAgainAndAgain_brokerIsWatchedAllTheSame() {
    watch.supervisor.tick();
    watch.hands.defect = Optional.of(new IllegalStateException("a defect"));
    watch.broker.noThreads();
    for (int look = 0; look < 8; look++) {
      watch.broker.advance(1_000);
      watch.supervisor.tick();
    }

    assertThat(alert("CleanerDead")).isPresent();
    assertThat(alert("SupervisorDefect"))
        .hasValueSatisfying(told -> assertThat(told.evidence()).contains("a defect"));
    assertThat(watch.supervisor.isWatching()).isTrue();
  }
}
