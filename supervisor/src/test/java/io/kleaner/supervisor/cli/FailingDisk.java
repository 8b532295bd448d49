// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import io.kleaner.core.io.FileEntry;
import io.kleaner.core.io.FileHandle;
import io.kleaner.core.io.FileLease;
import io.kleaner.core.io.FileSystem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * A disk on which single operations fail: a {@link Fault} sees each before it is done and may throw
 * instead. As thread-safe as its fault is.
 */
final class FailingDisk implements FileSystem {

  /** What is about to be done. */
  enum Op {
    OPEN_READ,
    OPEN_WRITE,
    CREATE,
    READ,
    WRITE,
    TRUNCATE,
    SYNC,
    RENAME,
    DELETE,
    CREATE_DIRECTORIES,
    SYNC_DIR,
    LIST,
    STAT,
    SET_TIME,
    COPY_OWNERSHIP,
    LOCK
  }

  /** Decides which operations fail. */
  interface Fault {

    /** Throws what the operation is to fail with. */
    void before(Op op, Path path) throws IOException;
  }

  private final FileSystem disk;
  private final Fault fault;
  private final Optional<LongSupplier> usableBytes;
  private final boolean writable;

  /**
   * @param disk that does what does not fail
   */
  FailingDisk(FileSystem disk, Fault fault) {
    this(disk, fault, Optional.empty(), true);
  }

  private FailingDisk(
      FileSystem disk, Fault fault, Optional<LongSupplier> usableBytes, boolean writable) {
    this.disk = disk;
    this.fault = fault;
    this.usableBytes = usableBytes;
    this.writable = writable;
  }

  /** A disk with little room that says so. */
  static FailingDisk withUsableBytes(FileSystem disk, long usableBytes) {
    return withUsableBytes(disk, (op, path) -> {}, () -> usableBytes);
  }

  /** A disk whose room is asked for each time. */
  static FailingDisk withUsableBytes(FileSystem disk, Fault fault, LongSupplier usableBytes) {
    return new FailingDisk(disk, fault, Optional.of(usableBytes), true);
  }

  /** A disk that this process may not write to. */
  static FailingDisk readOnly(FileSystem disk, Fault fault) {
    return new FailingDisk(disk, fault, Optional.empty(), false);
  }

  @Override
  public FileHandle openRead(Path file) throws IOException {
    fault.before(Op.OPEN_READ, file);
    return new Handle(file, disk.openRead(file));
  }

  @Override
  public FileHandle openWrite(Path file) throws IOException {
    fault.before(Op.OPEN_WRITE, file);
    return new Handle(file, disk.openWrite(file));
  }

  @Override
  public FileHandle create(Path file) throws IOException {
    fault.before(Op.CREATE, file);
    return new Handle(file, disk.create(file));
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    fault.before(Op.RENAME, from);
    disk.rename(from, to);
  }

  @Override
  public boolean delete(Path file) throws IOException {
    fault.before(Op.DELETE, file);
    return disk.delete(file);
  }

  @Override
  public void createDirectories(Path dir) throws IOException {
    fault.before(Op.CREATE_DIRECTORIES, dir);
    disk.createDirectories(dir);
  }

  @Override
  public void syncDir(Path dir) throws IOException {
    fault.before(Op.SYNC_DIR, dir);
    disk.syncDir(dir);
  }

  @Override
  public List<FileEntry> list(Path dir) throws IOException {
    fault.before(Op.LIST, dir);
    return disk.list(dir);
  }

  @Override
  public Optional<FileEntry> stat(Path path) throws IOException {
    fault.before(Op.STAT, path);
    return disk.stat(path);
  }

  @Override
  public Path realPath(Path path) throws IOException {
    return disk.realPath(path);
  }

  @Override
  public void setLastModifiedMs(Path file, long lastModifiedMs) throws IOException {
    fault.before(Op.SET_TIME, file);
    disk.setLastModifiedMs(file, lastModifiedMs);
  }

  @Override
  public void copyOwnership(Path from, Path to) throws IOException {
    fault.before(Op.COPY_OWNERSHIP, to);
    disk.copyOwnership(from, to);
  }

  @Override
  public boolean isWritable(Path path) {
    return writable && disk.isWritable(path);
  }

  @Override
  public long usableBytes(Path path) throws IOException {
    return usableBytes.isPresent() ? usableBytes.get().getAsLong() : disk.usableBytes(path);
  }

  @Override
  public Object storeOf(Path path) throws IOException {
    return disk.storeOf(path);
  }

  @Override
  public Optional<FileLease> tryLock(Path lockFile) throws IOException {
    fault.before(Op.LOCK, lockFile);
    return disk.tryLock(lockFile);
  }

  private final class Handle implements FileHandle {

    private final Path path;
    private final FileHandle file;

    Handle(Path path, FileHandle file) {
      this.path = path;
      this.file = file;
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
      fault.before(Op.READ, path);
      return file.read(target, position);
    }

    @Override
    public void write(ByteBuffer source, long position) throws IOException {
      fault.before(Op.WRITE, path);
      file.write(source, position);
    }

    @Override
    public long size() throws IOException {
      return file.size();
    }

    @Override
    public void truncate(long sizeBytes) throws IOException {
      fault.before(Op.TRUNCATE, path);
      file.truncate(sizeBytes);
    }

    @Override
    public void sync() throws IOException {
      fault.before(Op.SYNC, path);
      file.sync();
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
