// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.io;

import io.kleaner.core.io.FileEntry.Kind;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
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
import java.util.Set;
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
    return LockFiles.tryLock(lockFile, () -> {});
  }
}
