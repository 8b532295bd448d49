// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.record;

import java.nio.ByteBuffer;

/**
 * Where the keys of some records in a row are: what {@link RecordCursor#next(KeyRun)} fills in one
 * tight loop, so that hashing them is another one.
 *
 * <p>The loop takes records of the common shape alone: wholly in memory, with a key, with numbers
 * of few bytes. Whatever is different is left to {@link RecordCursor#next()}, which takes all there
 * is and says what is wrong with the rest; nothing is taken here that it would refuse.
 *
 * <p>Not thread-safe; owned by one worker and reused.
 */
public final class KeyRun {

  /** The most records that one run takes. */
  public static final int CAPACITY = 256;

  private static final int ATTRIBUTES_BYTES = 1;

  private final int[] positions = new int[CAPACITY];
  private final int[] lengths = new int[CAPACITY];
  private ByteBuffer buffer = ByteBuffer.allocate(0);
  private int size;
  private int end;
  private int lastDelta;
  private boolean valueMissing;

  /**
   * Takes records from a position on.
   *
   * @param source holds them
   * @param from index of the first one
   * @param limit index after the batch's last byte in memory
   * @param most how many there are at most
   * @param previousDelta offset delta of the record before, -1 for none
   * @param greatestDelta offset delta that none may exceed
   */
  void take(
      ByteBuffer source, int from, int limit, int most, int previousDelta, int greatestDelta) {
    buffer = source;
    int last = Math.min(limit, source.limit()) - Long.BYTES;
    int wanted = Math.min(most, CAPACITY);
    boolean missing = false;
    int delta = previousDelta;
    int n = 0;
    int p = from;
    while (n < wanted && p <= last) {
      long bits = source.getLong(p);
      int q = p;
      int length = (int) (bits >>> 56);
      if (length < 0x80) {
        bits <<= 8;
        q++;
      } else {
        int second = (int) (bits >>> 48) & 0xff;
        if (second >= 0x80) {
          break;
        }
        length = (length & 0x7f) | second << 7;
        bits <<= 16;
        q += 2;
      }
      int recordEnd = q + (length >>> 1);
      // A shorter record could end before the bytes that are looked at.
      if ((length & 1) != 0 || recordEnd > limit || length < 2 * Long.BYTES) {
        break;
      }
      bits <<= 8;
      q += ATTRIBUTES_BYTES;
      // The timestamp delta, of which nothing is needed but its end.
      if (bits >= 0) {
        bits <<= 8;
        q++;
      } else {
        int bytes = 2;
        while (bytes <= 5 && source.get(q + bytes - 1) < 0) {
          bytes++;
        }
        if (bytes > 5) {
          break;
        }
        q += bytes;
        if (q > last) {
          break;
        }
        bits = source.getLong(q);
      }
      int offset = (int) (bits >>> 56);
      if (offset < 0x80) {
        bits <<= 8;
        q++;
      } else {
        int second = (int) (bits >>> 48) & 0xff;
        if (second >= 0x80) {
          break;
        }
        offset = (offset & 0x7f) | second << 7;
        bits <<= 16;
        q += 2;
      }
      offset = (offset >>> 1) ^ -(offset & 1);
      int key = (int) (bits >>> 56);
      q++;
      if (key >= 0x80) {
        if (q >= recordEnd) {
          break;
        }
        int second = source.get(q++);
        if (second < 0) {
          break;
        }
        key = (key & 0x7f) | second << 7;
      }
      int keyEnd = q + (key >>> 1);
      if (offset <= delta || offset > greatestDelta || (key & 1) != 0 || keyEnd >= recordEnd) {
        break;
      }
      int value = source.get(keyEnd);
      if (value >= 0) {
        if ((value & 1) != 0) {
          if (value != 1) {
            break;
          }
          missing = true;
        } else if (keyEnd + 1 + (value >>> 1) >= recordEnd) {
          break;
        }
      } else {
        int second = keyEnd + 1 < recordEnd ? source.get(keyEnd + 1) : -1;
        value = (value & 0x7f) | second << 7;
        if (second < 0 || (value & 1) != 0 || keyEnd + 2 + (value >>> 1) >= recordEnd) {
          break;
        }
      }
      positions[n] = q;
      lengths[n] = key >>> 1;
      n++;
      delta = offset;
      p = recordEnd;
    }
    size = n;
    end = p;
    lastDelta = delta;
    valueMissing = missing;
  }

  /** Index after the last record taken. */
  int end() {
    return end;
  }

  /** Offset delta of the last record taken. */
  int lastDelta() {
    return lastDelta;
  }

  /** Where the keys are; valid until the cursor's next move. */
  public ByteBuffer buffer() {
    return buffer;
  }

  /** How many records were taken. */
  public int size() {
    return size;
  }

  /** Whether one of them has no value. */
  public boolean isValueMissing() {
    return valueMissing;
  }

  /** Index of the first byte of each key. */
  public int[] positions() {
    return positions;
  }

  /** Length of each key in bytes. */
  public int[] lengths() {
    return lengths;
  }
}
