// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compare;

import io.kleaner.core.io.FileHandle;
import io.kleaner.core.io.FileSystem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * Digests of one log, on disk, partitioned by key hash so that one partition fits in memory. Not
 * thread-safe; {@link #close} deletes the files.
 */
final class DigestFiles implements AutoCloseable {

  private static final int BUFFER_BYTES = 512 * Digest.BYTES;

  private final FileSystem fileSystem;
  private final Path[] paths;
  private final FileHandle[] files;
  private final ByteBuffer[] buffers;
  private final long[] sizes;

  DigestFiles(FileSystem fileSystem, Path dir, String name, int partitions) throws IOException {
    this.fileSystem = fileSystem;
    this.paths = new Path[partitions];
    this.files = new FileHandle[partitions];
    this.buffers = new ByteBuffer[partitions];
    this.sizes = new long[partitions];
    for (int i = 0; i < partitions; i++) {
      paths[i] = dir.resolve("kleaner-diff-" + name + "-" + i + ".spill");
      fileSystem.delete(paths[i]);
      files[i] = fileSystem.create(paths[i]);
      buffers[i] = ByteBuffer.allocate(BUFFER_BYTES);
    }
  }

  void add(Digest digest) throws IOException {
    int partition = (int) Long.remainderUnsigned(digest.key1(), paths.length);
    ByteBuffer buffer = buffers[partition];
    if (buffer.remaining() < Digest.BYTES) {
      flush(partition);
    }
    buffer
        .put(digest.kind())
        .putLong(digest.key1())
        .putLong(digest.key2())
        .putLong(digest.content())
        .putLong(digest.offset());
  }

  private void flush(int partition) throws IOException {
    ByteBuffer buffer = buffers[partition].flip();
    int bytes = buffer.remaining();
    files[partition].write(buffer, sizes[partition]);
    sizes[partition] += bytes;
    buffer.clear();
  }

  /** Hands out a partition's digests in the order they were added. */
  void read(int partition, Consumer<Digest> consumer) throws IOException {
    flush(partition);
    ByteBuffer buffer = buffers[partition];
    for (long position = 0; position < sizes[partition]; ) {
      buffer.clear();
      int read = files[partition].read(buffer, position);
      if (read == 0 || read % Digest.BYTES != 0) {
        throw new IOException(paths[partition] + " was cut while it was used");
      }
      position += read;
      buffer.flip();
      while (buffer.hasRemaining()) {
        consumer.accept(
            new Digest(
                buffer.get(),
                buffer.getLong(),
                buffer.getLong(),
                buffer.getLong(),
                buffer.getLong()));
      }
    }
    buffer.clear();
  }

  @Override
  public void close() throws IOException {
    IOException problem = null;
    for (int i = 0; i < files.length; i++) {
      try {
        files[i].close();
        fileSystem.delete(paths[i]);
      } catch (IOException e) {
        if (problem == null) {
          problem = e;
        } else {
          problem.addSuppressed(e);
        }
      }
    }
    if (problem != null) {
      throw problem;
    }
  }
}
