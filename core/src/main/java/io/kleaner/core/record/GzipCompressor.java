// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.record;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/**
 * Writes gzip, as a rule at the default level. The header is the one that this JDK's own stream
 * writes, and the bytes are those of this JDK's zlib.
 */
final class GzipCompressor extends StagedCompressor {

  static final int DEFAULT_LEVEL = Deflater.DEFAULT_COMPRESSION;

  private static final int STAGE_BYTES = 64 * 1024;
  private static final int OUTPUT_BYTES = 8 * 1024;
  private static final int HEADER_BYTES = 10;
  private static final byte[] HEADER = headerOfThisJdk();

  private final Deflater deflater;
  private final CRC32 crc = new CRC32();
  private final ByteBuffer nothing = ByteBuffer.allocate(0);

  GzipCompressor(int level) {
    super(STAGE_BYTES);
    deflater = new Deflater(level, true);
  }

  private static byte[] headerOfThisJdk() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.finish();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Arrays.copyOf(bytes.toByteArray(), HEADER_BYTES);
  }

  @Override
  void writeHeader(GrowableBuffer target) throws IOException {
    deflater.reset();
    crc.reset();
    target.room(HEADER_BYTES).put(HEADER);
  }

  @Override
  void writeStage(ByteBuffer stage, GrowableBuffer target) throws IOException {
    crc.update(stage);
    deflater.setInput(stage.rewind());
    while (!deflater.needsInput()) {
      deflater.deflate(target.room(OUTPUT_BYTES));
    }
    // It would go on reading the stage, which is filled anew.
    deflater.setInput(nothing);
  }

  @Override
  void writeEnd(GrowableBuffer target) throws IOException {
    deflater.finish();
    while (!deflater.finished()) {
      deflater.deflate(target.room(OUTPUT_BYTES));
    }
    target
        .room(2 * Integer.BYTES)
        .putInt(Integer.reverseBytes((int) crc.getValue()))
        .putInt(Integer.reverseBytes((int) deflater.getBytesRead()));
  }

  @Override
  public void close() {
    deflater.end();
  }
}
