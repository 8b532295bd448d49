// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/** Breaks a magic 2 segment in a chosen place; its modification time is kept. */
final class SegmentSurgery {

  static final int LENGTH = 8;
  static final int MAGIC = 16;
  static final int CRC = 17;
  static final int ATTRIBUTES = 21;

  private final Path file;
  private final FileTime modified;
  private byte[] bytes;

  private SegmentSurgery(Path file) throws IOException {
    this.file = file;
    this.modified = Files.getLastModifiedTime(file);
    this.bytes = Files.readAllBytes(file);
  }

  static SegmentSurgery on(Path partition, long baseOffset) throws IOException {
    return new SegmentSurgery(log(partition, baseOffset));
  }

  static Path log(Path partition, long baseOffset) {
    return partition.resolve(String.format("%020d.log", baseOffset));
  }

  /** Byte positions of the batches. */
  List<Integer> batches() {
    List<Integer> positions = new ArrayList<>();
    int position = 0;
    while (position < bytes.length) {
      positions.add(position);
      position += 12 + ByteBuffer.wrap(bytes).getInt(position + LENGTH);
    }
    return positions;
  }

  int size() {
    return bytes.length;
  }

  long baseOffset(int position) {
    return ByteBuffer.wrap(bytes).getLong(position);
  }

  SegmentSurgery putByte(int position, int value) {
    bytes[position] = (byte) value;
    return this;
  }

  SegmentSurgery flip(int position) {
    bytes[position] ^= 1;
    return this;
  }

  SegmentSurgery putInt(int position, int value) {
    ByteBuffer.wrap(bytes).putInt(position, value);
    return this;
  }

  SegmentSurgery putLong(int position, long value) {
    ByteBuffer.wrap(bytes).putLong(position, value);
    return this;
  }

  /** Sets attributes and gives the batch a checksum that matches. */
  SegmentSurgery putAttributes(int batch, int attributes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes).putShort(batch + ATTRIBUTES, (short) attributes);
    CRC32C crc = new CRC32C();
    crc.update(bytes, batch + ATTRIBUTES, 12 + buffer.getInt(batch + LENGTH) - ATTRIBUTES);
    buffer.putInt(batch + CRC, (int) crc.getValue());
    return this;
  }

  SegmentSurgery cutTo(int size) {
    bytes = java.util.Arrays.copyOf(bytes, size);
    return this;
  }

  void done() throws IOException {
    Files.write(file, bytes);
    Files.setLastModifiedTime(file, modified);
  }
}
