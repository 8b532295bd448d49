// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench.jmh;

import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.io.SpaceLedger;
import io.kleaner.core.keymap.BitSpace;
import io.kleaner.core.keymap.Bits;
import io.kleaner.core.keymap.KeyBlock;
import io.kleaner.core.keymap.KeyHash;
import io.kleaner.core.keymap.KeyIndex;
import io.kleaner.core.keymap.KeyMap;
import io.kleaner.core.keymap.SpillPlace;
import io.kleaner.core.keymap.SpillSpace;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a key costs the first pass: hashed, gathered in a block whose slots are read ahead, then put
 * or probed, with the filter once that is made. {@link MapBenchmark} is the map without any of it.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "-Xmx4g")
public class IndexBenchmark {

  /** For every ordinal there is. */
  private static final long BIT_BYTES = 1L << 28;

  private static final int KEY_BYTES = 16;
  private static final int LOAD = 60;
  private static final int SPILL_BYTES = 128 * 1024;

  /** Slots of the map, 12 bytes each, 60 % of them taken. */
  @Param({"100000", "10000000", "40000000"})
  public int slots;

  /** Whether it is made for several lanes, of which one is at work here. */
  @Param({"false", "true"})
  public boolean shared;

  private final SplittableRandom random = new SplittableRandom(3);
  private final ByteBuffer key = ByteBuffer.allocateDirect(KEY_BYTES);
  private final KeyBlock block = new KeyBlock(KeyHash.random());
  private KeyIndex index;
  private boolean probing;
  private int keys;
  private long ordinal;

  /** Fills the map. Nothing is spilled. */
  @Setup(Level.Trial)
  public void setUp() throws IOException {
    SpillSpace space =
        new SpillSpace(
            new LocalFileSystem(),
            SpillPlace.in(Path.of(System.getProperty("java.io.tmpdir"))),
            "0",
            SPILL_BYTES,
            new SpaceLedger(SpaceLedger.WhenTaken.REFUSE),
            () -> false);
    KeyMap map = KeyMap.forKeys((long) (slots * KeyMap.MAX_LOAD), (long) slots * KeyMap.SLOT_BYTES);
    index = new KeyIndex(map, new Bits(new BitSpace(BIT_BYTES, space)), space, shared ? 2 : 1);
    keys = (int) (slots * (long) LOAD / 100);
    for (int number = 0; number < keys; ) {
      while (number < keys && block.hasRoomFor(1)) {
        add(number++);
      }
      index.put(block);
    }
    index.giveBack(block);
  }

  private void add(long number) {
    key.putLong(0, number);
    key.putLong(Long.BYTES, number * 0x9e3779b97f4a7c15L);
    block.add(key, 0, KEY_BYTES, ordinal);
    // Ordinals ascend, and are below 2^32.
    ordinal = (ordinal + 1) & 0x7fffffff;
  }

  private KeyBlock filled(long from) {
    while (block.hasRoomFor(1)) {
      add(from + random.nextInt(keys));
    }
    return block;
  }

  /** A key that is there gets a newer ordinal; the older one's bit is set. */
  @Benchmark
  @OperationsPerInvocation(KeyBlock.CAPACITY)
  public long putNewer() throws IOException {
    index.put(filled(0));
    return ordinal;
  }

  /** A key of the part that was cleaned before is found: its record's bit is set. */
  @Benchmark
  @OperationsPerInvocation(KeyBlock.CAPACITY)
  public long probePresent() throws IOException {
    return probe(0);
  }

  /** A key of the part that was cleaned before is not found, as is usual there. */
  @Benchmark
  @OperationsPerInvocation(KeyBlock.CAPACITY)
  public long probeAbsent() throws IOException {
    return probe(keys);
  }

  private long probe(long from) throws IOException {
    if (!probing) {
      probing = true;
      index.beginProbes();
    }
    index.probe(filled(from));
    return ordinal;
  }
}
