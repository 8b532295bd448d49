// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.keymap;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.io.FaultyFileSystem;
import io.kleaner.core.io.FaultyFileSystem.Op;
import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.io.SpaceLedger;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The map and what stands beside it stay within one budget. */
class KeyMemoryTest {

  private static final int MIB = 1 << 20;

  @TempDir private Path temp;
  private final Random random = new Random(5);

  private SpillSpace space(FaultyFileSystem disk, long budgetBytes) {
    return new SpillSpace(
        disk,
        SpillPlace.in(temp),
        "0",
        budgetBytes,
        new SpaceLedger(SpaceLedger.WhenTaken.REFUSE),
        () -> false);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 40, 64})
  void probe_mapIsFull_filterIsInTheBudget(int mebibytes) throws IOException {
    long budgetBytes = (long) mebibytes * MIB;
    FaultyFileSystem disk = new FaultyFileSystem(new LocalFileSystem(), (op, number, path) -> {});
    try (SpillSpace space = space(disk, KeyIndex.besideMapBytes(budgetBytes));
        Bits bits = new Bits(new BitSpace(budgetBytes, space))) {
      KeyMap map = KeyMap.forKeys(Long.MAX_VALUE / 64, KeyIndex.mapBudgetBytes(budgetBytes));
      assertThat(map.sizeInBytes() + SpillSpace.bufferBytesOf(KeyIndex.besideMapBytes(budgetBytes)))
          .isLessThanOrEqualTo(budgetBytes);
      KeyBlock block = new KeyBlock(KeyHash.random());
      try (KeyIndex index = new KeyIndex(map, bits, space)) {
        for (int i = 0; i < map.maxKeys(); i++) {
          index.put(random.nextLong(), random.nextLong(), i);
        }
        index.beginProbes();
        for (int probed = 0; probed < map.maxKeys(); probed += KeyBlock.CAPACITY) {
          while (block.hasRoomFor(1)) {
            block.first[block.size] = random.nextLong();
            block.second[block.size] = random.nextLong();
            block.ordinals[block.size++] = map.maxKeys();
          }
          index.probe(block);
        }

        assertThat(index.hasSpilled()).isFalse();
        assertThat(index.filterBytes()).isPositive();
        assertThat(map.sizeInBytes() + index.filterBytes()).isLessThanOrEqualTo(budgetBytes);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {24, 32, 80})
  void put_mapIsFull_filterAndBuffersAreInTheBudget(int mebibytes) throws IOException {
    long budgetBytes = (long) mebibytes * MIB;
    long besideBytes = KeyIndex.besideMapBytes(budgetBytes);
    FaultyFileSystem disk = new FaultyFileSystem(new LocalFileSystem(), (op, number, path) -> {});
    try (SpillSpace space = space(disk, besideBytes);
        Bits bits = new Bits(new BitSpace(budgetBytes, space))) {
      KeyMap map = KeyMap.forKeys(Long.MAX_VALUE / 64, KeyIndex.mapBudgetBytes(budgetBytes));
      KeyBlock block = new KeyBlock(KeyHash.random());
      try (KeyIndex index = new KeyIndex(map, bits, space)) {
        for (int put = 0; put < map.maxKeys() + 100_000; put += KeyBlock.CAPACITY) {
          while (block.hasRoomFor(1)) {
            int i = block.size++;
            block.first[i] = random.nextLong();
            block.second[i] = random.nextLong();
            block.ordinals[i] = (long) put + i;
          }
          index.put(block);
        }

        assertThat(index.hasSpilled()).isTrue();
        assertThat(index.filterBytes()).isPositive();
        assertThat(
                map.sizeInBytes()
                    + index.filterBytes()
                    + SpillSpace.bufferBytesOf(besideBytes)
                    - Spill.READ_BYTES)
            .isLessThanOrEqualTo(budgetBytes);
      }
    }
  }

  /** While a level of spilled keys is written or read, those above it hold no buffer. */
  @Test
  void finish_severalLevels_buffersOfOneAtATime() throws IOException {
    List<String> held = Collections.synchronizedList(new ArrayList<>());
    Set<Integer> levels = new HashSet<>();
    Map<Integer, Set<Path>> beingRead = new HashMap<>();
    FaultyFileSystem disk =
        new FaultyFileSystem(
            new LocalFileSystem(),
            (op, number, path) -> {
              int spill = spillOf(path);
              if (op == Op.CREATE) {
                levels.add(spill);
              }
              if (op == Op.WRITE && levels.stream().anyMatch(each -> each > spill)) {
                held.add("written late: " + path.getFileName());
              }
              if (op == Op.READ) {
                beingRead.computeIfAbsent(spill, each -> new HashSet<>()).add(path);
                if (beingRead.values().stream().mapToInt(Set::size).sum() > 1) {
                  held.add("read at the same time: " + path.getFileName());
                }
              }
              if (op == Op.DELETE) {
                beingRead.getOrDefault(spill, new HashSet<>()).remove(path);
              }
            });
    try (SpillSpace space = space(disk, 16 * 1024);
        Bits bits = new Bits(new BitSpace(Bits.PIECE_BYTES, space));
        KeyIndex index = new KeyIndex(KeyMap.forKeys(6_000, 600), bits, space)) {
      for (int i = 0; i < 6_000; i++) {
        index.put(random.nextLong(), random.nextLong(), i);
      }
      index.finish();
    }

    assertThat(levels).as("spills").hasSizeGreaterThan(2);
    assertThat(held).isEmpty();
  }

  /** Spills are numbered as they are opened: one that is deeper has a higher number. */
  private static int spillOf(Path file) {
    String[] parts = file.getFileName().toString().split("-");
    return Integer.parseInt(parts[parts.length - 2]);
  }
}
