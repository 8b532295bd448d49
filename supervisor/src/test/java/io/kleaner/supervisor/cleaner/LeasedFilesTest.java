// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cleaner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kleaner.core.io.FileHandle;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.segment.Segment;
import io.kleaner.core.swap.GroupReplacement;
import io.kleaner.core.swap.SegmentSwap;
import io.kleaner.supervisor.service.HookedDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A worker's files once its lease was taken away: fencing on a real disk. */
class LeasedFilesTest {

  private static final String BASE = "00000000000000000000";

  /** Of a log directory that nobody takes away. */
  private static final DirHold OURS =
      new DirHold() {
        @Override
        public void requireOpen() {}

        @Override
        public void requireHeld() {}
      };

  @TempDir private Path dir;

  private final LeaseHolder held = new LeaseHolder();
  private final Lease lease = lease(1);

  private Lease lease(long epoch) {
    Puppet worker = new Puppet("cleaner-0", new HandClock());
    return new Lease(Puppet.id("/logs", "orders", 1), worker.state(), epoch);
  }

  @BeforeEach
  void take() {
    held.take(lease, OURS);
  }

  /** Something done with a file system. */
  private interface Operation {
    void on(FileSystem fileSystem, Path file) throws IOException;
  }

  private static final Map<String, Operation> BY_NAME =
      Map.ofEntries(
          Map.entry("openRead", (files, file) -> files.openRead(file).close()),
          Map.entry("openWrite", (files, file) -> files.openWrite(file).close()),
          Map.entry("create", (files, file) -> files.create(file.resolveSibling("new")).close()),
          Map.entry(
              "createPrivate",
              (files, file) -> files.createPrivate(file.resolveSibling("new")).close()),
          Map.entry("rename", (files, file) -> files.rename(file, file.resolveSibling("new"))),
          Map.entry("delete", (files, file) -> files.delete(file)),
          Map.entry(
              "createDirectories",
              (files, file) -> files.createDirectories(file.resolveSibling("d"))),
          Map.entry("syncDir", (files, file) -> files.syncDir(file.getParent())),
          Map.entry("list", (files, file) -> files.list(file.getParent())),
          Map.entry("stat", (files, file) -> files.stat(file)),
          Map.entry("realPath", (files, file) -> files.realPath(file)),
          Map.entry("setLastModifiedMs", (files, file) -> files.setLastModifiedMs(file, 1)),
          Map.entry("copyOwnership", (files, file) -> files.copyOwnership(file, file)),
          Map.entry("usableBytes", (files, file) -> files.usableBytes(file)));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "openRead",
        "openWrite",
        "create",
        "createPrivate",
        "rename",
        "delete",
        "createDirectories",
        "syncDir",
        "list",
        "stat",
        "realPath",
        "setLastModifiedMs",
        "copyOwnership",
        "usableBytes"
      })
  void anyOperation_leaseHeldThenRevoked_isDoneThenRefusedAndNothingChanges(String name)
      throws IOException {
    Path file = Files.writeString(dir.resolve("file"), "content");
    FileSystem files = new LeasedFileSystem(new LocalFileSystem(), held);
    Operation operation = BY_NAME.get(name);
    operation.on(files, file);
    try (var entries = Files.list(dir)) {
      for (Path each : entries.toList()) {
        Files.delete(each);
      }
    }
    Files.writeString(file, "content");

    lease.revoke();

    assertThatThrownBy(() -> operation.on(files, file)).isInstanceOf(LeaseRevokedException.class);
    try (var entries = Files.list(dir)) {
      assertThat(entries).containsExactly(file);
    }
    assertThat(file).hasContent("content");
  }

  @Test
  void anyOperation_noLeaseAtAll_isRefused() throws IOException {
    Path file = Files.writeString(dir.resolve("file"), "content");
    FileSystem files = new LeasedFileSystem(new LocalFileSystem(), held);

    held.drop();

    assertThatThrownBy(() -> files.delete(file)).hasMessageContaining("without a lease");
    assertThat(files.isWritable(file)).isFalse();
    assertThat(file).exists();
  }

  @Test
  void tryLock_byAWorker_isABug() {
    FileSystem files = new LeasedFileSystem(new LocalFileSystem(), held);

    assertThatThrownBy(() -> files.tryLock(dir.resolve(".lock")))
        .isInstanceOf(UnsupportedOperationException.class);
    assertThat(dir.resolve(".lock")).doesNotExist();
  }

  @Test
  void write_zombieWithAnOpenOutput_goesToAFileWithoutAName() throws IOException {
    Path output = dir.resolve(BASE + ".log.cleaned");
    FileSystem zombies = new LeasedFileSystem(new LocalFileSystem(), held);
    LeaseHolder next = new LeaseHolder();
    FileSystem successors = new LeasedFileSystem(new LocalFileSystem(), next);
    try (FileHandle late = zombies.create(output)) {
      late.write(bytes("zombie"), 0);
      lease.revoke();
      next.take(lease(2), OURS);
      successors.delete(output);
      try (FileHandle handle = successors.create(output)) {
        handle.write(bytes("successor"), 0);

        late.write(bytes("zombie again, and longer than before"), 0);
        late.truncate(3);
        late.sync();
      }
    }

    assertThat(output).hasContent("successor");
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  /** A segment, and what is to replace it. */
  private GroupReplacement group() throws IOException {
    for (String suffix : List.of(".log", ".index", ".timeindex")) {
      Files.writeString(dir.resolve(BASE + suffix), "old" + suffix);
      Files.writeString(dir.resolve(BASE + suffix + ".cleaned"), "new" + suffix);
    }
    return new GroupReplacement(
        dir, List.of(new Segment(dir, 0, 7, 9, 13, false, 1_000)), List.of(0L), 60);
  }

  @Test
  void swap_revokedAtTheEndOfStepOne_commitIsRefusedAndTheOldIsWhole() throws IOException {
    FileSystem disk =
        HookedDisk.with(
            (operation, path) -> {
              if (operation.equals("syncDir")) {
                lease.revoke();
              }
            });
    SegmentSwap swap = new SegmentSwap(disk, held);
    GroupReplacement group = group();

    assertThatThrownBy(() -> swap.replace(group)).isInstanceOf(LeaseRevokedException.class);

    assertThat(dir.resolve(BASE + ".log")).hasContent("old.log");
    try (var files = Files.list(dir)) {
      assertThat(files).noneMatch(path -> path.toString().matches(".*\\.(swap|deleted)"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {".log.cleaned", ".timeindex.cleaned", ".log", ".log.swap"})
  void swap_revokedFromTheCommitOn_isTooLateAndTheSwapIsFinished(String renamed)
      throws IOException {
    AtomicBoolean asked = new AtomicBoolean();
    FileSystem disk =
        HookedDisk.with(
            (operation, path) -> {
              if (operation.equals("rename") && path.toString().endsWith(BASE + renamed)) {
                assertThat(lease.revoke()).isFalse();
                asked.set(true);
              }
            });

    new SegmentSwap(new LeasedFileSystem(disk, held), held).replace(group());
    held.settled();

    assertThat(asked).isTrue();
    assertThat(dir.resolve(BASE + ".log")).hasContent("new.log");
    try (var files = Files.list(dir)) {
      assertThat(files).hasSize(3);
    }
    assertThat(lease.revoke()).as("once it is settled").isTrue();
  }
}
