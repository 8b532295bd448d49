// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.supervisor.cleaner.HandClock;
import io.kleaner.supervisor.cleaner.Lease;
import io.kleaner.supervisor.cleaner.PartitionBoard;
import io.kleaner.supervisor.cleaner.PartitionId;
import io.kleaner.supervisor.cleaner.PartitionStatus;
import io.kleaner.supervisor.cleaner.Puppet;
import io.kleaner.supervisor.probe.Dirt;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DirtBookTest {

  private static final Path HERE = Path.of("/here");
  private static final Path THERE = Path.of("/there");
  private static final PartitionId ONE = Puppet.id("/here", "orders", 1);
  private static final PartitionId TWO = Puppet.id("/here", "orders", 2);
  private static final PartitionId OTHER = Puppet.id("/there", "orders", 3);

  private final HandClock clock = new HandClock();
  private final PartitionBoard board = new PartitionBoard(clock);
  private final Puppet worker = new Puppet("cleaner-0", clock);
  private final DirtBook book = new DirtBook();

  @BeforeEach
  void all() {
    Puppet.present(board, ONE, TWO, OTHER);
    look(ONE, 1_000);
    look(TWO, 500);
    look(OTHER, 70);
  }

  private void look(PartitionId id, long dirtyBytes) {
    PartitionStatus status = dirtyBytes > 0 ? PartitionStatus.DIRTY : PartitionStatus.CLEAN;
    Puppet.look(board, id, status, dirtyBytes, clock.nowMs());
    book.note(board.states());
  }

  @Test
  void note_whatWasThereAtTheFirstLook_didNotArrive() {
    assertThat(book.total()).isEqualTo(Dirt.NONE);
    assertThat(book.of(HERE)).isEqualTo(Dirt.NONE);
    assertThat(book.of(Path.of("/nowhere"))).isEqualTo(Dirt.NONE);
  }

  @Test
  void note_partitionGrows_arrivedInItsDirectory() {
    look(ONE, 1_300);

    assertThat(book.of(HERE)).isEqualTo(new Dirt(300, 0, 0));
    assertThat(book.of(THERE)).isEqualTo(Dirt.NONE);
    assertThat(book.total()).isEqualTo(new Dirt(300, 0, 0));
  }

  @Test
  void note_cleanUnderWayAndThenEnded_isDoneOnce() {
    Lease lease = worker.leaseNext(board).orElseThrow();
    worker.begin(lease, "COPY");
    worker.read(40);
    Puppet.rolled(board, lease.partition(), 25);
    book.note(board.states());
    assertThat(book.of(HERE)).isEqualTo(new Dirt(25, 0, 400));

    worker.clean(board, lease, clock.nowMs());
    look(ONE, 25);

    assertThat(book.of(HERE)).isEqualTo(new Dirt(25, 1_000, 0));
    assertThat(book.of(HERE).doneBytes()).isEqualTo(1_000);
  }

  @Test
  void note_partitionVanishes_whatArrivedStaysArrived() {
    Puppet.rolled(board, TWO, 200);
    book.note(board.states());
    assertThat(book.of(HERE)).isEqualTo(new Dirt(200, 0, 0));

    Puppet.present(board, ONE);
    book.note(board.states());

    assertThat(book.of(HERE)).isEqualTo(new Dirt(200, 0, 0));
  }

  @Test
  void note_partitionVanishesAndComesBack_isFoundAnew() {
    Puppet.present(board, ONE);
    book.note(board.states());
    Puppet.present(board, ONE, TWO);
    look(TWO, 900);

    assertThat(book.of(HERE)).isEqualTo(Dirt.NONE);
  }
}
