// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench.workload;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes batches into segments, a new one whenever one is full. Not thread-safe. */
final class SegmentSink implements AutoCloseable {

  private static final int BUFFER_BYTES = 1 << 20;

  private final Path dir;
  private final long segmentBytes;
  private WritableByteChannel channel;
  private OutputStream stream = OutputStream.nullOutputStream();
  private long written = Long.MAX_VALUE;
  private long bytes;

  SegmentSink(Path dir, long segmentBytes) {
    this.dir = dir;
    this.segmentBytes = segmentBytes;
    this.channel = Channels.newChannel(stream);
  }

  /** Appends a batch that begins at an offset. */
  void append(long baseOffset, ByteBuffer batch) throws IOException {
    if (written >= segmentBytes) {
      roll(baseOffset);
    }
    written += batch.remaining();
    bytes += batch.remaining();
    channel.write(batch);
  }

  /** Begins a segment. */
  void roll(long baseOffset) throws IOException {
    channel.close();
    String name = String.format("%020d", baseOffset);
    Files.createFile(dir.resolve(name + ".index"));
    Files.createFile(dir.resolve(name + ".timeindex"));
    stream =
        new BufferedOutputStream(Files.newOutputStream(dir.resolve(name + ".log")), BUFFER_BYTES);
    channel = Channels.newChannel(stream);
    written = 0;
  }

  /** Bytes of batches so far. */
  long bytes() {
    return bytes;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
