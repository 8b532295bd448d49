// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A lock file that others make, replace and delete, and that may be another user's. */
class ContestedLockTest {

  private static final String BROKER_USER = "54321";

  @TempDir private Path temp;

  /** On some file systems a file's device is not that of its locks. */
  @BeforeEach
  void holdersAreKnown() throws IOException {
    Path probe = temp.resolve("probe");
    FileLease lease = LockFiles.tryLock(probe, () -> {}).orElseThrow();
    try {
      assumeTrue(LockHolder.pidOf(probe).isPresent(), "nothing tells who holds a lock in " + temp);
    } finally {
      lease.close();
    }
  }

  @Test
  void tryLock_fileDeletedByItsHolderMeanwhile_locksTheOneThatHasTheName() throws IOException {
    Path lock = Files.createFile(temp.resolve(".lock"));
    try (FileLease lease = tryLock(lock, () -> Files.deleteIfExists(lock))) {
      assertThat(lease).isNotNull();
      assertThat(LockHolder.pidOf(lock)).hasValue(ProcessHandle.current().pid());
    }
  }

  @Test
  void tryLock_fileReplacedByAnotherMeanwhile_locksTheOneThatHasTheName() throws IOException {
    Path lock = Files.createFile(temp.resolve(".lock"));
    Path theirs = Files.createFile(temp.resolve("theirs"));
    try (FileLease lease =
        tryLock(lock, () -> Files.move(theirs, lock, StandardCopyOption.REPLACE_EXISTING))) {
      assertThat(lease).isNotNull();
      assertThat(LockHolder.pidOf(lock)).hasValue(ProcessHandle.current().pid());
    }
    assertThat(lock).as("made by another").exists();
  }

  @Test
  void tryLock_fileReplacedAgainAndAgain_givesUpAndSaysWhy() {
    Path lock = temp.resolve(".lock");

    assertThatThrownBy(
            () ->
                LockFiles.tryLock(
                    lock,
                    () -> {
                      try {
                        Files.deleteIfExists(lock);
                      } catch (IOException e) {
                        throw new UncheckedIOException(e);
                      }
                    }))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("made and deleted by others all the time");
  }

  /** What somebody else does. */
  private interface Deed {
    void run() throws IOException;
  }

  /** Takes the lock while somebody does something once, between the opening and the locking. */
  private static FileLease tryLock(Path lock, Deed once) throws IOException {
    AtomicBoolean done = new AtomicBoolean();
    return LockFiles.tryLock(
            lock,
            () -> {
              if (done.compareAndSet(false, true)) {
                try {
                  once.run();
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              }
            })
        .orElseThrow();
  }

  @Test
  void tryLock_heldByThisProcess_isEmptyAndTheFirstStillHolds() throws IOException {
    Path lock = temp.resolve(".lock");
    try (FileLease first = new LocalFileSystem().tryLock(lock).orElseThrow()) {
      assertThat(new LocalFileSystem().tryLock(lock)).isEmpty();
      assertThat(new LocalFileSystem().tryLock(temp.resolve("x/../.lock"))).isEmpty();
      assertThat(first).isNotNull();
      assertThat(LockHolder.pidOf(lock)).hasValue(ProcessHandle.current().pid());
    }
  }

  /** As a bind mount shows one directory twice, a hard link shows one file. */
  private Path otherNameOf(Path lock) throws IOException {
    return Files.createLink(Files.createDirectory(temp.resolve("other")).resolve(".lock"), lock);
  }

  @Test
  void tryLock_heldByThisProcessByAnotherName_isEmptyAndTheFirstStillHolds() throws IOException {
    Path lock = Files.createFile(temp.resolve(".lock"));
    Path other = otherNameOf(lock);
    try (FileLease first = new LocalFileSystem().tryLock(lock).orElseThrow()) {
      assertThat(new LocalFileSystem().tryLock(other)).isEmpty();

      assertThat(first.isStillThere()).isTrue();
      assertThat(LockHolder.pidOf(lock)).hasValue(ProcessHandle.current().pid());
    }
    try (FileLease second = new LocalFileSystem().tryLock(other).orElseThrow()) {
      assertThat(second).as("once the first was given back").isNotNull();
    }
  }

  @Test
  void tryLock_takenByAnotherNameBetweenTheOpeningAndTheLocking_isEmptyAndThatOneStillHolds()
      throws IOException {
    Path lock = Files.createFile(temp.resolve(".lock"));
    Path other = otherNameOf(lock);
    AtomicReference<FileLease> first = new AtomicReference<>();
    Runnable quicker =
        () -> {
          try {
            first.set(new LocalFileSystem().tryLock(lock).orElseThrow());
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        };

    assertThat(LockFiles.tryLock(other, quicker)).isEmpty();

    assertThat(LockHolder.pidOf(lock)).hasValue(ProcessHandle.current().pid());
    first.get().close();
  }

  @Test
  void tryLock_fileCannotBeLookedAtOnceItIsLocked_failsAndHoldsNothing() throws IOException {
    Path dir = Files.createDirectory(temp.resolve("data"));
    Path lock = Files.createFile(dir.resolve(".lock"));
    Path moved = temp.resolve("data.old");

    assertThatThrownBy(
            () ->
                tryLock(
                    lock,
                    () -> {
                      Files.move(dir, moved);
                      Files.createFile(dir);
                    }))
        .isInstanceOf(FileSystemException.class)
        .hasMessageContaining("Not a directory");

    assertThat(LockHolder.pidOf(moved.resolve(".lock"))).isEmpty();
    try (FileLease second = new LocalFileSystem().tryLock(moved.resolve(".lock")).orElseThrow()) {
      assertThat(second.isStillThere()).isTrue();
    }
  }

  @Test
  void close_fileThatWasThereBefore_isLeft() throws IOException {
    Path lock = Files.createFile(temp.resolve(".lock"));

    new LocalFileSystem().tryLock(lock).orElseThrow().close();

    assertThat(lock).exists();
  }

  @Test
  void close_fileThatWeMade_isTakenAway() throws IOException {
    Path lock = temp.resolve(".lock");

    new LocalFileSystem().tryLock(lock).orElseThrow().close();

    assertThat(lock).doesNotExist();
  }

  @Test
  void isStillThere_anotherDirectoryTookTheName_isFalseAndItsLockStaysWhenOursIsClosed()
      throws IOException {
    Path dir = Files.createDirectory(temp.resolve("data"));
    FileLease lease = new LocalFileSystem().tryLock(dir.resolve(".lock")).orElseThrow();
    assertThat(lease.isStillThere()).isTrue();

    Files.move(dir, temp.resolve("data.old"));
    assertThat(lease.isStillThere()).isFalse();
    Files.createDirectory(dir);
    Path foreign = Files.createFile(dir.resolve(".lock"));

    assertThat(lease.isStillThere()).isFalse();
    lease.close();
    assertThat(foreign).exists();
  }

  @Test
  void isStillThere_deletedByHand_isFalse() throws IOException {
    Path lock = temp.resolve(".lock");
    try (FileLease lease = new LocalFileSystem().tryLock(lock).orElseThrow()) {
      Files.delete(lock);

      assertThat(lease.isStillThere()).isFalse();
    }
  }

  @Test
  void tryLock_asRootInAnotherUsersDirectory_theFileIsThatUsers() throws IOException {
    assumeTrue("root".equals(System.getProperty("user.name")), "only root may give files away");
    UserPrincipalLookupService users = temp.getFileSystem().getUserPrincipalLookupService();
    Path dir = Files.createDirectory(temp.resolve("data"));
    Files.setOwner(dir, users.lookupPrincipalByName(BROKER_USER));
    Path lock = dir.resolve(".lock");

    try (FileLease lease = new LocalFileSystem().tryLock(lock).orElseThrow()) {
      assertThat(lease).isNotNull();
      assertThat(owner(lock).owner()).isEqualTo(owner(dir).owner());
      assertThat(owner(lock).group()).isEqualTo(owner(dir).group());
    }
  }

  @Test
  void tryLock_asRootOnABrokersFile_leavesItsOwnerAndMode() throws IOException {
    assumeTrue("root".equals(System.getProperty("user.name")), "only root may give files away");
    UserPrincipalLookupService users = temp.getFileSystem().getUserPrincipalLookupService();
    Path lock = Files.createFile(temp.resolve(".lock"));
    Files.setOwner(lock, users.lookupPrincipalByName(BROKER_USER));
    PosixFileAttributes before = owner(lock);

    new LocalFileSystem().tryLock(lock).orElseThrow().close();

    assertThat(owner(lock).owner()).isEqualTo(before.owner());
    assertThat(owner(lock).permissions()).isEqualTo(before.permissions());
    assertThat(owner(lock).fileKey()).isEqualTo(before.fileKey());
  }

  private static PosixFileAttributes owner(Path path) throws IOException {
    return Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
  }
}
