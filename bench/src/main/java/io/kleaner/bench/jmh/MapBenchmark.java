// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench.jmh;

import io.kleaner.core.keymap.KeyMap;
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

/** The key map at several sizes and loads, one key after the other, nothing read ahead. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "-Xmx4g")
public class MapBenchmark {

  private static final int CHUNK = 128;

  /** Slots, 12 bytes each. */
  @Param({"100000", "10000000", "40000000"})
  public int slots;

  /** How full it is, in percent. */
  @Param({"30", "60", "79"})
  public int load;

  private final SplittableRandom random = new SplittableRandom(3);
  private final long[] first = new long[CHUNK];
  private final long[] second = new long[CHUNK];
  private KeyMap map;
  private int keys;
  private long ordinal;

  /** Fills it. */
  @Setup(Level.Trial)
  public void setUp() {
    map = KeyMap.forKeys((long) (slots * KeyMap.MAX_LOAD), (long) slots * KeyMap.SLOT_BYTES);
    keys = (int) (slots * (long) load / 100);
    for (int i = 0; i < keys; i++) {
      map.put(mix(i), mix(~i), ordinal++);
    }
  }

  /** SplitMix64's finisher: the hash of the key of a number. */
  private static long mix(long number) {
    long z = (number + 1) * 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }

  /** A key that is there gets a newer ordinal. */
  @Benchmark
  @OperationsPerInvocation(CHUNK)
  public long putNewer() {
    long found = chunk(0);
    for (int i = 0; i < CHUNK; i++) {
      found += map.put(first[i], second[i], ordinal);
    }
    // Ordinals ascend, and are below 2^32.
    ordinal = (ordinal + 1) & 0x7fffffff;
    return found;
  }

  /** A key that is there is found. */
  @Benchmark
  @OperationsPerInvocation(CHUNK)
  public long getPresent() {
    long found = chunk(0);
    for (int i = 0; i < CHUNK; i++) {
      found += map.get(first[i], second[i]);
    }
    return found;
  }

  /** A key that is not there is not found. */
  @Benchmark
  @OperationsPerInvocation(CHUNK)
  public long getAbsent() {
    long found = chunk(keys);
    for (int i = 0; i < CHUNK; i++) {
      found += map.get(first[i], second[i]);
    }
    return found;
  }

  private long chunk(int from) {
    for (int i = 0; i < CHUNK; i++) {
      int key = from + random.nextInt(keys);
      first[i] = mix(key);
      second[i] = mix(~key);
    }
    return from;
  }
}
