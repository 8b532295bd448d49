// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A file that is made durable while it is written. */
class SyncBehindTest {

  @TempDir private Path temp;
  private final Queue<Runnable> tasks = new ArrayDeque<>();

  private FileChannel channel() throws IOException {
    return FileChannel.open(
        temp.resolve("file"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
  }

  @Test
  void begin_whileAtIt_oneTask() throws IOException {
    try (FileChannel channel = channel()) {
      SyncBehind behind = new SyncBehind(channel, tasks::add);
      behind.begin();
      behind.begin();
      assertThat(tasks).hasSize(1);

      tasks.remove().run();
      behind.begin();

      assertThat(tasks).hasSize(1);
    }
  }

  @Test
  void await_failedBefore_saysSoEveryTime() throws IOException {
    FileChannel channel = channel();
    SyncBehind behind = new SyncBehind(channel, tasks::add);
    behind.begin();
    channel.close();
    tasks.remove().run();

    assertThatThrownBy(behind::await)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("could not be made durable");
    behind.begin();
    assertThat(tasks).isEmpty();
    assertThatThrownBy(behind::await).isInstanceOf(IOException.class);
  }

  @Test
  void await_nobodyToDoIt_returns() throws IOException {
    try (FileHandle file = new LocalFileSystem().create(temp.resolve("plain"))) {
      file.write(ByteBuffer.wrap(new byte[] {1}), 0);
      file.syncSoon();

      assertThatCode(file::sync).doesNotThrowAnyException();
    }
  }

  @ParameterizedTest
  @MethodSource("noThread")
  void await_noThreadToDoIt_returnsAndTriesAgainLater(Executor syncs) throws IOException {
    AtomicInteger asked = new AtomicInteger();
    try (FileChannel channel = channel()) {
      SyncBehind behind =
          new SyncBehind(
              channel,
              task -> {
                asked.incrementAndGet();
                syncs.execute(task);
              });
      behind.begin();
      assertThatCode(behind::await).doesNotThrowAnyException();
      behind.begin();
    }
    assertThat(asked).hasValue(2);
  }

  static Stream<Executor> noThread() {
    return Stream.of(
        task -> {
          throw new OutOfMemoryError("unable to create native thread");
        },
        task -> {
          throw new RejectedExecutionException("shut down");
        });
  }

  @Test
  void sync_underWay_waitsForIt() throws Exception {
    ExecutorService one = Executors.newSingleThreadExecutor();
    CountDownLatch mayRun = new CountDownLatch(1);
    try (FileHandle file =
        new LocalFileSystem(
                task ->
                    one.execute(
                        () -> {
                          awaitLatch(mayRun);
                          task.run();
                        }))
            .create(temp.resolve("waits"))) {
      file.write(ByteBuffer.wrap(new byte[] {1}), 0);
      file.syncSoon();
      Thread owner = new Thread(() -> sync(file));
      owner.start();
      while (owner.getState() != Thread.State.WAITING) {
        assertThat(owner.isAlive()).isTrue();
        Thread.onSpinWait();
      }

      mayRun.countDown();
      owner.join();

      assertThat(Files.size(temp.resolve("waits"))).isEqualTo(1);
    } finally {
      one.shutdownNow();
    }
  }

  private static void awaitLatch(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void sync(FileHandle file) {
    try {
      file.sync();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
