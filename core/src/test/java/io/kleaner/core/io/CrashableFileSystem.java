// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A file system in memory that remembers every change in order, so that a test can ask what a crash
 * after any of them may leave on the disk; see {@link DiskState#afterCrash}.
 *
 * <p>Not thread-safe.
 */
public final class CrashableFileSystem implements FileSystem {

  private static final long USABLE_BYTES = 1L << 40;

  private final DiskState start;
  private final DiskState now;
  private final List<DiskOp> ops = new ArrayList<>();
  private final Set<Path> locked = new HashSet<>();

  /**
   * @param start what is on the disk, all of it durable
   */
  public CrashableFileSystem(DiskState start) {
    this.start = start.copy();
    this.now = start.copy();
  }

  /** Every change so far. */
  public List<DiskOp> ops() {
    return List.copyOf(ops);
  }

  /** What programs see now. */
  public DiskState state() {
    return now;
  }

  /** What may be left if the power fails after the first {@code count} changes. */
  public DiskState crashAfter(int count, int percent, long seed) {
    return start.afterCrash(ops.subList(0, count), percent, seed);
  }

  private void act(DiskOp op) {
    ops.add(op);
    now.apply(op);
  }

  private int file(Path path) throws NoSuchFileException {
    Integer file = now.names().get(path);
    if (file == null) {
      throw new NoSuchFileException(path.toString());
    }
    return file;
  }

  @Override
  public FileHandle openRead(Path path) throws IOException {
    return new Handle(file(path));
  }

  @Override
  public FileHandle openWrite(Path path) throws IOException {
    return new Handle(file(path));
  }

  @Override
  public FileHandle create(Path path) throws IOException {
    if (now.names().containsKey(path)) {
      throw new FileAlreadyExistsException(path.toString());
    }
    int file = now.nextFile();
    act(new DiskOp.Create(path, file));
    return new Handle(file);
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    file(from);
    act(new DiskOp.Rename(from, to));
  }

  @Override
  public boolean delete(Path path) {
    boolean exists = now.names().containsKey(path);
    if (exists) {
      act(new DiskOp.Delete(path));
    }
    return exists;
  }

  @Override
  public void createDirectories(Path dir) {
    throw new UnsupportedOperationException("no directory is ever made inside a log directory");
  }

  @Override
  public void syncDir(Path dir) {
    act(new DiskOp.SyncDir(dir));
  }

  @Override
  public List<FileEntry> list(Path dir) throws IOException {
    List<FileEntry> entries = new ArrayList<>();
    Set<Path> dirs = new HashSet<>();
    boolean exists = false;
    for (Map.Entry<Path, Integer> name : now.names().entrySet()) {
      Path path = name.getKey();
      exists |= path.startsWith(dir);
      if (path.getParent().equals(dir)) {
        entries.add(entry(path, name.getValue()));
      } else if (path.startsWith(dir)) {
        Path child = dir.resolve(dir.relativize(path).getName(0));
        if (dirs.add(child)) {
          entries.add(directory(child));
        }
      }
    }
    if (!exists) {
      throw new NoSuchFileException(dir.toString());
    }
    return entries;
  }

  @Override
  public Optional<FileEntry> stat(Path path) {
    Integer file = now.names().get(path);
    if (file != null) {
      return Optional.of(entry(path, file));
    }
    boolean dir = now.names().keySet().stream().anyMatch(each -> each.startsWith(path));
    return dir ? Optional.of(directory(path)) : Optional.empty();
  }

  private FileEntry entry(Path path, int file) {
    return new FileEntry(path, FileEntry.Kind.FILE, now.content(file).length, now.modifiedMs(file));
  }

  private static FileEntry directory(Path path) {
    return new FileEntry(path, FileEntry.Kind.DIRECTORY, 0, 0);
  }

  @Override
  public Path realPath(Path path) throws IOException {
    if (stat(path).isEmpty()) {
      throw new NoSuchFileException(path.toString());
    }
    return path;
  }

  @Override
  public void setLastModifiedMs(Path path, long lastModifiedMs) throws IOException {
    act(new DiskOp.Touch(file(path), lastModifiedMs));
  }

  @Override
  public void copyOwnership(Path from, Path to) throws IOException {
    file(from);
    file(to);
  }

  @Override
  public boolean isWritable(Path path) {
    return true;
  }

  @Override
  public long usableBytes(Path path) {
    return USABLE_BYTES;
  }

  @Override
  public Object storeOf(Path path) {
    return this;
  }

  @Override
  public Optional<FileLease> tryLock(Path lockFile) throws IOException {
    if (!locked.add(lockFile)) {
      return Optional.empty();
    }
    boolean created = stat(lockFile).isEmpty();
    if (created) {
      create(lockFile).close();
    }
    return Optional.of(new Lease(lockFile, created));
  }

  /** A lock of this file system. */
  private final class Lease implements FileLease {
    private final Path lockFile;
    private final boolean created;

    Lease(Path lockFile, boolean created) {
      this.lockFile = lockFile;
      this.created = created;
    }

    @Override
    public boolean created() {
      return created;
    }

    @Override
    public boolean isStillThere() {
      return locked.contains(lockFile) && stat(lockFile).isPresent();
    }

    @Override
    public void close() {
      if (created) {
        delete(lockFile);
      }
      locked.remove(lockFile);
    }
  }

  /** An open file. */
  private final class Handle implements FileHandle {
    private final int file;

    Handle(int file) {
      this.file = file;
    }

    @Override
    public int read(ByteBuffer target, long position) {
      byte[] bytes = now.content(file);
      if (position >= bytes.length) {
        return 0;
      }
      int count = (int) Math.min(target.remaining(), bytes.length - position);
      target.put(bytes, (int) position, count);
      return count;
    }

    @Override
    public void write(ByteBuffer source, long position) {
      byte[] bytes = new byte[source.remaining()];
      source.get(bytes);
      act(new DiskOp.Write(file, position, ByteBuffer.wrap(bytes)));
    }

    @Override
    public long size() {
      return now.content(file).length;
    }

    @Override
    public void truncate(long sizeBytes) {
      act(new DiskOp.Truncate(file, sizeBytes));
    }

    @Override
    public void sync() {
      act(new DiskOp.Sync(file));
    }

    @Override
    public void close() {
      // Nothing is held.
    }
  }
}
