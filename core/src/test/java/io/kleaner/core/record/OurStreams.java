// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.record;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Our compressors and decompressors between arrays, by way of direct buffers. */
final class OurStreams {

  static final int BOUND_BYTES = 16 * 1024 * 1024;
  static final int TARGET_BYTES = 64 * 1024;

  private OurStreams() {}

  static ByteBuffer direct(byte[] bytes) {
    return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
  }

  static byte[] compress(Compressors compressors, Codec codec, byte[] payload, int[] cuts)
      throws IOException {
    GrowableBuffer sink = new GrowableBuffer("test", 16, 4 * BOUND_BYTES);
    Compressor compressor = compressors.of(codec);
    compressor.begin(sink);
    feed(compressor, payload, cuts);
    compressor.finish();
    ByteBuffer written = sink.written();
    byte[] bytes = new byte[written.remaining()];
    written.get(bytes);
    return bytes;
  }

  static void feed(Compressor compressor, byte[] payload, int[] cuts) throws IOException {
    ByteBuffer source = direct(payload);
    int from = 0;
    for (int to : cuts) {
      if (to - from == 1) {
        compressor.writeByte(payload[from]);
      } else {
        compressor.write(source, from, to - from);
      }
      from = to;
    }
  }

  static byte[] decompress(Codec codec, byte[] compressed) throws IOException {
    try (Decompressors decompressors = new Decompressors(BOUND_BYTES)) {
      return decompress(decompressors.of(codec), compressed, false, TARGET_BYTES);
    }
  }

  /** Decompresses a payload that lies in the middle of a buffer, through a target of some size. */
  static byte[] decompress(
      Decompressor decompressor, byte[] compressed, boolean magic0, int targetBytes)
      throws IOException {
    int before = 7;
    ByteBuffer source = ByteBuffer.allocateDirect(before + compressed.length + 9);
    source.put(before, compressed).limit(before + compressed.length).position(before);
    ByteBuffer target = ByteBuffer.allocateDirect(targetBytes);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    decompressor.begin(source, magic0);
    byte[] piece = new byte[targetBytes];
    int read;
    while ((read = decompressor.read(target)) >= 0) {
      if (read == 0 || read != target.position() || target.limit() != target.capacity()) {
        throw new AssertionError("read " + read + " bytes, the target is " + target);
      }
      target.get(0, piece, 0, read);
      out.write(piece, 0, read);
      target.clear();
    }
    if (source.position() != before || source.limit() != before + compressed.length) {
      throw new AssertionError("the source was moved: " + source);
    }
    return out.toByteArray();
  }
}
