// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.record;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Copies those records of a batch that survive into the one that is built, as long as they are of
 * the common shape: wholly in memory, numbers as short as can be, no headers. Neighbours whose
 * bytes stay as they are go in one piece.
 *
 * <p>Whatever is different is left to {@link RecordCursor#next()} and {@link
 * BatchBuilder#append(RecordCursor)}; nothing is taken here that they would refuse. A record that
 * does not survive is passed over by its length. Not thread-safe; owned by one worker and reused.
 */
final class SurvivorRun {

  private static final int ATTRIBUTES_BYTES = 1;

  private int taken;
  private int end;
  private int lastDelta;

  /**
   * Takes records from a position on.
   *
   * @param source holds them
   * @param from index of the first one
   * @param limit index after the batch's last byte in memory
   * @param removed a bit for each of the next records, the lowest for the first: set if it goes
   * @param most how many records there are at most, 64 or less
   */
  void take(
      BatchBuilder target,
      RecordCursor record,
      ByteBuffer source,
      int from,
      int limit,
      long removed,
      int most)
      throws IOException {
    int last = Math.min(limit, source.limit()) - Long.BYTES;
    int greatestDelta = record.greatestDelta();
    int delta = record.previousDelta();
    long gone = removed;
    int pieceStart = from;
    int pieceEnd = from;
    int n = 0;
    int p = from;
    while (n < most && p <= last) {
      long bits = source.getLong(p);
      int q = p;
      int length = (int) (bits >>> 56);
      if (length < 0x80) {
        bits <<= 8;
        q++;
      } else {
        int second = (int) (bits >>> 48) & 0xff;
        if (second >= 0x80 || second == 0) {
          break;
        }
        length = (length & 0x7f) | second << 7;
        bits <<= 16;
        q += 2;
      }
      int recordEnd = q + (length >>> 1);
      if ((length & 1) != 0 || recordEnd > limit || length < 2 * Long.BYTES) {
        break;
      }
      if ((gone & 1) != 0) {
        gone >>>= 1;
        n++;
        p = recordEnd;
        continue;
      }
      if (bits >>> 56 != 0) {
        break;
      }
      bits <<= 8;
      q += ATTRIBUTES_BYTES;
      long time;
      if (bits >= 0) {
        time = bits >>> 56;
        bits <<= 8;
        q++;
      } else {
        time = source.get(q++) & 0x7f;
        int shift = 7;
        int next = source.get(q++);
        while (next < 0 && shift < 28) {
          time |= (long) (next & 0x7f) << shift;
          shift += 7;
          next = source.get(q++);
        }
        if (next <= 0 || q > last) {
          break;
        }
        time |= (long) next << shift;
        bits = source.getLong(q);
      }
      time = (time >>> 1) ^ -(time & 1);
      final int offsetPosition = q;
      int offset = (int) (bits >>> 56);
      if (offset < 0x80) {
        bits <<= 8;
        q++;
      } else {
        int second = (int) (bits >>> 48) & 0xff;
        if (second >= 0x80 || second == 0) {
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
        int second = q < recordEnd ? source.get(q++) : -1;
        if (second <= 0) {
          break;
        }
        key = (key & 0x7f) | second << 7;
      }
      // A key that is missing has a length of -1, written as 1.
      int valueAt = (key & 1) == 0 ? q + (key >>> 1) : key == 1 ? q : Integer.MAX_VALUE;
      if (offset <= delta || offset > greatestDelta || valueAt >= recordEnd) {
        break;
      }
      int value = source.get(valueAt++);
      if (value < 0) {
        int second = valueAt < recordEnd ? source.get(valueAt++) : -1;
        if (second <= 0) {
          break;
        }
        value = (value & 0x7f) | second << 7;
      }
      int headersAt =
          (value & 1) == 0 ? valueAt + (value >>> 1) : value == 1 ? valueAt : Integer.MAX_VALUE;
      if (headersAt != recordEnd - 1 || source.get(headersAt) != 0) {
        break;
      }
      long timestamp = record.timestamp(time);
      if (timestamp < BatchHeader.NO_TIMESTAMP) {
        break;
      }
      long newDelta = target.note(offset, timestamp);
      if (newDelta == time) {
        if (pieceEnd != p) {
          target.put(source, pieceStart, pieceEnd);
          pieceStart = p;
        }
        pieceEnd = recordEnd;
      } else {
        target.put(source, pieceStart, pieceEnd);
        target.put(newDelta, source, offsetPosition, recordEnd);
        pieceStart = recordEnd;
        pieceEnd = recordEnd;
      }
      delta = offset;
      gone >>>= 1;
      n++;
      p = recordEnd;
    }
    target.put(source, pieceStart, pieceEnd);
    taken = n;
    end = p;
    lastDelta = delta;
  }

  /** How many records were copied or passed over. */
  int taken() {
    return taken;
  }

  /** Index after the last of them. */
  int end() {
    return end;
  }

  /** Offset delta of the last one that was copied, or of the one before. */
  int lastDelta() {
    return lastDelta;
  }
}
