// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.alert.AlertSignal;
import io.kleaner.supervisor.journal.Incident;
import io.kleaner.supervisor.journal.Journal;
import io.kleaner.supervisor.judge.broker.Broker;
import io.kleaner.supervisor.probe.broker.ConfigValue.Origin;
import io.kleaner.supervisor.remedy.broker.ConfigOverride;
import io.kleaner.supervisor.remedy.broker.ConfigTarget;
import io.kleaner.supervisor.remedy.broker.Overrides.Ending;
import io.kleaner.supervisor.remedy.broker.Overrides.Restored;
import io.kleaner.supervisor.service.Announcer;
import io.kleaner.supervisor.service.Chronicle;
import io.kleaner.supervisor.service.Signals;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is told of settings that a killed run left, stepped by hand. */
class LeftoversTest {

  private static final ConfigOverride LEFT =
      new ConfigOverride(
          7,
          Optional.of("cluster"),
          ConfigTarget.broker(1),
          "log.cleaner.threads",
          new ConfigOverride.Former(Optional.empty(), Optional.of("1"), Origin.DEFAULT),
          "01",
          ConfigOverride.Purpose.REVIVE,
          Broker.START_MS,
          false);

  private final Broker broker = new Broker();
  private final Journal journal = Journal.inMemory("a test");
  private final Chronicle chronicle = new Chronicle(journal, new Announcer(), Clock.system());
  private final HandsThread thread = new HandsThread("hands");
  private final Leaving hands = new Leaving();
  private final Signals signals = new Signals();
  private final WatchRounds rounds =
      SteppedRounds.of(Clock.system(), broker, hands, thread, chronicle);

  /** Hands that have one setting to take back. */
  private static final class Leaving extends IdleHands {
    private Ending ending = Ending.STILL_OURS;
    private boolean nothingFound;
    private boolean triedAgain = true;
    private int looks;

    @Override
    public boolean hasLeftovers() {
      return true;
    }

    @Override
    public List<Restored> recover() {
      looks++;
      return nothingFound
          ? List.of()
          : List.of(new Restored(LEFT, ending, "look " + looks, triedAgain));
    }
  }

  private void look(long laterMs) {
    signals.toTell();
    signals.begin();
    broker.advance(laterMs);
    rounds.look(broker.nowMs(), signals);
  }

  private void recoverAgain() {
    look(11_000);
    thread.runWaiting();
    thread.fetch();
  }

  private String evidence() {
    look(1_000);
    return signals.all().stream()
        .filter(each -> each.rule().equals("OverrideLeft"))
        .map(AlertSignal::evidence)
        .findFirst()
        .orElseThrow();
  }

  private String nextStep() {
    look(1_000);
    return signals.all().stream()
        .filter(each -> each.rule().equals("OverrideLeft"))
        .map(AlertSignal::nextStep)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void look_nothingIsTakenBackFromHere_theNextStepDoesNotSayThatItIsTriedAgain() {
    hands.triedAgain = false;
    recoverAgain();

    assertThat(nextStep()).contains("not taken back from here").doesNotContain("tried again");
    assertThat(journal.latest().get(0).nextStep()).doesNotContain("tried again");

    hands.triedAgain = true;
    recoverAgain();
    assertThat(nextStep()).isEqualTo("It is tried again every 10 s.");
  }

  private List<Incident.Kind> told() {
    return journal.latest().stream().map(Incident::kind).toList();
  }

  @Test
  void look_couldNotBeTakenBack_isAFailureToldOnceWhateverTheSentenceSays() {
    recoverAgain();
    recoverAgain();
    recoverAgain();

    assertThat(hands.looks).isEqualTo(3);
    assertThat(told()).containsExactly(Incident.Kind.REMEDY_FAILED);
    assertThat(journal.latest().get(0).summary()).contains("look 1");
  }

  @Test
  void look_stillThere_theAlertSaysWhatHindersAsItWasFoundLast() {
    recoverAgain();
    assertThat(evidence()).isEqualTo("look 1");

    recoverAgain();

    assertThat(evidence()).isEqualTo("look 2");
  }

  /** A remedy left it since they were looked for. */
  @Test
  void look_leftSinceTheLastLook_theAlertSaysWhereItIs() {
    hands.nothingFound = true;
    recoverAgain();

    assertThat(evidence()).contains("overrides.log");
  }

  @Test
  void look_isTakenBackInTheEnd_isToldAsThat() {
    recoverAgain();
    hands.ending = Ending.RESTORED;
    recoverAgain();

    assertThat(told()).containsExactly(Incident.Kind.REMEDY_EFFECTIVE, Incident.Kind.REMEDY_FAILED);
  }
}
