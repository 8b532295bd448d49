// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.keymap;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.io.SpaceLedger;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Blocks of several workers find what a map would, in whatever order they come, with room and
 * without.
 */
class SharedKeyIndexTest {

  private static final int PIECE = 97;

  /** Only every so manieth ordinal is given, so that there are many pieces of bits. */
  private static final long STRIDE = 101;

  /** Memory for bits, in pieces: for all of them, for some of some workers', for none. */
  private static final long[] ROOMS = {1 << 12, 20, 0};

  @TempDir private Path temp;
  private long spaceBytes = 16 * 1024;
  private final SpaceLedger ledger = new SpaceLedger(SpaceLedger.WhenTaken.REFUSE);

  /** Workers, keys, dirty records, clean records, and memory in bytes. */
  @ParameterizedTest
  @CsvSource({
    "2, 1, 5000, 500, 1000000",
    "3, 40, 60000, 3000, 1000000",
    "2, 20000, 200000, 30000, 4000000",
    "3, 20000, 200000, 30000, 60000",
    "4, 30000, 100000, 30000, 20000",
    "1, 60000, 100000, 120000, 8000000",
    "3, 60000, 100000, 120000, 8000000",
    "3, 30000, 60000, 0, 600",
    // Few keys, which stay in the workers' own young tables until all are put.
    "2, 3000, 200000, 30000, 30000000",
    "3, 2000, 200000, 30000, 30000000",
    // So many keys in the map that a filter of them would pay, and others that were spilled.
    "1, 200000, 400000, 100000, 1000000",
    "3, 200000, 400000, 100000, 1000000",
  })
  void finish_severalWorkers_bitsOfAPlainMap(
      int workers, int keys, int dirty, int clean, long memoryBytes)
      throws IOException, InterruptedException, ExecutionException {
    for (long pieces : rooms(memoryBytes)) {
      requireBitsOfAPlainMap(workers, true, keys, dirty, clean, memoryBytes, pieces);
    }
  }

  /** Keys, dirty records, clean records, and memory in bytes. */
  @ParameterizedTest
  @CsvSource({
    "20000, 200000, 30000, 4000000",
    "60000, 100000, 120000, 8000000",
    "200000, 400000, 100000, 1000000",
    "30000, 60000, 0, 600",
  })
  void finish_oneWorkerThatSharesNothing_bitsOfAPlainMap(
      int keys, int dirty, int clean, long memoryBytes)
      throws IOException, InterruptedException, ExecutionException {
    for (long pieces : rooms(memoryBytes)) {
      requireBitsOfAPlainMap(1, false, keys, dirty, clean, memoryBytes, pieces);
    }
  }

  /** One of them where many keys are spilled besides, which takes its time. */
  private static long[] rooms(long memoryBytes) {
    return memoryBytes < 1_000_000 ? new long[] {ROOMS[1]} : ROOMS;
  }

  /** Where the buffers of what is spilled leave room for a filter of the full map. */
  @ParameterizedTest
  @CsvSource({"1, false", "1, true", "3, true"})
  void finish_fullMapWithAFilter_bitsOfAPlainMap(int workers, boolean shared)
      throws IOException, InterruptedException, ExecutionException {
    spaceBytes = 4 << 20;
    requireBitsOfAPlainMap(workers, shared, 200_000, 400_000, 100_000, 1_000_000, ROOMS[0]);
  }

  private void requireBitsOfAPlainMap(
      int workers, boolean shared, int keys, int dirty, int clean, long memoryBytes, long pieces)
      throws IOException, InterruptedException, ExecutionException {
    Random random = new Random(keys * 31L + dirty);
    int[] numbers = random.ints(dirty + clean, 0, keys * 3 / 2 + 1).toArray();
    BitSet expected = expected(numbers, dirty);
    SpillSpace space =
        new SpillSpace(
            new LocalFileSystem(), SpillPlace.in(temp), "0", spaceBytes, ledger, () -> false);
    KeyHash hash = KeyHash.random();
    ExecutorService pool = Executors.newFixedThreadPool(workers);
    try (Bits bits = new Bits(new BitSpace(pieces * Bits.PIECE_BYTES, space));
        KeyIndex index =
            new KeyIndex(
                KeyMap.forKeys(dirty, memoryBytes),
                bits,
                space,
                shared ? Math.max(2, workers) : 1)) {
      inPieces(pool, workers, hash, numbers, 0, dirty, index, false);
      index.beginProbes();
      inPieces(pool, workers, hash, numbers, dirty, dirty + clean, index, true);
      boolean filterPays = index.hasSpilled() ? spaceBytes > 16 * 1024 : index.keys() >= 1 << 15;
      assertThat(index.filterBytes() > 0).isEqualTo(filterPays);
      index.finish();
      bits.seal();

      BitSet found = new BitSet();
      for (int ordinal = 0; ordinal < dirty + clean; ordinal++) {
        found.set(ordinal, bits.get(ordinal * STRIDE));
      }
      assertThat(found).isEqualTo(expected);
      assertThat(index.superseded()).isEqualTo(bits.count()).isEqualTo(expected.cardinality());
    } finally {
      pool.shutdown();
    }
  }

  private static BitSet expected(int[] numbers, int dirty) {
    BitSet expected = new BitSet();
    Map<Integer, Integer> newest = new HashMap<>();
    for (int i = 0; i < numbers.length; i++) {
      if (i < dirty) {
        Integer older = newest.put(numbers[i], i);
        if (older != null) {
          expected.set(older);
        }
      } else if (newest.containsKey(numbers[i])) {
        expected.set(i);
      }
    }
    return expected;
  }

  /** Each worker takes every so manieth piece, as fast as it can. */
  private static void inPieces(
      ExecutorService pool,
      int workers,
      KeyHash hash,
      int[] numbers,
      int from,
      int to,
      KeyIndex index,
      boolean probes)
      throws InterruptedException, ExecutionException {
    List<Callable<Void>> tasks = new ArrayList<>();
    for (int worker = 0; worker < workers; worker++) {
      int own = worker;
      tasks.add(
          () -> {
            KeyBlock block = new KeyBlock(hash.sameSecrets());
            ByteBuffer key = ByteBuffer.allocate(Integer.BYTES);
            for (int piece = from + own * PIECE; piece < to; piece += workers * PIECE) {
              for (int i = piece; i < Math.min(piece + PIECE, to); i++) {
                block.add(key.putInt(0, numbers[i]), 0, Integer.BYTES, i * STRIDE);
              }
              if (probes) {
                index.probe(block);
              } else {
                index.put(block);
              }
            }
            index.giveBack(block);
            return null;
          });
    }
    for (Future<Void> done : pool.invokeAll(tasks)) {
      done.get();
    }
  }
}
