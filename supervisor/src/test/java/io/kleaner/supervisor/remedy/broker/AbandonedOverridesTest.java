// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.time.FixedClock;
import io.kleaner.supervisor.judge.broker.Isolation;
import io.kleaner.supervisor.remedy.broker.ConfigOverride.Purpose;
import io.kleaner.supervisor.remedy.broker.Overrides.Ending;
import io.kleaner.supervisor.remedy.broker.Overrides.Restored;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a command left that was killed, found by another that shares its directory. */
class AbandonedOverridesTest {

  private static final String RATIO = "min.cleanable.dirty.ratio";
  private static final Optional<String> HERE = Optional.of("cluster");

  @TempDir private Path state;

  private final TopicSettings settings = new TopicSettings();
  private AbandonedOverrides abandoned;

  @BeforeEach
  void dirs() {
    abandoned =
        new AbandonedOverrides(
            new LocalFileSystem(), List.of(state.resolve("missing"), state), "compact-now");
    settings.of("orders").put(RATIO, "0.5");
  }

  private OverrideJournal open() throws IOException {
    return OverrideJournal.open(new LocalFileSystem(), state, "compact-now");
  }

  private Overrides by(OverrideJournal journal) {
    return new Overrides(
        new ConfigAccess(settings.admin(), Duration.ofSeconds(30)), journal, new FixedClock(1));
  }

  private void lower(OverrideJournal journal) throws IOException {
    by(journal).set(ConfigTarget.topic("orders"), Map.of(RATIO, "0.0"), Purpose.COMPACT_NOW);
  }

  private void killed() throws IOException {
    try (OverrideJournal journal = open()) {
      lower(journal);
    }
  }

  @Test
  void takeBack_itsRunWasKilled_isTakenBackAndWrittenDown() throws IOException {
    killed();

    assertThat(abandoned.told(HERE, "a test").get(0).sentence()).contains("a test", RATIO + "=0.5");
    assertThat(abandoned.takeBack(HERE, Set.of(), this::by))
        .extracting(Restored::ending)
        .containsExactly(Ending.RESTORED);

    assertThat(settings.of("orders")).containsEntry(RATIO, "0.5");
    assertThat(abandoned.takeBack(HERE, Set.of(), this::by)).isEmpty();
  }

  @Test
  void takeBack_itsRunIsAtWork_isLetAlone() throws IOException {
    try (OverrideJournal running = open()) {
      lower(running);

      assertThat(abandoned.takeBack(HERE, Set.of(), this::by)).isEmpty();
      assertThat(abandoned.told(HERE, "a test")).isEmpty();

      assertThat(settings.of("orders")).containsEntry(RATIO, "0.0");
      assertThat(running.open()).hasSize(1);
    }
  }

  /** It would be opened every ten seconds, for as long as the topic is isolated. */
  @Test
  void takeBack_isLeftUnderAnIsolation_isToldWithoutItsJournalUntilTheRelease() throws IOException {
    killed();
    settings.of("orders").putAll(Isolation.SETTINGS);
    assertThat(abandoned.takeBack(HERE, Set.of("orders"), this::by)).hasSize(1);

    List<Restored> again =
        abandoned.takeBack(
            HERE,
            Set.of("orders"),
            journal -> {
              throw new AssertionError("it was opened");
            });

    assertThat(again).singleElement().satisfies(told -> assertThat(told.isOver()).isFalse());
    assertThat(again.get(0).sentence()).contains("is isolated", "it was '0.5' there before");
    settings.of("orders").keySet().removeAll(Isolation.SETTINGS.keySet());
    settings.of("orders").put(RATIO, "0.0");
    assertThat(abandoned.takeBack(HERE, Set.of(), this::by))
        .extracting(Restored::ending)
        .containsExactly(Ending.RESTORED);
  }

  @Test
  void takeBack_ofAnotherCluster_isItsOwnRunsBusiness() throws IOException {
    killed();
    byte[] before = Files.readAllBytes(state.resolve("compact-now.log"));

    for (Optional<String> other : List.of(Optional.of("other"), Optional.<String>empty())) {
      assertThat(abandoned.takeBack(other, Set.of(), this::by)).isEmpty();
      assertThat(abandoned.told(other, "a test")).isEmpty();
    }

    assertThat(state.resolve("compact-now.log")).hasBinaryContent(before);
  }

  /** It would be mended by whoever opens it, and its own command had nothing more to tell. */
  @Test
  void takeBack_journalIsDamaged_isLeftToItsCommand() throws IOException {
    killed();
    Path file = state.resolve("compact-now.log");
    Files.writeString(file, "damage\n", StandardOpenOption.APPEND);
    byte[] before = Files.readAllBytes(file);

    assertThat(abandoned.takeBack(HERE, Set.of(), this::by)).isEmpty();

    assertThat(file).hasBinaryContent(before);
  }
}
