// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.alert.AlertSignal;
import io.kleaner.supervisor.journal.Incident;
import io.kleaner.supervisor.journal.Journal;
import io.kleaner.supervisor.judge.broker.Broker;
import io.kleaner.supervisor.probe.broker.ConfigValue.Origin;
import io.kleaner.supervisor.remedy.broker.AbandonedOverrides;
import io.kleaner.supervisor.remedy.broker.ConfigOverride;
import io.kleaner.supervisor.remedy.broker.ConfigOverride.Former;
import io.kleaner.supervisor.remedy.broker.ConfigOverride.Purpose;
import io.kleaner.supervisor.remedy.broker.ConfigTarget;
import io.kleaner.supervisor.remedy.broker.OverrideJournal;
import io.kleaner.supervisor.remedy.broker.OverrideReader;
import io.kleaner.supervisor.remedy.ondemand.OnDemandCompaction;
import io.kleaner.supervisor.service.Announcer;
import io.kleaner.supervisor.service.Chronicle;
import io.kleaner.supervisor.service.Signals;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A sidecar that may do nothing finds what one that was killed left. */
class NoHandsTest {

  @TempDir private Path state;

  private final Broker broker = new Broker();
  private final Journal journal = Journal.inMemory("a test");
  private final HandsThread thread = new HandsThread("hands");
  private final Signals signals = new Signals();

  private void left(Purpose purpose) throws IOException {
    try (OverrideJournal overrides = open(LiveHands.JOURNAL)) {
      leftBy(overrides, purpose);
    }
  }

  private OverrideJournal open(String name) throws IOException {
    return OverrideJournal.open(new LocalFileSystem(), state, name);
  }

  private static void leftBy(OverrideJournal overrides, Purpose purpose) throws IOException {
    overrides.begin(
        Optional.of("here"),
        ConfigTarget.broker(1),
        "log.cleaner.threads",
        new Former(Optional.empty(), Optional.of("1"), Origin.DEFAULT),
        "01",
        purpose,
        Broker.START_MS);
  }

  /** What is told after some looks. */
  private List<AlertSignal> look() {
    broker.clusterId = Optional.of("here");
    WatchRounds rounds =
        SteppedRounds.of(
            Clock.system(),
            broker,
            new NoHands(
                "no --bootstrap-server was given",
                new OverrideReader(new LocalFileSystem(), state, LiveHands.JOURNAL),
                new AbandonedOverrides(
                    new LocalFileSystem(), List.of(state), OnDemandCompaction.JOURNAL)),
            thread,
            new Chronicle(journal, new Announcer(), Clock.system()));
    for (int i = 0; i < 3; i++) {
      signals.toTell();
      signals.begin();
      broker.advance(1_000);
      rounds.look(broker.nowMs(), signals);
      thread.runWaiting();
    }
    return signals.all().stream().filter(each -> each.rule().startsWith("Override")).toList();
  }

  @Test
  void look_aSettingWasLeft_isToldWithTheCommandThatUndoesItAndNothingIsWritten()
      throws IOException {
    left(Purpose.REVIVE);
    byte[] before = Files.readAllBytes(state.resolve("overrides.log"));

    List<AlertSignal> told = look();

    assertThat(told).extracting(AlertSignal::rule).containsExactly("OverrideLeft");
    assertThat(told.get(0).evidence())
        .contains(
            "log.cleaner.threads=01 was set on broker 1 of cluster here",
            "--entity-type brokers --entity-name 1 --delete-config log.cleaner.threads");
    assertThat(told.get(0).nextStep())
        .contains("no --bootstrap-server was given", "without --read-only");
    assertThat(journal.latest()).extracting(Incident::kind).contains(Incident.Kind.REMEDY_FAILED);
    assertThat(state.resolve("overrides.log")).hasBinaryContent(before);
    assertThat(state.resolve("overrides.lock")).doesNotExist();
  }

  @Test
  void look_whatWasSetIsToStay_nothingIsTold() throws IOException {
    left(Purpose.ISOLATE);

    assertThat(look()).isEmpty();
  }

  @Test
  void look_nobodySawWhetherWhatIsToStayWorks_isTold() throws IOException {
    left(Purpose.RESIZE);

    assertThat(look().get(0).evidence())
        .contains("nobody has seen that the cleaner works with it", "kleaner release 'broker 1'");
  }

  @Test
  void look_journalIsDamaged_isTold() throws IOException {
    Files.writeString(state.resolve("overrides.log"), "damage\n");

    assertThat(look()).extracting(AlertSignal::rule).containsExactly("OverridesLost");
    assertThat(state.resolve("overrides.log")).hasContent("damage");
  }

  @Test
  void look_nothingWasEverDone_nothingIsTold() {
    assertThat(look()).isEmpty();
    assertThat(state).isEmptyDirectory();
  }

  @Test
  void look_leftInAnotherCluster_isToldEvenIfItIsToStay() throws IOException {
    left(Purpose.ISOLATE);
    try (OverrideJournal overrides = open(LiveHands.JOURNAL)) {
      for (ConfigOverride each : overrides.open()) {
        overrides.begin(
            Optional.of("there"),
            each.target(),
            each.key(),
            each.former(),
            each.ours(),
            each.purpose(),
            each.atMs());
      }
    }

    assertThat(look().get(0).evidence())
        .contains("of cluster there")
        .doesNotContain("of cluster here");
  }

  @Test
  void look_compactNowThatRuns_isNoneThatLeftSomething() throws IOException {
    try (OverrideJournal running = open(OnDemandCompaction.JOURNAL)) {
      leftBy(running, Purpose.COMPACT_NOW);

      assertThat(look()).isEmpty();
    }

    assertThat(look())
        .as("it has ended")
        .extracting(AlertSignal::rule)
        .containsExactly("OverrideLeft");
  }
}
