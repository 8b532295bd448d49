// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.alert.AlertSignal;
import io.kleaner.supervisor.journal.Journal;
import io.kleaner.supervisor.judge.Severity;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuarantineBookTest {

  private static final long START_NANOS = Long.MAX_VALUE - 5;

  @TempDir private Path temp;

  private static List<AlertSignal> look(QuarantineBook book, long nanos) {
    Signals signals = new Signals();
    book.look(List.of(), nanos, signals);
    return signals.all();
  }

  @Test
  void look_recordOfTheLastRunWasDamaged_isAnAlertForADay() throws Exception {
    Files.writeString(temp.resolve("quarantine.json"), "[{");
    Journal journal = Journal.open(new LocalFileSystem(), temp);
    QuarantineBook book =
        new QuarantineBook(new Chronicle(journal, new Announcer(), Clock.system()));

    assertThat(look(book, START_NANOS))
        .singleElement()
        .satisfies(
            signal -> {
              assertThat(signal.rule()).isEqualTo("QuarantinesLost");
              assertThat(signal.severity()).isEqualTo(Severity.CRITICAL);
              assertThat(signal.evidence()).contains("cannot be understood");
            });
    assertThat(look(book, START_NANOS + QuarantineBook.LOST_NANOS - 1)).hasSize(1);
    assertThat(look(book, START_NANOS + QuarantineBook.LOST_NANOS)).isEmpty();
    journal.close(1_000);
  }

  @Test
  void look_recordIsWhole_isNoAlert() {
    QuarantineBook book =
        new QuarantineBook(
            new Chronicle(Journal.inMemory("a test"), new Announcer(), Clock.system()));

    assertThat(look(book, START_NANOS)).isEmpty();
  }
}
