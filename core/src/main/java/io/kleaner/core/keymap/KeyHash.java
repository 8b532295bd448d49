// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.keymap;

import java.nio.ByteBuffer;
import java.security.SecureRandom;

/**
 * Hashes a record's key to 128 bits under secrets drawn anew for each clean, so that nobody can
 * prepare two keys that one clean would take for the same.
 *
 * <p>Two lanes of 64 bits, each a chain of 64 x 64 to 128 bit products folded to 64 bits, with
 * secrets of their own. A product vanishes only where a word equals a secret, which happens by
 * chance alone. Reads eight bytes at a time and allocates nothing.
 *
 * <p>Not thread-safe because the result stands in fields; {@link #sameSecrets()} gives another
 * worker its own.
 */
public final class KeyHash {

  private static final int SECRETS = 8;
  private static final long MIX_1 = 0xff51afd7ed558ccdL;
  private static final long MIX_2 = 0xc4ceb9fe1a85ec53L;

  private final long[] secret;
  private final long a0;
  private final long a1;
  private final long a2;
  private final long b0;
  private final long b1;
  private final long b2;
  private long first;
  private long second;

  private KeyHash(long[] secret) {
    this.secret = secret;
    this.a0 = secret[0];
    this.a1 = secret[1];
    this.a2 = secret[2];
    this.b0 = secret[3];
    this.b1 = secret[4];
    this.b2 = secret[5];
  }

  /** A hash under fresh random secrets. */
  public static KeyHash random() {
    SecureRandom random = new SecureRandom();
    long[] secret = new long[SECRETS];
    for (int i = 0; i < SECRETS; i++) {
      secret[i] = random.nextLong();
    }
    return new KeyHash(secret);
  }

  /** Another instance that hashes alike. */
  public KeyHash sameSecrets() {
    return new KeyHash(secret);
  }

  /**
   * Hashes a key; the result is in {@link #first()} and {@link #second()}.
   *
   * @param buffer holds the key; neither position nor limit matter
   * @param position index of the key's first byte
   * @param length of the key in bytes, 0 or more
   */
  public void hash(ByteBuffer buffer, int position, int length) {
    long a = a0 + length;
    long b = b0 ^ length;
    int p = position;
    int left = length;
    while (left > 16) {
      long low = buffer.getLong(p);
      long high = buffer.getLong(p + 8);
      a = fold(low ^ a1, high ^ a);
      b = fold(low ^ b, high ^ b1);
      p += 16;
      left -= 16;
    }
    long low = 0;
    long high = 0;
    if (left >= 8) {
      low = buffer.getLong(p);
      high = buffer.getLong(p + left - 8);
    } else if (left >= 4) {
      low = buffer.getInt(p);
      high = buffer.getInt(p + left - 4);
    } else if (left > 0) {
      low =
          (buffer.get(p) & 0xffL) << 16
              | (buffer.get(p + (left >>> 1)) & 0xffL) << 8
              | (buffer.get(p + left - 1) & 0xffL);
    }
    a = fold(low ^ a1, high ^ a);
    b = fold(low ^ b, high ^ b1);
    first = finish(a ^ a2);
    second = finish(b ^ b2);
  }

  private static long fold(long x, long y) {
    return Math.multiplyHigh(x, y) ^ (x * y);
  }

  private static long finish(long h) {
    long x = h;
    x = (x ^ (x >>> 33)) * MIX_1;
    x = (x ^ (x >>> 33)) * MIX_2;
    return x ^ (x >>> 33);
  }

  /** The 64 bits that a map stores. */
  public long first() {
    return first;
  }

  /** The 64 bits that choose a slot, and a partition when keys are spilled. */
  public long second() {
    return second;
  }
}
