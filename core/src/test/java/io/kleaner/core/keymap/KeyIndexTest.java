// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.keymap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kleaner.core.io.FaultyFileSystem;
import io.kleaner.core.io.InsufficientSpaceException;
import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.io.SpaceLedger;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Marks superseded records the same whatever memory it has. */
class KeyIndexTest {

  @TempDir private Path temp;
  private final SpaceLedger ledger = new SpaceLedger(SpaceLedger.WhenTaken.REFUSE);

  /** Keys, dirty records, clean records, memory in bytes, and for how many pieces of bits. */
  @ParameterizedTest
  @CsvSource({
    "1, 1000, 500, 1000000, 1",
    "300, 1000, 800, 1000000, 1",
    "300, 1000, 800, 1000000, 0",
    "20000, 50000, 30000, 4000000, 1",
    "20000, 50000, 30000, 60000, 1",
    "20000, 50000, 30000, 60000, 0",
    "20000, 50000, 30000, 2000, 1",
    "50000, 60000, 0, 600, 1",
    "60000, 60000, 60000, 12000, 0",
  })
  void finish_anyBudget_bitsOfAPlainMap(
      int keys, int dirty, int clean, long memoryBytes, int pieces) throws IOException {
    Random random = new Random(keys * 31L + dirty);
    BitSet expected = new BitSet();
    Map<Integer, Integer> newest = new HashMap<>();
    KeyHash hash = KeyHash.random();
    ByteBuffer key = ByteBuffer.allocate(Integer.BYTES);
    SpillSpace space =
        new SpillSpace(
            new LocalFileSystem(), SpillPlace.in(temp), "0", 16 * 1024, ledger, () -> false);
    try (Bits bits = new Bits(new BitSpace((long) pieces * Bits.PIECE_BYTES, space));
        KeyIndex index = new KeyIndex(KeyMap.forKeys(dirty, memoryBytes), bits, space)) {
      for (int ordinal = clean; ordinal < clean + dirty; ordinal++) {
        int number = random.nextInt(keys);
        key.putInt(0, number);
        hash.hash(key, 0, Integer.BYTES);
        index.put(hash.first(), hash.second(), ordinal);
        Integer older = newest.put(number, ordinal);
        if (older != null) {
          expected.set(older);
        }
      }
      for (int ordinal = 0; ordinal < clean; ordinal++) {
        int number = random.nextInt(keys * 2);
        key.putInt(0, number);
        hash.hash(key, 0, Integer.BYTES);
        index.probe(hash.first(), hash.second(), ordinal);
        if (newest.containsKey(number)) {
          expected.set(ordinal);
        }
      }
      index.finish();
      bits.seal();

      for (int ordinal = 0; ordinal < clean + dirty; ordinal++) {
        assertThat(bits.get(ordinal)).as("ordinal " + ordinal).isEqualTo(expected.get(ordinal));
      }
      assertThat(index.superseded()).isEqualTo(expected.cardinality());
      assertThat(index.hasSpilled()).isEqualTo(newest.size() > memoryBytes / 15);
    }
    try (Stream<Path> left = Files.list(temp)) {
      assertThat(left).as("spill files are gone").isEmpty();
    }
  }

  @Test
  void put_noRoomForSpilledKeys_refusedAndCleanedUp() throws IOException {
    FaultyFileSystem disk =
        new FaultyFileSystem(new LocalFileSystem(), (op, number, path) -> {}).usable(1_000_000);
    ledger.claim(disk, temp, 900_000, () -> false);
    SpillSpace space =
        new SpillSpace(disk, SpillPlace.in(temp), "0", 16 * 1024, ledger, () -> false);
    try (Bits bits = new Bits(new BitSpace(Bits.PIECE_BYTES, space));
        KeyIndex index = new KeyIndex(KeyMap.forKeys(100_000, 600), bits, space)) {
      assertThatThrownBy(
              () -> {
                for (long i = 0; i < 100_000; i++) {
                  index.put(i * 0x9E3779B97F4A7C15L, i * 0xC2B2AE3D27D4EB4FL, i);
                }
              })
          .isInstanceOf(InsufficientSpaceException.class)
          .hasMessageContaining("1000000 bytes are free, of which 900000 are needed");
    }
    try (Stream<Path> left = Files.list(temp)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void finish_spilledKeysWereChanged_said() throws IOException {
    Set<Path> changed = new HashSet<>();
    FaultyFileSystem disk =
        new FaultyFileSystem(
            new LocalFileSystem(),
            (op, number, path) -> {
              if (op == FaultyFileSystem.Op.READ && changed.isEmpty()) {
                changed.add(path);
                FaultyFileSystem.flipBit(path, 0);
              }
            });
    SpillSpace space =
        new SpillSpace(disk, SpillPlace.in(temp), "0", 16 * 1024, ledger, () -> false);
    Random random = new Random(3);
    try (Bits bits = new Bits(new BitSpace(Bits.PIECE_BYTES, space));
        KeyIndex index = new KeyIndex(KeyMap.forKeys(20_000, 2_000), bits, space)) {
      for (int ordinal = 0; ordinal < 20_000; ordinal++) {
        index.put(random.nextLong(), random.nextLong(), ordinal);
      }

      assertThatThrownBy(index::finish)
          .isInstanceOf(SpillDamagedException.class)
          .hasMessageContaining(changed.iterator().next() + " is not what was written to it");
    }
    assertThat(temp).isEmptyDirectory();
  }
}
