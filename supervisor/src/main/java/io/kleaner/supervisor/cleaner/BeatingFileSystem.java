// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cleaner;

import io.kleaner.core.io.FileEntry;
import io.kleaner.core.io.FileHandle;
import io.kleaner.core.io.FileLease;
import io.kleaner.core.io.FileSystem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A file system that gives a sign of life after each operation, so that long work that gets on, be
 * it a recovery or a look at a large partition, is not taken for a hang, and an operation that
 * never returns is. Thread-safe as far as the one beneath is.
 *
 * @param inner carries out everything
 * @param beat the sign of life
 */
record BeatingFileSystem(FileSystem inner, Runnable beat) implements FileSystem {

  private <T> T alive(T result) {
    beat.run();
    return result;
  }

  @Override
  public FileHandle openRead(Path file) throws IOException {
    return new BeatingHandle(alive(inner.openRead(file)), beat);
  }

  @Override
  public FileHandle openWrite(Path file) throws IOException {
    return new BeatingHandle(alive(inner.openWrite(file)), beat);
  }

  @Override
  public FileHandle create(Path file) throws IOException {
    return new BeatingHandle(alive(inner.create(file)), beat);
  }

  @Override
  public FileHandle createPrivate(Path file) throws IOException {
    return new BeatingHandle(alive(inner.createPrivate(file)), beat);
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    inner.rename(from, to);
    beat.run();
  }

  @Override
  public boolean delete(Path file) throws IOException {
    return alive(inner.delete(file));
  }

  @Override
  public void createDirectories(Path dir) throws IOException {
    inner.createDirectories(dir);
    beat.run();
  }

  @Override
  public void syncDir(Path dir) throws IOException {
    inner.syncDir(dir);
    beat.run();
  }

  @Override
  public List<FileEntry> list(Path dir) throws IOException {
    return alive(inner.list(dir));
  }

  @Override
  public Optional<FileEntry> stat(Path path) throws IOException {
    return alive(inner.stat(path));
  }

  @Override
  public Path realPath(Path path) throws IOException {
    return alive(inner.realPath(path));
  }

  @Override
  public void setLastModifiedMs(Path file, long lastModifiedMs) throws IOException {
    inner.setLastModifiedMs(file, lastModifiedMs);
    beat.run();
  }

  @Override
  public void copyOwnership(Path from, Path to) throws IOException {
    inner.copyOwnership(from, to);
    beat.run();
  }

  @Override
  public boolean isWritable(Path path) {
    return alive(inner.isWritable(path));
  }

  @Override
  public long usableBytes(Path path) throws IOException {
    return alive(inner.usableBytes(path));
  }

  @Override
  public Object storeOf(Path path) throws IOException {
    return alive(inner.storeOf(path));
  }

  @Override
  public Optional<FileLease> tryLock(Path lockFile) throws IOException {
    return alive(inner.tryLock(lockFile));
  }

  private record BeatingHandle(FileHandle inner, Runnable beat) implements FileHandle {

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
      int read = inner.read(target, position);
      beat.run();
      return read;
    }

    @Override
    public void write(ByteBuffer source, long position) throws IOException {
      inner.write(source, position);
      beat.run();
    }

    @Override
    public long size() throws IOException {
      return inner.size();
    }

    @Override
    public void truncate(long sizeBytes) throws IOException {
      inner.truncate(sizeBytes);
      beat.run();
    }

    @Override
    public void sync() throws IOException {
      inner.sync();
      beat.run();
    }

    @Override
    public void close() throws IOException {
      inner.close();
      beat.run();
    }
  }
}
