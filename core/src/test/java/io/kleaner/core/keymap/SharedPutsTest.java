// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.keymap;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.io.SpaceLedger;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.BitSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Young tables of workers, at the moments at which a map takes them over. */
class SharedPutsTest {

  private static final int WORKERS = 2;

  /** Of a map for so many a young table has room for some thirty thousand. */
  private static final int KEYS = 1_000_000;

  private static final int FEW = 25_000;

  @TempDir private Path temp;
  private final KeyHash hash = KeyHash.random();
  private final KeyMap map = KeyMap.forKeys(KEYS, Long.MAX_VALUE);
  private final KeyBlock one = new KeyBlock(hash);
  private final KeyBlock other = new KeyBlock(hash.sameSecrets());
  private Bits removed;
  private KeyIndex index;

  @BeforeEach
  void open() {
    SpillSpace space =
        new SpillSpace(
            new LocalFileSystem(),
            SpillPlace.in(temp),
            "0",
            16 * 1024,
            new SpaceLedger(SpaceLedger.WhenTaken.REFUSE),
            () -> false);
    removed = new Bits(new BitSpace(64L * Bits.PIECE_BYTES, space));
    index = new KeyIndex(map, removed, space, WORKERS);
  }

  @AfterEach
  void close() throws IOException {
    index.close();
    removed.close();
  }

  /** Numbers as keys; ordinals are theirs and an offset. */
  private void put(KeyBlock block, int from, int to, long firstOrdinal) throws IOException {
    ByteBuffer key = ByteBuffer.allocate(Integer.BYTES);
    for (int number = from; number < to; number++) {
      block.add(key.putInt(0, number), 0, Integer.BYTES, firstOrdinal + number - from);
      if (!block.hasRoomFor(1)) {
        index.put(block);
      }
    }
    index.put(block);
  }

  private void requireRemoved(int from, int to) throws IOException {
    BitSet expected = new BitSet();
    expected.set(from, to);
    BitSet found = new BitSet();
    for (int ordinal = 0; ordinal < 4 * FEW; ordinal++) {
      found.set(ordinal, removed.get(ordinal));
    }
    assertThat(found).isEqualTo(expected);
    assertThat(index.superseded()).isEqualTo(to - from);
  }

  @Test
  void giveBack_sameKeysInBoth_mapStaysYoung() throws IOException {
    // The newer ones first: order is nothing to it.
    put(one, 0, FEW, FEW);
    put(other, 0, FEW, 0);
    index.giveBack(one);
    index.giveBack(other);

    assertThat(map.isYoung()).isTrue();
    assertThat(index.keys()).isEqualTo(FEW);
    requireRemoved(0, FEW);
  }

  @Test
  void giveBack_otherKeysInEach_mapGrowsThen() throws IOException {
    put(one, 0, FEW, 0);
    put(other, FEW - 10, 2 * FEW - 10, FEW);
    index.giveBack(other);
    assertThat(map.isYoung()).isTrue();
    index.giveBack(one);

    assertThat(map.isYoung()).isFalse();
    assertThat(index.keys()).isEqualTo(2 * FEW - 10);
    requireRemoved(FEW - 10, FEW);
  }

  @Test
  void put_tableOfOneIsFull_mapTakesOverBoth() throws IOException {
    put(other, 0, FEW, 0);
    put(one, 0, 2 * FEW, FEW);
    assertThat(map.isYoung()).isFalse();
    assertThat(other.own).isNull();
    put(other, FEW, FEW + 100, 3 * FEW);
    index.giveBack(one);
    index.giveBack(other);

    assertThat(index.keys()).isEqualTo(2 * FEW);
    assertThat(index.superseded()).isEqualTo(FEW + 100);
    assertThat(removed.get(0)).isTrue();
    assertThat(removed.get(2 * FEW)).as("the newest until the last hundred").isTrue();
    assertThat(removed.get(3 * FEW)).isFalse();
  }

  /** While the map grows all of them are there. */
  @ParameterizedTest
  @CsvSource({"1, 2", "16, 3", "128, 4", "128, 16", "1024, 64", "1024, 1024"})
  void bytes_tablesOfAllWorkersAndTheWholeOne_inTheBudget(long mebibytes, int workers) {
    long budgetBytes = mebibytes << 20;
    long wholeBytes = KeyIndex.mapBudgetBytes(budgetBytes);

    assertThat(wholeBytes + (workers + 1L) * YoungSize.bytes(wholeBytes, workers + 1))
        .isLessThanOrEqualTo(budgetBytes);
  }

  @Test
  void put_youngTables_inTheBudgetTogether() throws IOException {
    long whole = (long) (KEYS / KeyMap.MAX_LOAD * KeyMap.SLOT_BYTES);
    put(one, 0, 10, 0);
    put(other, 0, 10, 10);

    assertThat(map.sizeInBytes() + one.own.sizeInBytes() + other.own.sizeInBytes())
        .isLessThanOrEqualTo(whole / 8 + 100);
  }
}
