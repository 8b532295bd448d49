// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.core.pace.CancelToken;
import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.journal.Incident;
import io.kleaner.supervisor.journal.Journal;
import io.kleaner.supervisor.judge.broker.Death;
import io.kleaner.supervisor.judge.broker.DeathCause;
import io.kleaner.supervisor.judge.broker.Judgement;
import io.kleaner.supervisor.service.Announcer;
import io.kleaner.supervisor.service.Chronicle;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Queue;
import org.junit.jupiter.api.Test;

/** What is looked for after a death by memory, stepped by hand. */
class CulpritSearchTest {

  private static final TopicPartition CLICKS = new TopicPartition("clicks", 0);
  private static final CulpritSearch.Finding UNSEEN =
      new CulpritSearch.Finding("its files are not seen", false);
  private static final CulpritSearch.Finding FOUND = new CulpritSearch.Finding("offset 100", true);

  private final HandsThread scans = new HandsThread("scans");
  private final Queue<CulpritSearch.Finding> answers = new ArrayDeque<>();
  private final Chronicle chronicle =
      new Chronicle(Journal.inMemory("a test"), new Announcer(), Clock.system());
  private final CulpritSearch search =
      new CulpritSearch(scans, (judgement, partition) -> answers.remove(), chronicle);
  private long nowMs = 1_000_000;

  private void step(Judgement judgement) {
    nowMs += 1_000;
    search.look(judgement, nowMs);
    scans.runWaiting();
  }

  private static Judgement died(long atMs, DeathCause cause, Optional<TopicPartition> culprit) {
    Judgement none = Judgement.none();
    return new Judgement(
        none.sample(),
        none.firstMs(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(new Death(atMs, OptionalInt.of(0), cause, Optional.empty(), culprit)),
        List.of(),
        Map.of(),
        false,
        Map.of(),
        List.of());
  }

  private static Judgement outOfMemory(long atMs) {
    return died(atMs, DeathCause.OUT_OF_MEMORY, Optional.of(CLICKS));
  }

  @Test
  void look_filesSeenLater_looksAgainAndTellsOnce() {
    answers.addAll(List.of(UNSEEN, UNSEEN, FOUND));
    for (int i = 0; i < 6; i++) {
      step(outOfMemory(5));
    }
    assertThat(answers).isEmpty();
    assertThat(search.found()).containsExactly(Map.entry(CLICKS, "offset 100"));
    assertThat(chronicle.count(Incident.Kind.CULPRIT_FOUND)).isEqualTo(1);
  }

  @Test
  void look_filesNeverSeen_saysSoAfterAWhile() {
    for (int i = 0; i < 60; i++) {
      answers.add(UNSEEN);
    }
    step(outOfMemory(5));
    step(outOfMemory(5));
    assertThat(search.found()).isEmpty();
    for (int i = 0; i < 40; i++) {
      step(outOfMemory(5));
    }
    assertThat(search.found()).containsExactly(Map.entry(CLICKS, "its files are not seen"));
    assertThat(chronicle.count(Incident.Kind.CULPRIT_FOUND)).isEqualTo(1);
    assertThat(answers).as("it ends").hasSizeGreaterThan(20);
  }

  @Test
  void look_anotherDeathAtTheSamePartition_looksAgainAndReplacesWhatWasFound() {
    answers.add(FOUND);
    step(outOfMemory(5));
    step(outOfMemory(5));
    assertThat(search.found()).containsExactly(Map.entry(CLICKS, "offset 100"));

    answers.add(new CulpritSearch.Finding("offset 900", true));
    step(outOfMemory(6));
    assertThat(search.found()).as("that was of another death").isEmpty();
    step(outOfMemory(6));
    assertThat(search.found()).containsExactly(Map.entry(CLICKS, "offset 900"));

    answers.add(new CulpritSearch.Finding("offset 900", true));
    step(outOfMemory(7));
    step(outOfMemory(7));
    assertThat(search.found()).containsExactly(Map.entry(CLICKS, "offset 900"));
    assertThat(chronicle.count(Incident.Kind.CULPRIT_FOUND)).as("told once each").isEqualTo(2);
  }

  @Test
  void look_filesNeverSeenAtOneDeath_areLookedThroughAtTheNext() {
    for (int i = 0; i < 60; i++) {
      answers.add(UNSEEN);
    }
    for (int i = 0; i < 40; i++) {
      step(outOfMemory(5));
    }
    assertThat(search.found()).containsExactly(Map.entry(CLICKS, "its files are not seen"));

    answers.clear();
    answers.add(FOUND);
    step(outOfMemory(6));
    step(outOfMemory(6));
    assertThat(search.found()).containsExactly(Map.entry(CLICKS, "offset 100"));
  }

  @Test
  void look_nothingToLookThrough_doesNotLook() {
    step(Judgement.none());
    step(died(5, DeathCause.OUT_OF_MEMORY, Optional.empty()));
    step(died(6, DeathCause.OFFSET_MAP_TOO_SMALL, Optional.of(CLICKS)));
    assertThat(search.found()).isEmpty();
    // A look would have found no answer to give.
    assertThat(scans.failures()).isEmpty();
  }

  @Test
  void look_afterALookThatFailed_theNextDeathIsLookedInto() {
    // Nothing to answer: the first look fails.
    step(outOfMemory(5));
    assertThat(scans.failures()).hasSize(1);
    answers.add(FOUND);
    step(outOfMemory(6));
    step(outOfMemory(6));
    assertThat(search.found()).containsExactly(Map.entry(CLICKS, "offset 100"));
  }

  @Test
  void bombFinder_filesUnseen_isSettledOnlyWithoutLogDirs() {
    BombFinder given = new BombFinder(new LocalFileSystem(), true, new CancelToken());
    BombFinder none = new BombFinder(new LocalFileSystem(), false, new CancelToken());
    assertThat(given.find(Judgement.none(), CLICKS).settled()).isFalse();
    CulpritSearch.Finding finding = none.find(Judgement.none(), CLICKS);
    assertThat(finding.settled()).isTrue();
    assertThat(finding.text()).contains("clicks-0", "--log-dir would show them");
  }
}
