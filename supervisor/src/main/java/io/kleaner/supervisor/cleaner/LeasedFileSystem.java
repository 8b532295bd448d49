// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cleaner;

import io.kleaner.core.io.FileEntry;
import io.kleaner.core.io.FileHandle;
import io.kleaner.core.io.FileLease;
import io.kleaner.core.io.FileSystem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A file system for the holder of a lease: once the lease is revoked, every operation by name is
 * refused, so that a worker that wakes up late touches none of its successor's files. Nothing is
 * changed by name once the log directory's lock is no longer that of the file of that name.
 *
 * <p>Files that are open already can still be written to; their names are the successor's by then,
 * who deletes and creates anew what it writes. Thread-safe as far as the one beneath is.
 */
final class LeasedFileSystem implements FileSystem {

  private final FileSystem inner;
  private final LeaseHolder lease;

  /**
   * @param inner carries out what is allowed
   */
  LeasedFileSystem(FileSystem inner, LeaseHolder lease) {
    this.inner = inner;
    this.lease = lease;
  }

  @Override
  public FileHandle openRead(Path file) throws IOException {
    lease.require();
    return inner.openRead(file);
  }

  @Override
  public FileHandle openWrite(Path file) throws IOException {
    lease.requireHeld();
    return inner.openWrite(file);
  }

  @Override
  public FileHandle create(Path file) throws IOException {
    lease.requireHeld();
    return inner.create(file);
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    lease.requireHeld();
    inner.rename(from, to);
  }

  @Override
  public boolean delete(Path file) throws IOException {
    lease.requireHeld();
    return inner.delete(file);
  }

  @Override
  public void createDirectories(Path dir) throws IOException {
    lease.requireHeld();
    inner.createDirectories(dir);
  }

  @Override
  public void syncDir(Path dir) throws IOException {
    lease.require();
    inner.syncDir(dir);
  }

  @Override
  public List<FileEntry> list(Path dir) throws IOException {
    lease.require();
    return inner.list(dir);
  }

  @Override
  public Optional<FileEntry> stat(Path path) throws IOException {
    lease.require();
    return inner.stat(path);
  }

  @Override
  public Path realPath(Path path) throws IOException {
    lease.require();
    return inner.realPath(path);
  }

  @Override
  public void setLastModifiedMs(Path file, long lastModifiedMs) throws IOException {
    lease.requireHeld();
    inner.setLastModifiedMs(file, lastModifiedMs);
  }

  @Override
  public void copyOwnership(Path from, Path to) throws IOException {
    lease.requireHeld();
    inner.copyOwnership(from, to);
  }

  @Override
  public boolean isWritable(Path path) {
    return lease.current().filter(each -> !each.isRevoked()).isPresent() && inner.isWritable(path);
  }

  @Override
  public long usableBytes(Path path) throws IOException {
    lease.require();
    return inner.usableBytes(path);
  }

  @Override
  public Object storeOf(Path path) throws IOException {
    lease.require();
    return inner.storeOf(path);
  }

  /** Never: a worker that closed any channel on a lock file would drop the process's lock. */
  @Override
  public Optional<FileLease> tryLock(Path lockFile) {
    throw new UnsupportedOperationException("workers take no locks: " + lockFile);
  }
}
