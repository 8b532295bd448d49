// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.logdir.UnusableDirectoryException;
import io.kleaner.supervisor.probe.broker.ConfigValue.Origin;
import io.kleaner.supervisor.remedy.broker.ConfigOverride.Former;
import io.kleaner.supervisor.remedy.broker.ConfigOverride.Purpose;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OverrideJournalTest {

  private static final Former ABSENT =
      new Former(Optional.empty(), Optional.of("1"), Origin.DEFAULT);
  private static final Former DYNAMIC =
      new Former(Optional.of(" 2"), Optional.of(" 2"), Origin.DYNAMIC_BROKER);

  @TempDir private Path dir;

  @Test
  void open_afterCrash_hasWhatWasNotEnded() throws IOException {
    ConfigOverride left;
    try (OverrideJournal journal = open()) {
      ConfigOverride done = begin(journal, ConfigTarget.broker(1), ABSENT, "1");
      left = begin(journal, ConfigTarget.topic("orders"), DYNAMIC, "0.0");
      journal.end(done);
    }

    try (OverrideJournal journal = open()) {
      assertThat(journal.open()).containsExactly(left);
      assertThat(journal.unreadableLines()).isZero();
    }
  }

  @Test
  void open_again_givesNoNumberTwice() throws IOException {
    long first;
    try (OverrideJournal journal = open()) {
      first = begin(journal, ConfigTarget.broker(1), ABSENT, "1").id();
    }
    try (OverrideJournal journal = open()) {
      assertThat(begin(journal, ConfigTarget.broker(1), ABSENT, "1").id()).isGreaterThan(first);
    }
  }

  @Test
  void open_everyTornTail_keepsAllBefore() throws IOException {
    ConfigOverride whole;
    try (OverrideJournal journal = open()) {
      whole = begin(journal, ConfigTarget.broker(1), DYNAMIC, "02");
    }
    byte[] one = Files.readAllBytes(file());
    try (OverrideJournal journal = open()) {
      begin(journal, ConfigTarget.topic("orders"), ABSENT, "0.0");
    }
    byte[] two = Files.readAllBytes(file());

    for (int length = one.length; length < two.length; length++) {
      Files.write(file(), java.util.Arrays.copyOf(two, length));
      try (OverrideJournal journal = open()) {
        assertThat(journal.open()).as("torn at %d", length).containsExactly(whole);
        ConfigOverride next = begin(journal, ConfigTarget.broker(2), ABSENT, "3");
        assertThat(journal.open()).containsExactly(whole, next);
      }
      try (OverrideJournal journal = open()) {
        assertThat(journal.open()).hasSize(2);
      }
    }
  }

  @Test
  void open_brokenLineInTheMiddle_isCountedAndOthersKept() throws IOException {
    ConfigOverride second;
    try (OverrideJournal journal = open()) {
      begin(journal, ConfigTarget.broker(1), ABSENT, "1");
      second = begin(journal, ConfigTarget.topic("orders"), DYNAMIC, "0.0");
    }
    byte[] bytes = Files.readAllBytes(file());
    bytes[20] ^= 1;
    Files.write(file(), bytes);

    try (OverrideJournal journal = open()) {
      assertThat(journal.open()).containsExactly(second);
      assertThat(journal.unreadableLines()).isEqualTo(1);
      assertThat(dir.resolve("overrides.log.damaged-1")).hasBinaryContent(bytes);
      assertThat(journal.loss())
          .hasValueSatisfying(
              loss ->
                  assertThat(loss)
                      .contains(
                          "1 lines of " + file(), dir.resolve("overrides.log.damaged-1") + "."));
    }
    try (OverrideJournal journal = open()) {
      assertThat(journal.loss()).as("told by who found it").isEmpty();
    }
  }

  @Test
  void open_brokenAgain_keepsBothFiles() throws IOException {
    for (int i = 1; i <= 2; i++) {
      Files.writeString(file(), "damage " + i + "\n");
      open().close();
    }
    assertThat(dir.resolve("overrides.log.damaged-1")).hasContent("damage 1");
    assertThat(dir.resolve("overrides.log.damaged-2")).hasContent("damage 2");
  }

  @Test
  void open_twice_isRefused() throws IOException {
    try (OverrideJournal journal = open()) {
      assertThat(journal.open()).isEmpty();
      assertThatThrownBy(this::open)
          .isInstanceOf(UnusableDirectoryException.class)
          .hasMessageContaining("in use by another kleaner");
    }
  }

  @Test
  void open_manyEnded_fileStaysSmall() throws IOException {
    for (int i = 0; i < 5; i++) {
      try (OverrideJournal journal = open()) {
        journal.end(begin(journal, ConfigTarget.broker(1), ABSENT, "1"));
      }
    }
    open().close();

    assertThat(Files.size(file())).isZero();
  }

  @Test
  void begin_garbageAtTheEnd_isOverwritten() throws IOException {
    try (OverrideJournal journal = open()) {
      Files.writeString(file(), "garbage without an end", StandardOpenOption.APPEND);
      ConfigOverride begun = begin(journal, ConfigTarget.broker(1), ABSENT, "1");
      assertThat(journal.open()).containsExactly(begun);
    }
    try (OverrideJournal journal = open()) {
      assertThat(journal.open()).hasSize(1);
    }
  }

  @Test
  void open_afterCrash_knowsWhatWasSeenToWork() throws IOException {
    try (OverrideJournal journal = open()) {
      for (Purpose each : List.of(Purpose.UNSTICK, Purpose.RESIZE, Purpose.ISOLATE)) {
        ConfigOverride begun =
            journal.begin(
                Optional.empty(), ConfigTarget.broker(1), "key", ABSENT, "1", each, 1_000);
        if (each == Purpose.UNSTICK) {
          journal.verified(begun);
        }
      }
    }

    for (int run = 1; run <= 2; run++) {
      try (OverrideJournal journal = open()) {
        assertThat(journal.unreadableLines()).isZero();
        assertThat(journal.open())
            .as("run %d", run)
            .filteredOn(ConfigOverride::unverified)
            .extracting(ConfigOverride::purpose)
            .containsExactly(Purpose.RESIZE);
      }
    }
  }

  /** As they were before clusters were named. */
  @Test
  void open_lineWithoutACluster_isRead() throws IOException {
    ConfigOverride old =
        new ConfigOverride(
            3,
            Optional.empty(),
            ConfigTarget.topic("orders"),
            LeverRules.THREADS,
            DYNAMIC,
            "0.0",
            Purpose.COMPACT_NOW,
            1_000,
            false);
    Files.writeString(file(), OverrideLine.opened(old) + "\n");
    assertThat(Files.readString(file())).doesNotContain("cluster");

    try (OverrideJournal journal = open()) {
      assertThat(journal.open()).containsExactly(old);
      assertThat(journal.unreadableLines()).isZero();
    }
  }

  @Test
  void undoCommand_absentOrSet_deletesOrSets() throws IOException {
    try (OverrideJournal journal = open()) {
      assertThat(begin(journal, ConfigTarget.broker(1), ABSENT, "1").undoCommand())
          .endsWith(
              "--alter --entity-type brokers --entity-name 1 --delete-config log.cleaner.threads");
      assertThat(begin(journal, ConfigTarget.topic("t"), DYNAMIC, "1").undoCommand())
          .endsWith("--entity-type topics --entity-name t --add-config log.cleaner.threads= 2");
    }
  }

  @Test
  void lasting_onlyWhatSomeoneWantsToStay() {
    assertThat(List.of(Purpose.values()).stream().filter(Purpose::isLasting))
        .containsExactly(Purpose.ISOLATE, Purpose.UNSTICK, Purpose.RESIZE);
  }

  private OverrideJournal open() throws IOException {
    return OverrideJournal.open(new LocalFileSystem(), dir, "overrides");
  }

  private Path file() {
    return dir.resolve("overrides.log");
  }

  private static ConfigOverride begin(
      OverrideJournal journal, ConfigTarget target, Former former, String ours) throws IOException {
    return journal.begin(
        Optional.of("cluster"), target, LeverRules.THREADS, former, ours, Purpose.REVIVE, 1_000);
  }
}
