// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compare;

import io.kleaner.core.io.FileHandle;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.keymap.SpillPlace;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * Digests of one log, on disk, partitioned by key hash so that one partition fits in memory; one
 * that does not is split again. Not thread-safe; {@link #close} deletes the files.
 */
final class DigestFiles implements AutoCloseable {

  private static final int BUFFER_BYTES = 512 * Digest.BYTES;

  private static final int SPLIT = 16;
  private static final long MIX = 0x9E3779B97F4A7C15L;

  private final FileSystem fileSystem;
  private final SpillPlace place;
  private final String name;
  private final int level;
  private final Path[] paths;
  private final FileHandle[] files;
  private final ByteBuffer[] buffers;
  private final long[] sizes;

  DigestFiles(FileSystem fileSystem, SpillPlace place, String name, int partitions)
      throws IOException {
    this(fileSystem, place, name, partitions, 0);
  }

  private DigestFiles(
      FileSystem fileSystem, SpillPlace place, String name, int partitions, int level)
      throws IOException {
    this.fileSystem = fileSystem;
    this.place = place;
    this.name = name;
    this.level = level;
    this.paths = new Path[partitions];
    this.files = new FileHandle[partitions];
    this.buffers = new ByteBuffer[partitions];
    this.sizes = new long[partitions];
    for (int i = 0; i < partitions; i++) {
      paths[i] = place.file(name + "-" + i);
      buffers[i] = ByteBuffer.allocate(BUFFER_BYTES);
    }
  }

  void add(Digest digest) throws IOException {
    // Each level divides by other bits, or all of a partition would meet again in one.
    long bits = level == 0 ? digest.key1() : ((digest.key1() ^ level) * MIX) >>> 16;
    int partition = (int) Long.remainderUnsigned(bits, paths.length);
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

  /**
   * A file is made when there is something to write to it: most small partitions never need one.
   */
  private void flush(int partition) throws IOException {
    if (files[partition] == null) {
      fileSystem.delete(paths[partition]);
      files[partition] = fileSystem.create(paths[partition]);
    }
    ByteBuffer buffer = buffers[partition].flip();
    int bytes = buffer.remaining();
    files[partition].write(buffer, sizes[partition]);
    sizes[partition] += bytes;
    buffer.clear();
  }

  /** How many partitions there are. */
  int partitions() {
    return paths.length;
  }

  /** How often the whole was divided. */
  int level() {
    return level;
  }

  /** Digests in a partition. */
  long count(int partition) {
    return sizes[partition] / Digest.BYTES + buffers[partition].position() / Digest.BYTES;
  }

  /** The digests of one partition, divided once more. */
  DigestFiles split(int partition) throws IOException {
    DigestFiles parts =
        new DigestFiles(fileSystem, place, name + "-" + partition, SPLIT, level + 1);
    try {
      read(partition, parts::add);
      return parts;
    } catch (IOException | RuntimeException e) {
      try {
        parts.close();
      } catch (IOException cleanUp) {
        e.addSuppressed(cleanUp);
      }
      throw e;
    }
  }

  /** Takes digests, and may fail to write them. */
  interface Sink {
    void accept(Digest digest) throws IOException;
  }

  /** Hands out a partition's digests in the order they were added. */
  void read(int partition, Sink consumer) throws IOException {
    if (files[partition] == null) {
      hand(buffers[partition].duplicate().flip(), consumer);
      return;
    }
    flush(partition);
    ByteBuffer buffer = buffers[partition];
    for (long position = 0; position < sizes[partition]; ) {
      buffer.clear();
      int read = files[partition].read(buffer, position);
      if (read == 0 || read % Digest.BYTES != 0) {
        throw new IOException(paths[partition] + " was cut while it was used");
      }
      position += read;
      hand(buffer.flip(), consumer);
    }
    buffer.clear();
  }

  private static void hand(ByteBuffer digests, Sink consumer) throws IOException {
    while (digests.hasRemaining()) {
      consumer.accept(
          new Digest(
              digests.get(),
              digests.getLong(),
              digests.getLong(),
              digests.getLong(),
              digests.getLong()));
    }
  }

  @Override
  public void close() throws IOException {
    IOException problem = null;
    for (int i = 0; i < files.length; i++) {
      if (files[i] == null) {
        continue;
      }
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
