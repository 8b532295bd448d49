// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.io;

import io.kleaner.core.io.FileEntry.Kind;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileStore;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Stream;

/**
 * The machine's own file system.
 *
 * <p>An interrupt of a thread inside a read or write closes that file and throws {@link
 * java.nio.channels.ClosedByInterruptException}; no other file is touched by it.
 */
public final class LocalFileSystem implements FileSystem {

  /**
   * Lock files held by this process, by path. A POSIX lock belongs to the process and goes with the
   * first channel on its file that is closed, so a second one must not even be opened.
   */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  /**
   * The same by identity: one file may have several paths, by a bind mount or a hard link. Its
   * monitor is held while one is locked or let go of: between the end of a lock and that of its
   * channel another path must not get the lock, which that end would take from it.
   */
  private static final Set<Object> HELD_FILES = ConcurrentHashMap.newKeySet();

  /** Channels that must never be closed, not even when nobody refers to them any more. */
  private static final Queue<FileChannel> KEPT_OPEN = new ConcurrentLinkedQueue<>();

  private static final int LOCK_ATTEMPTS = 100;

  private final Executor syncs;

  /** A file system that makes files durable when it is asked to, and not before. */
  public LocalFileSystem() {
    this(
        task -> {
          throw new RejectedExecutionException("nothing is synced ahead");
        });
  }

  /**
   * @param syncs runs what {@link FileHandle#syncSoon} begins, at best at once; none of it fails
   */
  public LocalFileSystem(Executor syncs) {
    this.syncs = syncs;
  }

  @Override
  public FileHandle openRead(Path file) throws IOException {
    // To open a named pipe takes until someone writes to it, for ever if nobody does.
    if (!Files.readAttributes(file, BasicFileAttributes.class).isRegularFile()) {
      throw new FileSystemException(
          file.toString(),
          null,
          "it is no regular file (a directory, pipe, socket or device) and is not read");
    }
    return open(file, StandardOpenOption.READ);
  }

  @Override
  public FileHandle openWrite(Path file) throws IOException {
    return open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  @Override
  public FileHandle create(Path file) throws IOException {
    return open(
        file, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  @Override
  public FileHandle createPrivate(Path file) throws IOException {
    if (Files.getFileAttributeView(file, PosixFileAttributeView.class) == null) {
      return create(file);
    }
    Set<OpenOption> options =
        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
    return new ChannelHandle(
        file,
        FileChannel.open(
            file,
            options,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))),
        syncs);
  }

  private FileHandle open(Path file, OpenOption... options) throws IOException {
    return new ChannelHandle(file, FileChannel.open(file, options), syncs);
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public boolean delete(Path file) throws IOException {
    return Files.deleteIfExists(file);
  }

  @Override
  public void createDirectories(Path dir) throws IOException {
    Files.createDirectories(dir);
  }

  @Override
  public void syncDir(Path dir) throws IOException {
    try (FileChannel channel = FileChannel.open(dir, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  @Override
  public List<FileEntry> list(Path dir) throws IOException {
    List<FileEntry> entries = new ArrayList<>();
    try (Stream<Path> paths = Files.list(dir)) {
      for (Path path : (Iterable<Path>) paths::iterator) {
        stat(path).ifPresent(entries::add);
      }
    }
    entries.sort(Comparator.comparing(FileEntry::name));
    return entries;
  }

  @Override
  public Set<String> names(Path dir) throws IOException {
    Set<String> names = new HashSet<>();
    try (DirectoryStream<Path> paths = Files.newDirectoryStream(dir)) {
      paths.forEach(path -> names.add(path.getFileName().toString()));
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return names;
  }

  @Override
  public Optional<FileEntry> stat(Path path) throws IOException {
    try {
      BasicFileAttributes attributes =
          Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      Kind kind = kind(attributes);
      return Optional.of(
          new FileEntry(
              path,
              kind,
              kind == Kind.FILE ? attributes.size() : 0,
              attributes.lastModifiedTime().toMillis(),
              Optional.ofNullable(attributes.fileKey())));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  private static Kind kind(BasicFileAttributes attributes) {
    if (attributes.isRegularFile()) {
      return Kind.FILE;
    }
    if (attributes.isDirectory()) {
      return Kind.DIRECTORY;
    }
    return attributes.isSymbolicLink() ? Kind.SYMLINK : Kind.OTHER;
  }

  @Override
  public Path realPath(Path path) throws IOException {
    return path.toRealPath();
  }

  @Override
  public void setLastModifiedMs(Path file, long lastModifiedMs) throws IOException {
    Files.setLastModifiedTime(file, FileTime.fromMillis(lastModifiedMs));
  }

  @Override
  public void copyOwnership(Path from, Path to) throws IOException {
    PosixFileAttributeView source =
        Files.getFileAttributeView(from, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    PosixFileAttributeView target =
        Files.getFileAttributeView(to, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    if (source == null || target == null) {
      return;
    }
    PosixFileAttributes wanted = source.readAttributes();
    PosixFileAttributes actual = target.readAttributes();
    try {
      if (!wanted.owner().equals(actual.owner())) {
        target.setOwner(wanted.owner());
      }
      if (!wanted.group().equals(actual.group())) {
        target.setGroup(wanted.group());
      }
      if (!wanted.permissions().equals(actual.permissions())) {
        target.setPermissions(wanted.permissions());
      }
    } catch (IOException e) {
      throw new IOException(
          to
              + " cannot get the owner, group and mode of "
              + from
              + " ("
              + wanted.owner()
              + ":"
              + wanted.group()
              + "): run as that user or as root",
          e);
    }
  }

  @Override
  public boolean isWritable(Path path) {
    return Files.isWritable(path);
  }

  @Override
  public long usableBytes(Path path) throws IOException {
    FileStore store = Files.getFileStore(path);
    return store.getUsableSpace();
  }

  @Override
  public Object storeOf(Path path) throws IOException {
    try {
      // Of one device's several mounts each is a store of its own to Java.
      return Files.getAttribute(path, "unix:dev");
    } catch (UnsupportedOperationException | IllegalArgumentException e) {
      return Files.getFileStore(path);
    }
  }

  @Override
  public Optional<FileLease> tryLock(Path lockFile) throws IOException {
    return tryLock(lockFile, () -> {});
  }

  /**
   * Takes a lock.
   *
   * @param opened called between the opening of a file and its locking, where others may come
   */
  static Optional<FileLease> tryLock(Path lockFile, Runnable opened) throws IOException {
    Path held = lockFile.toAbsolutePath().normalize();
    if (!HELD.add(held)) {
      return Optional.empty();
    }
    Optional<FileLease> lease = Optional.empty();
    try {
      lease = lock(held, opened);
    } finally {
      if (lease.isEmpty()) {
        HELD.remove(held);
      }
    }
    return lease;
  }

  private static Optional<FileLease> lock(Path lockFile, Runnable opened) throws IOException {
    for (int attempt = 0; attempt < LOCK_ATTEMPTS; attempt++) {
      Optional<Object> before = identity(lockFile);
      boolean created = before.isEmpty();
      if (before.isPresent() && isHeld(before.get())) {
        return Optional.empty();
      }
      FileChannel channel;
      try {
        channel =
            FileChannel.open(
                lockFile,
                created ? StandardOpenOption.CREATE_NEW : StandardOpenOption.WRITE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
      } catch (NoSuchFileException | FileAlreadyExistsException e) {
        // Its holder has just taken it away, or another has just made it.
        continue;
      }
      boolean mustStayOpen = false;
      try {
        if (created) {
          giveToOwnerOf(lockFile.getParent(), lockFile);
          before = identity(lockFile);
        }
        opened.run();
        synchronized (HELD_FILES) {
          if (channel.tryLock() == null) {
            return Optional.empty();
          }
          if (before.isPresent() && before.equals(identity(lockFile))) {
            HELD_FILES.add(before.get());
            mustStayOpen = true;
            return Optional.of(new LocalLease(lockFile, channel, created, before.get()));
          }
        }
        // The holder before us deleted the file between our opening and its lock's end: what we
        // hold has no name any more, and whoever comes next locks another.
      } catch (OverlappingFileLockException e) {
        // It was taken by another path since we looked. To close this channel would drop that lock.
        KEPT_OPEN.add(channel);
        mustStayOpen = true;
        return Optional.empty();
      } finally {
        // Now, for whenever it is collected its end could drop a lock that was taken since.
        if (!mustStayOpen) {
          channel.close();
        }
      }
    }
    throw new IOException(lockFile + " is made and deleted by others all the time");
  }

  /** A time tells apart what took one name after another, not what has two at a time. */
  private static boolean isHeld(Object identity) {
    return !(identity instanceof FileTime) && HELD_FILES.contains(identity);
  }

  /** Tells a file from another that takes its name; empty if there is none. */
  private static Optional<Object> identity(Path file) throws IOException {
    try {
      BasicFileAttributes attributes =
          Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      Object key = attributes.fileKey();
      return Optional.of(key == null ? attributes.creationTime() : key);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** A lock file that outlives a kill must not keep the directory's own user out. */
  private static void giveToOwnerOf(Path dir, Path file) {
    PosixFileAttributeView to = Files.getFileAttributeView(file, PosixFileAttributeView.class);
    PosixFileAttributeView from = Files.getFileAttributeView(dir, PosixFileAttributeView.class);
    if (to == null || from == null) {
      return;
    }
    try {
      PosixFileAttributes wanted = from.readAttributes();
      if (!wanted.owner().equals(to.readAttributes().owner())) {
        to.setOwner(wanted.owner());
        to.setGroup(wanted.group());
      }
    } catch (IOException e) {
      // Only root may give files away; anyone else deletes it at the end.
    }
  }

  private record LocalLease(Path lockFile, FileChannel channel, boolean created, Object identity)
      implements FileLease {

    @Override
    public boolean isStillThere() throws IOException {
      return channel.isOpen() && Optional.of(identity).equals(LocalFileSystem.identity(lockFile));
    }

    @Override
    public void close() throws IOException {
      try {
        if (created && isStillThere()) {
          Files.deleteIfExists(lockFile);
        }
      } finally {
        try {
          synchronized (HELD_FILES) {
            // Until it is closed no other file can have its identity.
            HELD_FILES.remove(identity);
            channel.close();
          }
        } finally {
          HELD.remove(lockFile);
        }
      }
    }
  }
}
