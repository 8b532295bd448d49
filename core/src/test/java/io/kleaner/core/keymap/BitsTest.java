// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.keymap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kleaner.core.io.FaultyFileSystem;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.io.InsufficientSpaceException;
import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.io.SpaceLedger;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.NavigableSet;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One bit for each of 2^32 records, in memory or not. */
class BitsTest {

  private static final long INDEXES = 1L << 32;

  @TempDir private Path temp;
  private final SpaceLedger ledger = new SpaceLedger(SpaceLedger.WhenTaken.REFUSE);

  private Bits bits(FileSystem disk, long pieces) {
    SpillSpace spill = new SpillSpace(disk, SpillPlace.in(temp), "0", 0, ledger, () -> false);
    return new Bits(new BitSpace(pieces * Bits.PIECE_BYTES, spill));
  }

  private Bits bits(long pieces) {
    return bits(new LocalFileSystem(), pieces);
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(temp)) {
      return files.toList();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 100})
  void count_anyRange_asASet(long pieces) throws IOException {
    Random random = new Random(3);
    BitSet model = new BitSet();
    try (Bits bits = bits(pieces)) {
      int first = (1 << Bits.PIECE_SHIFT) - 10_000;
      for (int i = 0; i < 5_000; i++) {
        int index = first + random.nextInt(20_000);
        bits.set(index);
        model.set(index);
      }
      bits.seal();
      for (int i = 0; i < 5_000; i++) {
        int from = first + random.nextInt(20_000);
        int length = 1 + random.nextInt(700);
        BitSet some = model.get(from, from + length);
        assertThat(bits.count(from, length)).isEqualTo(some.cardinality());
        assertThat(bits.get(from)).isEqualTo(model.get(from));
        long[] word = model.get(from, from + Math.min(length, Long.SIZE)).toLongArray();
        assertThat(bits.word(from, Math.min(length, Long.SIZE)))
            .isEqualTo(word.length == 0 ? 0 : word[0]);
      }
      assertThat(bits.count()).isEqualTo(model.cardinality());
    }
  }

  /** Pieces for none of the bits, for some, and for all. */
  @ParameterizedTest
  @ValueSource(longs = {0, 1, 50, 300, 8192})
  void get_anyOfFourBillion_asASet(long pieces) throws IOException {
    Random random = new Random(pieces);
    NavigableSet<Long> model = new TreeSet<>();
    try (Bits bits = bits(pieces)) {
      for (int i = 0; i < 400; i++) {
        // Some near each other, and the first and the last.
        long near = i == 0 ? 0 : i == 1 ? INDEXES - 1 : random.nextLong(INDEXES);
        for (int j = 0; j < 50; j++) {
          long index = Math.min(near + random.nextInt(1 << (1 + j % 22)), INDEXES - 1);
          bits.set(index);
          model.add(index);
        }
      }
      bits.seal();

      for (long index : model.headSet(INDEXES - 1)) {
        assertThat(bits.get(index)).as("bit " + index).isTrue();
        long next = index + 1;
        assertThat(bits.get(next)).as("bit " + next).isEqualTo(model.contains(next));
      }
      for (int i = 0; i < 200; i++) {
        long from = random.nextLong(INDEXES - 3_000_000);
        int length = 1 + random.nextInt(3_000_000);
        assertThat(bits.count(from, length)).isEqualTo(model.subSet(from, from + length).size());
      }
      assertThat(bits.count()).isEqualTo(model.size());
    }
  }

  @Test
  void setShared_severalWorkersAndLittleRoom_nothingIsLost()
      throws IOException, InterruptedException, ExecutionException {
    int workers = 4;
    int each = 200_000;
    ExecutorService pool = Executors.newFixedThreadPool(workers);
    try (Bits bits = bits(7)) {
      List<Callable<Void>> tasks = new ArrayList<>();
      for (int worker = 0; worker < workers; worker++) {
        int own = worker;
        tasks.add(
            () -> {
              for (long i = own; i < (long) each * workers; i += workers) {
                bits.setShared(i * 41);
              }
              return null;
            });
      }
      for (Future<Void> done : pool.invokeAll(tasks)) {
        done.get();
      }
      bits.seal();

      tasks.clear();
      for (int worker = 0; worker < workers; worker++) {
        // Each begins elsewhere, so that the same files are read at different times.
        long from = (long) each * worker;
        tasks.add(
            () -> {
              for (long i = from; i < from + each; i++) {
                assertThat(bits.word(i * 41, 41)).as("bits from " + i * 41).isEqualTo(1);
              }
              return null;
            });
      }
      for (Future<Void> done : pool.invokeAll(tasks)) {
        done.get();
      }
      assertThat(bits.count()).isEqualTo((long) each * workers);
    } finally {
      pool.shutdown();
    }
  }

  /** Every 512th of 2^32 - 1 records loses to a newer one: in one array it were 512 MiB. */
  @Test
  void sizeInBytes_fourBillionRecords_theBudgetAndLittleMore() throws IOException {
    long budgetPieces = 256;
    long mostBytes = 22L << 20;
    try (Bits bits = bits(budgetPieces)) {
      for (long index = 0; index < INDEXES - 1; index += 512) {
        bits.set(index);
      }
      assertThat(bits.sizeInBytes()).isBetween(budgetPieces * Bits.PIECE_BYTES, mostBytes);
      bits.seal();

      long set = 0;
      for (long from = 0; from < INDEXES; from += 1 << 20) {
        set += bits.count(from, 1 << 20);
        assertThat(bits.sizeInBytes()).isLessThan(mostBytes);
      }
      assertThat(set).isEqualTo(INDEXES / 512);
    }
  }

  @Test
  void sizeInBytes_readFromDisk_piecesThatWereInMemoryCountOnce() throws IOException {
    try (Bits bits = bits(1)) {
      bits.set(0);
      bits.set(1 << Bits.PIECE_SHIFT);
      bits.seal();

      assertThat(bits.get(1 << Bits.PIECE_SHIFT)).isTrue();
      assertThat(bits.get(0)).isTrue();
      assertThat(bits.sizeInBytes()).isEqualTo(2L * Bits.PIECE_BYTES);
    }
  }

  @Test
  void seal_spilled_filesHaveNoNamesAndAreRead() throws IOException {
    try (Bits bits = bits(0)) {
      for (long index = 0; index < 3_000_000_000L; index += 100_000) {
        bits.set(index);
      }
      bits.seal();

      assertThat(files()).as("whatever ends the process leaves nothing behind").isEmpty();
      assertThat(bits.get(2_000_000_000L)).isTrue();
      assertThat(bits.get(2_000_000_001L)).isFalse();
      assertThat(bits.count()).isEqualTo(30_000);
    }
  }

  @Test
  void close_notSealed_filesAreGone() throws IOException {
    try (Bits bits = bits(0)) {
      for (int index = 0; index < 5_000; index++) {
        bits.set(index);
      }
      assertThat(files()).hasSize(1);
      assertThat(SpillPlace.isSpillFile(files().get(0).getFileName().toString())).isTrue();
    }
    assertThat(files()).isEmpty();
  }

  @Test
  void set_noRoomOnDisk_refusedAndCleanedUp() throws IOException {
    FaultyFileSystem disk =
        new FaultyFileSystem(new LocalFileSystem(), (op, number, path) -> {}).usable(1_000_000);
    ledger.claim(disk, temp, 900_000, () -> false);
    try (Bits bits = bits(disk, 1)) {
      assertThatThrownBy(
              () -> {
                for (long index = 0; index < 10_000_000; index += 5) {
                  bits.set(index);
                }
              })
          .isInstanceOf(InsufficientSpaceException.class)
          .hasMessageContaining("1000000 bytes are free, of which 900000 are needed");
    }
    assertThat(files()).isEmpty();
  }

  @Test
  void get_fileWasCut_said() throws IOException {
    Path[] made = new Path[1];
    FaultyFileSystem disk =
        new FaultyFileSystem(
            new LocalFileSystem(),
            (op, number, path) -> {
              if (op == FaultyFileSystem.Op.CREATE) {
                made[0] = path;
              } else if (op == FaultyFileSystem.Op.DELETE) {
                try (FileChannel file = FileChannel.open(path, StandardOpenOption.WRITE)) {
                  file.truncate(10);
                }
              }
            });
    try (Bits bits = bits(disk, 0)) {
      for (int index = 0; index < 5_000; index++) {
        bits.set(index);
      }
      bits.seal();

      assertThatThrownBy(() -> bits.get(0))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(made[0] + " was cut while it was used, at byte 0");
    }
  }

  @Test
  void get_fileWasChanged_said() throws IOException {
    Path[] made = new Path[1];
    FaultyFileSystem disk =
        new FaultyFileSystem(
            new LocalFileSystem(),
            (op, number, path) -> {
              if (op == FaultyFileSystem.Op.DELETE) {
                made[0] = path;
                FaultyFileSystem.flipBit(path, 3 * 4_000 + 1);
              }
            });
    try (Bits bits = bits(disk, 0)) {
      for (int index = 0; index < 5_000; index++) {
        bits.set(index);
      }
      bits.seal();

      assertThatThrownBy(() -> bits.get(0))
          .isInstanceOf(SpillDamagedException.class)
          .hasMessageContaining(made[0] + " is not what was written to it");
    }
  }
}
