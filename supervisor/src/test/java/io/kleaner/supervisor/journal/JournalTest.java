// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kleaner.core.io.FileSystem;
import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.supervisor.cleaner.Cause;
import io.kleaner.supervisor.cleaner.Hold;
import io.kleaner.supervisor.cleaner.Puppet;
import io.kleaner.supervisor.service.HookedDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {

  private static final long ROOMY = 1 << 20;

  @TempDir private Path dir;
  private final FileSystem disk = new LocalFileSystem();

  private static Incident incident(long id) {
    return new Incident(id, 7, Incident.Kind.WORKER_DEAD, "cleaner-0", "died", "of this", "");
  }

  private static List<Incident> incidents(long from, long to) {
    return LongStream.range(from, to).mapToObj(JournalTest::incident).toList();
  }

  private List<Long> idsOnDisk() throws IOException {
    try (IncidentFile file = new IncidentFile(disk, dir, ROOMY)) {
      return file.open().stream().map(Incident::id).toList();
    }
  }

  @Test
  void open_tornTail_isPassedOverAndTheNextLineIsWhole() throws IOException {
    try (IncidentFile file = new IncidentFile(disk, dir, ROOMY)) {
      file.open();
      file.append(incidents(1, 4));
    }
    Path log = dir.resolve(IncidentFile.CURRENT);
    byte[] whole = Files.readAllBytes(log);
    Files.write(log, java.util.Arrays.copyOf(whole, whole.length - 9));

    try (IncidentFile file = new IncidentFile(disk, dir, ROOMY)) {
      file.open();
      file.append(incidents(4, 5));
    }

    assertThat(idsOnDisk()).containsExactly(1L, 2L, 4L);
  }

  @Test
  void open_flippedByte_losesThatLineAlone() throws IOException {
    try (IncidentFile file = new IncidentFile(disk, dir, ROOMY)) {
      file.open();
      file.append(incidents(1, 4));
    }
    Path log = dir.resolve(IncidentFile.CURRENT);
    byte[] bytes = Files.readAllBytes(log);
    bytes[bytes.length / 2] ^= 1;
    Files.write(log, bytes, StandardOpenOption.TRUNCATE_EXISTING);

    assertThat(idsOnDisk()).containsExactly(1L, 3L);
  }

  @Test
  void append_oneLargeBatch_keepsEachFileWithinTheBound() throws IOException {
    long bound = 4_000;
    try (IncidentFile file = new IncidentFile(disk, dir, bound)) {
      file.open();
      file.append(incidents(1, 10_001));
    }

    assertThat(Files.size(dir.resolve(IncidentFile.CURRENT))).isLessThanOrEqualTo(bound);
    assertThat(Files.size(dir.resolve(IncidentFile.PREVIOUS))).isLessThanOrEqualTo(bound);
    assertThat(idsOnDisk()).endsWith(9_999L, 10_000L).isSorted();
  }

  @Test
  void append_rollFails_theNextAppendGoesOn() throws IOException {
    AtomicBoolean broken = new AtomicBoolean();
    FileSystem flaky =
        HookedDisk.with(
            (operation, path) -> {
              if (operation.equals("rename") && broken.get()) {
                throw new IOException("no rename now");
              }
            });
    try (IncidentFile file = new IncidentFile(flaky, dir, 300)) {
      file.open();
      broken.set(true);
      assertThatThrownBy(() -> file.append(incidents(1, 9))).hasMessage("no rename now");
      broken.set(false);

      file.append(incidents(1, 9));
    }

    assertThat(idsOnDisk()).contains(8L);
  }

  @Test
  void open_idsOutOfOrderOrTwice_keepsEachOnce() throws IOException {
    try (IncidentFile file = new IncidentFile(disk, dir, ROOMY)) {
      file.open();
      file.append(List.of(incident(2), incident(1), incident(3), incident(3)));
    }

    try (Journal journal = Journal.open(disk, dir)) {
      assertThat(journal.latest()).extracting(Incident::id).containsExactly(3L, 2L, 1L);
      assertThat(journal.add(1, Incident.Kind.WORKER_DEAD, "w", "s", "", "").id()).isEqualTo(4);
    }
  }

  @Test
  void add_tenThousandIncidents_keepsNoMoreThanItsShareInMemory() throws IOException {
    try (Journal journal = Journal.open(disk, dir)) {
      for (int i = 0; i < 10_000; i++) {
        journal.add(i, Incident.Kind.WORKER_DEAD, "cleaner-0", "died", "", "");
      }

      assertThat(journal.latest()).hasSize(2_000);
      assertThat(journal.latest().get(0).id()).isEqualTo(10_000);
    }
  }

  @Test
  @Timeout(60)
  void quarantines_incidentsCannotBeWritten_areWrittenAllTheSame() throws Exception {
    FileSystem flaky =
        HookedDisk.with(
            (operation, path) -> {
              if (operation.equals("sync") && path.endsWith(IncidentFile.CURRENT)) {
                throw new IOException("no sync for you");
              }
            });
    Hold hold = new Hold(Hold.Kind.BY_HAND, Cause.BY_HAND, "so", "", 5, Hold.RELEASED_ONLY, 2);
    try (Journal journal = Journal.open(flaky, dir)) {
      journal.add(1, Incident.Kind.WORKER_DEAD, "cleaner-0", "died", "", "");
      while (journal.problem().isEmpty()) {
        Thread.onSpinWait();
      }

      journal.quarantines(Map.of(Puppet.id("/logs", "orders", 1), hold));

      while (!Files.exists(dir.resolve(QuarantineFile.NAME))) {
        Thread.onSpinWait();
      }
      assertThat(journal.problem().orElseThrow()).contains("no sync for you");
    }
    try (Journal journal = Journal.open(disk, dir)) {
      assertThat(journal.heldAtOpen()).containsEntry(Puppet.id("/logs", "orders", 1), hold);
    }
  }

  @Test
  @Timeout(60)
  void write_errorStrikesItsThread_goesOn() throws Exception {
    AtomicBoolean struck = new AtomicBoolean();
    FileSystem flaky =
        HookedDisk.with(
            (operation, path) -> {
              if (operation.equals("sync")
                  && path.endsWith(IncidentFile.CURRENT)
                  && struck.compareAndSet(false, true)) {
                throw new OutOfMemoryError("struck here as well");
              }
            });
    try (Journal journal = Journal.open(flaky, dir)) {
      journal.add(1, Incident.Kind.WORKER_DEAD, "cleaner-0", "died", "", "");
      while (!struck.get() || journal.problem().isEmpty()) {
        Thread.onSpinWait();
      }
    }

    assertThat(idsOnDisk()).contains(1L);
  }
}
