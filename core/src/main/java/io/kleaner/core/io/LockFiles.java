// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.io;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Locks on files, against other processes and within this one. A POSIX lock belongs to the process
 * and goes with the first channel on its file that is closed, whoever closes it. Thread-safe.
 */
final class LockFiles {

  /** Held by this process, by path: a second channel on one must not even be opened. */
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

  private LockFiles() {}

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
            // In here: once its holder lets go, another path may take it, whose lock this would
            // drop.
            channel.close();
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
      return channel.isOpen() && Optional.of(identity).equals(LockFiles.identity(lockFile));
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
