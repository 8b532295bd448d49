// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench.jmh;

import io.kleaner.core.keymap.KeyHash;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Hashing one key: ours, and the MD5 of Kafka's map. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class HashBenchmark {

  private static final int KEYS = 1024;

  /** Bytes of each key. */
  @Param({"8", "16", "36", "200"})
  public int keyBytes;

  private final KeyHash hash = KeyHash.random();
  private MessageDigest md5;
  private ByteBuffer keys;
  private int next;

  /** Random keys, enough that no branch predictor learns them. */
  @Setup
  public void setUp() throws NoSuchAlgorithmException {
    byte[] bytes = new byte[KEYS * keyBytes];
    new SplittableRandom(1).nextBytes(bytes);
    keys = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    md5 = MessageDigest.getInstance("MD5");
  }

  /** Ours. */
  @Benchmark
  public long keyHash() {
    next = (next + 1) & (KEYS - 1);
    hash.hash(keys, next * keyBytes, keyBytes);
    return hash.first() ^ hash.second();
  }

  /** Kafka's. */
  @Benchmark
  public byte[] md5() {
    next = (next + 1) & (KEYS - 1);
    keys.limit((next + 1) * keyBytes).position(next * keyBytes);
    md5.update(keys);
    keys.clear();
    return md5.digest();
  }
}
