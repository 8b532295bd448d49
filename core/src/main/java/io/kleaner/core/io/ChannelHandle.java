// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.concurrent.Executor;

/** A file of the machine's own file system. */
final class ChannelHandle implements FileHandle {

  private final Path path;
  private final FileChannel channel;
  private final SyncBehind syncBehind;

  /**
   * @param syncs runs what {@link #syncSoon} begins
   */
  ChannelHandle(Path path, FileChannel channel, Executor syncs) {
    this.path = path;
    this.channel = channel;
    this.syncBehind = new SyncBehind(channel, syncs);
  }

  @Override
  public int read(ByteBuffer target, long position) throws IOException {
    int read = 0;
    while (target.hasRemaining()) {
      int more = channel.read(target, position + read);
      if (more < 0) {
        break;
      }
      read += more;
    }
    return read;
  }

  @Override
  public void write(ByteBuffer source, long position) throws IOException {
    long at = position;
    try {
      while (source.hasRemaining()) {
        at += channel.write(source, at);
      }
    } catch (IOException e) {
      throw new IOException(path + " cannot be written at byte " + at + ": " + e.getMessage(), e);
    }
  }

  @Override
  public long size() throws IOException {
    return channel.size();
  }

  @Override
  public void truncate(long sizeBytes) throws IOException {
    channel.truncate(sizeBytes);
  }

  @Override
  public void sync() throws IOException {
    syncBehind.await();
    channel.force(true);
  }

  @Override
  public void syncSoon() {
    syncBehind.begin();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
