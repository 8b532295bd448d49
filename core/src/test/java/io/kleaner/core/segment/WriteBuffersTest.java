// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kleaner.core.io.FaultyFileSystem;
import io.kleaner.core.io.FaultyFileSystem.Op;
import io.kleaner.core.io.FileHandle;
import io.kleaner.core.io.LocalFileSystem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is filled in turn gets to its place, whoever writes it. */
class WriteBuffersTest {

  @TempDir private Path temp;
  private final ExecutorService other = Executors.newSingleThreadExecutor();
  private final WriteBuffers one = of(1);
  private final WriteBuffers two = of(2);
  private Path path;
  private FileHandle file;

  @BeforeEach
  void create() throws IOException {
    path = temp.resolve("file");
    file = new LocalFileSystem().create(path);
  }

  @AfterEach
  void stop() throws IOException, InterruptedException {
    other.shutdownNow();
    assertThat(other.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
    file.close();
  }

  @Test
  void exchange_noOtherBuffer_isWrittenAtOnce() throws IOException {
    ByteBuffer next = one.exchange(file, filled(one, "abcd"), 0);

    assertThat(next.position()).isZero();
    assertThat(next.limit()).isEqualTo(4);
    assertThat(Files.readString(path)).isEqualTo("abcd");
  }

  @Test
  void exchange_anotherBuffer_isWrittenByWhoHasTime() throws IOException {
    ByteBuffer next = two.exchange(file, filled(two, "abcd"), 0);
    assertThat(Files.size(path)).isZero();

    next.put((byte) 'e').flip();
    next = two.exchange(file, next, 4);
    assertThat(Files.readString(path)).as("the second could not wait").isEqualTo("\0\0\0\0e");
    two.giveBack(next);
    two.write();

    assertThat(Files.readString(path)).isEqualTo("abcde");
  }

  @Test
  void settle_fullOnes_areWritten() throws IOException {
    two.giveBack(two.exchange(file, filled(two, "abcd"), 0));

    two.settle();

    assertThat(Files.readString(path)).isEqualTo("abcd");
  }

  @Test
  void settle_anotherIsWriting_waits() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    FileHandle slow =
        new FaultyFileSystem(
                new LocalFileSystem(),
                (op, number, written) -> {
                  if (op == Op.WRITE) {
                    begun.countDown();
                    await(goOn);
                  }
                })
            .openWrite(path);
    two.giveBack(two.exchange(slow, filled(two, "abcd"), 0));
    Future<?> writes =
        other.submit(
            () -> {
              two.write();
              return null;
            });
    await(begun);
    Thread settles = new Thread(this::settleTwo);
    settles.start();
    while (settles.getState() != Thread.State.WAITING && settles.isAlive()) {
      Thread.onSpinWait();
    }
    assertThat(settles.isAlive()).as("it waits for the other").isTrue();
    assertThat(Files.size(path)).isZero();

    goOn.countDown();
    settles.join();

    assertThat(Files.readString(path)).isEqualTo("abcd");
    writes.get();
    slow.close();
  }

  @Test
  void settle_anotherCouldNotWrite_fails() throws Exception {
    FileHandle closed = new LocalFileSystem().create(temp.resolve("closed"));
    closed.close();
    two.giveBack(two.exchange(closed, filled(two, "abcd"), 0));
    assertThatThrownBy(two::write).isInstanceOf(IOException.class);

    assertThatThrownBy(two::settle)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("not all of it could be written");
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(1, TimeUnit.MINUTES)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void settleTwo() {
    try {
      two.settle();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static WriteBuffers of(int count) {
    return new WriteBuffers(
        List.of(ByteBuffer.allocateDirect(4), ByteBuffer.allocateDirect(4)).subList(0, count));
  }

  private static ByteBuffer filled(WriteBuffers buffers, String text) {
    return buffers.take().put(text.getBytes(StandardCharsets.US_ASCII)).flip();
  }
}
