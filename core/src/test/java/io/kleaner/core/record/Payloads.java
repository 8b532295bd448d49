// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.record;

import java.util.Arrays;
import java.util.SplittableRandom;

/** Random bytes as records have them, and the pieces that a record's writer hands a compressor. */
final class Payloads {

  private final byte[] bytes;
  private final int[] cuts;

  private Payloads(byte[] bytes, int[] cuts) {
    this.bytes = bytes;
    this.cuts = cuts;
  }

  byte[] bytes() {
    return bytes;
  }

  /** Where each piece ends; the last one is the payload's end, none for an empty payload. */
  int[] cuts() {
    return cuts;
  }

  /** Records of one payload: numbers byte by byte, then the key, then the value. */
  static Payloads recordLike(SplittableRandom random, int sizeBytes) {
    byte[] bytes = new byte[sizeBytes];
    int[] cuts = new int[sizeBytes + 1];
    int count = 0;
    int alphabet = 1 + random.nextInt(256);
    int maxValueBytes = 1 + random.nextInt(random.nextInt(8) == 0 ? 300_000 : 300);
    int repeatPercent = random.nextInt(100);
    int p = 0;
    while (p < sizeBytes) {
      int numbers = Math.min(6, sizeBytes - p);
      for (int i = 0; i < numbers; i++) {
        bytes[p++] = (byte) random.nextInt(128);
        cuts[count++] = p;
      }
      for (int part = 0; part < 2 && p < sizeBytes; part++) {
        int length = Math.min(sizeBytes - p, 1 + random.nextInt(part == 0 ? 24 : maxValueBytes));
        if (p > length && random.nextInt(100) < repeatPercent) {
          System.arraycopy(bytes, random.nextInt(p - length), bytes, p, length);
        } else {
          for (int i = p; i < p + length; i++) {
            bytes[i] = (byte) random.nextInt(alphabet);
          }
        }
        p += length;
        cuts[count++] = p;
      }
    }
    return new Payloads(bytes, Arrays.copyOf(cuts, count));
  }

  /** A size between 0 and 3 MB, small ones and block boundaries more often. */
  static int size(SplittableRandom random) {
    return switch (random.nextInt(8)) {
      case 0 -> random.nextInt(3);
      case 1, 2, 3 -> random.nextInt(2_000);
      case 4 -> (1 << (13 + random.nextInt(8))) - 2 + random.nextInt(5);
      case 5, 6 -> random.nextInt(200_000);
      default -> random.nextInt(3_000_000);
    };
  }

  @Override
  public String toString() {
    return "Payloads[" + bytes.length + " bytes in " + cuts.length + " pieces]";
  }
}
