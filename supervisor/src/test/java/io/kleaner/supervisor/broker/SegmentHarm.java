// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.broker;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;

/** What a bad disk does to a segment, in its second batch unless it is said otherwise. */
enum SegmentHarm {
  /** Garbage stands where the batch says its length. */
  LENGTH {
    @Override
    void write(RandomAccessFile file, long batch) throws IOException {
      file.seek(batch + LENGTH_FIELD);
      file.writeInt(0x7fff_fff0);
    }
  },
  /** Garbage stands where it says its format. */
  MAGIC {
    @Override
    void write(RandomAccessFile file, long batch) throws IOException {
      file.seek(batch + MAGIC_FIELD);
      file.writeByte(0x77);
    }
  },
  /** One bit of a value in the batch before it is another one. */
  FLIPPED_BIT {
    @Override
    void write(RandomAccessFile file, long batch) throws IOException {
      long last = batch - 20;
      file.seek(last);
      int old = file.read();
      file.seek(last);
      file.write(old ^ 1);
    }
  };

  private static final int LENGTH_FIELD = 8;
  private static final int MAGIC_FIELD = 16;

  abstract void write(RandomAccessFile file, long batch) throws IOException;

  /**
   * Does it.
   *
   * @return the offset of the second batch
   */
  long to(Path segment) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
      file.seek(LENGTH_FIELD);
      long second = LENGTH_FIELD + Integer.BYTES + (long) file.readInt();
      file.seek(second);
      long offset = file.readLong();
      write(file, second);
      return offset;
    }
  }
}
