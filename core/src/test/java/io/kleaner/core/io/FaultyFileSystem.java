// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;

/** Passes everything on to another file system and lets chosen operations fail. Not thread-safe. */
public final class FaultyFileSystem implements FileSystem {

  /** What is asked of a file system. */
  public enum Op {
    CREATE,
    OPEN,
    READ,
    WRITE,
    TRUNCATE,
    SYNC,
    RENAME,
    DELETE,
    SYNC_DIR,
    TOUCH,
    COPY_OWNERSHIP,
    LIST
  }

  /** Decides about every operation before it is passed on. */
  public interface Fault {

    /**
     * Throws to let the operation fail.
     *
     * @param number of the operation, from 0
     * @param path the directory or file in question
     */
    void before(Op op, int number, Path path) throws IOException;

    /** A disk that has no room for another byte once some have been written. */
    static Fault fullAfter(long bytes) {
      return new FullDisk(bytes);
    }

    /** One operation of those that change anything fails. */
    static Fault once(int failing) {
      return new Once(failing);
    }
  }

  /** Changes one bit of a file, as a disk may. */
  public static void flipBit(Path file, long position) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer one = ByteBuffer.allocate(1);
      channel.read(one, position);
      one.put(0, (byte) (one.get(0) ^ 1)).flip();
      channel.write(one, position);
    }
  }

  /** Fails writes and creations from some byte on. */
  private record FullDisk(long bytes) implements Fault {
    @Override
    public void before(Op op, int number, Path path) throws IOException {
      // Bytes are counted by the file system itself.
    }
  }

  /** Counts changes. */
  private static final class Once implements Fault {
    private final int failing;
    private int changes;

    Once(int failing) {
      this.failing = failing;
    }

    @Override
    public void before(Op op, int number, Path path) throws IOException {
      boolean change = op != Op.OPEN && op != Op.READ && op != Op.LIST;
      if (change && changes++ == failing) {
        throw new IOException(path + ": Input/output error");
      }
    }
  }

  private final FileSystem inner;
  private final Fault fault;
  private final long capacity;
  private int operations;
  private long written;
  private long usable = Long.MAX_VALUE;

  /**
   * @param inner carries out what does not fail
   */
  public FaultyFileSystem(FileSystem inner, Fault fault) {
    this.inner = inner;
    this.fault = fault;
    this.capacity = fault instanceof FullDisk full ? full.bytes() : Long.MAX_VALUE;
  }

  /** What is said to be free, whatever is. */
  public FaultyFileSystem usable(long bytes) {
    usable = bytes;
    return this;
  }

  /** Operations so far. */
  public int operations() {
    return operations;
  }

  private void before(Op op, Path path) throws IOException {
    fault.before(op, operations++, path);
    if (op == Op.CREATE && written >= capacity) {
      throw full(path);
    }
  }

  private static IOException full(Path path) {
    return new IOException(path + ": No space left on device");
  }

  @Override
  public FileHandle openRead(Path file) throws IOException {
    before(Op.OPEN, file);
    return new Handle(file, inner.openRead(file));
  }

  @Override
  public FileHandle openWrite(Path file) throws IOException {
    before(Op.OPEN, file);
    return new Handle(file, inner.openWrite(file));
  }

  @Override
  public FileHandle create(Path file) throws IOException {
    before(Op.CREATE, file);
    return new Handle(file, inner.create(file));
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    before(Op.RENAME, from);
    inner.rename(from, to);
  }

  @Override
  public boolean delete(Path file) throws IOException {
    before(Op.DELETE, file);
    return inner.delete(file);
  }

  @Override
  public void createDirectories(Path dir) throws IOException {
    before(Op.CREATE, dir);
    inner.createDirectories(dir);
  }

  @Override
  public void syncDir(Path dir) throws IOException {
    before(Op.SYNC_DIR, dir);
    inner.syncDir(dir);
  }

  @Override
  public List<FileEntry> list(Path dir) throws IOException {
    before(Op.LIST, dir);
    return inner.list(dir);
  }

  @Override
  public Optional<FileEntry> stat(Path path) throws IOException {
    return inner.stat(path);
  }

  @Override
  public Path realPath(Path path) throws IOException {
    return inner.realPath(path);
  }

  @Override
  public void setLastModifiedMs(Path file, long lastModifiedMs) throws IOException {
    before(Op.TOUCH, file);
    inner.setLastModifiedMs(file, lastModifiedMs);
  }

  @Override
  public void copyOwnership(Path from, Path to) throws IOException {
    before(Op.COPY_OWNERSHIP, to);
    inner.copyOwnership(from, to);
  }

  @Override
  public boolean isWritable(Path path) {
    return inner.isWritable(path);
  }

  @Override
  public long usableBytes(Path path) throws IOException {
    return Math.min(usable, inner.usableBytes(path));
  }

  @Override
  public Object storeOf(Path path) throws IOException {
    return inner.storeOf(path);
  }

  @Override
  public Optional<FileLease> tryLock(Path lockFile) throws IOException {
    return inner.tryLock(lockFile);
  }

  /** An open file whose operations may fail. */
  private final class Handle implements FileHandle {
    private final Path path;
    private final FileHandle handle;

    Handle(Path path, FileHandle handle) {
      this.path = path;
      this.handle = handle;
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
      before(Op.READ, path);
      return handle.read(target, position);
    }

    @Override
    public void write(ByteBuffer source, long position) throws IOException {
      before(Op.WRITE, path);
      long room = capacity - written;
      if (source.remaining() > room) {
        // As a disk does: what fits is written.
        ByteBuffer part = source.duplicate().limit(source.position() + (int) room);
        handle.write(part, position);
        written = capacity;
        throw full(path);
      }
      written += source.remaining();
      handle.write(source, position);
    }

    @Override
    public long size() throws IOException {
      return handle.size();
    }

    @Override
    public void truncate(long sizeBytes) throws IOException {
      before(Op.TRUNCATE, path);
      handle.truncate(sizeBytes);
    }

    @Override
    public void sync() throws IOException {
      before(Op.SYNC, path);
      handle.sync();
    }

    @Override
    public void close() throws IOException {
      handle.close();
    }
  }
}
