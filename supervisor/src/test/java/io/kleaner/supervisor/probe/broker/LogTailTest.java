// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kleaner.core.io.LocalFileSystem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogTailTest {

  @TempDir Path dir;
  private Path file;
  private LogTail tail;
  private final List<String> lines = new ArrayList<>();

  @BeforeEach
  void open() {
    file = dir.resolve("server.log");
    tail = new LogTail(new LocalFileSystem(), file, 1000);
  }

  @AfterEach
  void close() throws IOException {
    tail.close();
  }

  @Test
  void read_fileThatGrows_givesEachLineOnce() throws IOException {
    append("one\ntw");
    read();
    append("o\nthree\r\n");
    read();

    assertThat(lines).containsExactly("one", "two", "three");
  }

  @Test
  void read_longFile_beginsNearItsEndWithAWholeLine() throws IOException {
    append("x".repeat(5000) + "\nlast\n");
    read();

    assertThat(lines).containsExactly("last");
  }

  @Test
  void read_fileThatIsRotated_losesNoLine() throws IOException {
    append("one\n");
    read();
    append("two\n");
    Files.move(file, dir.resolve("server.log.1"));
    append("a new file, and longer than the one before\n");
    read();
    append("four\n");
    read();

    assertThat(lines)
        .containsExactly("one", "two", "a new file, and longer than the one before", "four");
  }

  /** What a logger does that rotates before it writes, after an hour of silence. */
  @Test
  void read_emptyFileThatIsRotated_goesOnWithTheNewOne() throws IOException {
    append("");
    read();
    Files.move(file, dir.resolve("server.log.1"));
    append("one\n");
    read();
    append("two\n");
    read();

    assertThat(lines).containsExactly("one", "two");
  }

  @Test
  void read_truncatedFileThatIsRotated_goesOnWithTheNewOne() throws IOException {
    append("one\n");
    read();
    Files.writeString(file, "");
    read();
    Files.move(file, dir.resolve("server.log.1"));
    append("two\n");
    read();

    assertThat(lines).containsExactly("one", "two");
  }

  @Test
  void read_emptyFileThatIsWrittenAndThenRotated_losesNoLine() throws IOException {
    append("");
    read();
    append("one\n");
    Files.move(file, dir.resolve("server.log.1"));
    append("two\n");
    read();
    read();

    assertThat(lines).containsExactly("one", "two");
  }

  /** What logrotate does by {@code create}: a logger goes on with the file that it has open. */
  @Test
  void read_renamedFileThatIsWrittenOn_goesOnUntilTheNewOneHasSomething() throws IOException {
    append("one\n");
    read();
    Path renamed = Files.move(file, dir.resolve("server.log.1"));
    Files.createFile(file);
    read();
    Files.writeString(renamed, "two\n", APPEND);
    read();
    append("three\n");
    read();

    assertThat(lines).containsExactly("one", "two", "three");
  }

  @Test
  void read_truncatedFileThatGrewBeyondWhereItWas_tellsNothingTwice() throws IOException {
    append("one\n");
    read();
    Files.writeString(file, "two\nthree\nfour\n");
    read();

    assertThat(lines).containsExactly("one", "two", "three", "four");
  }

  /** Who writes without appending leaves a hole where the truncated part was. */
  @Test
  void read_truncatedFileThatIsWrittenAtItsOldEnd_passesOverTheHole() throws IOException {
    append("one\n");
    read();
    try (FileChannel writer = FileChannel.open(file, WRITE)) {
      writer.truncate(0);
      read();
      writer.write(ByteBuffer.wrap("two\nthree\n".getBytes(UTF_8)), 4);
    }
    read();

    assertThat(lines).containsExactly("one", "two", "three");
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 600})
  void read_copyInTheFilesPlace_goesOnWhereItWas(int length) throws IOException {
    append("x".repeat(length - 1) + "\n");
    read();
    Path moved = Files.move(file, dir.resolve("elsewhere"));
    Files.copy(moved, file);
    append("two\n");
    read();
    append("three\n");
    read();

    assertThat(lines).containsExactly("x".repeat(length - 1), "two", "three");
  }

  @Test
  void read_newFileThatCannotBeRead_losesNothingOfTheOldOne() throws IOException {
    append("one\ntwo");
    read();
    Files.move(file, dir.resolve("server.log.1"));
    Files.createSymbolicLink(file, file);
    assertThatThrownBy(this::read).isInstanceOf(IOException.class);
    Files.delete(file);
    append("three\n");
    read();

    assertThat(lines).containsExactly("one", "two", "three");
  }

  @Test
  void read_linkToAnEmptyFileThatIsRotated_goesOnWithTheNewOne() throws IOException {
    Path target = Files.createFile(dir.resolve("target"));
    Files.createSymbolicLink(file, target);
    read();
    read();
    Files.move(target, dir.resolve("target.1"));
    Files.writeString(target, "one\n");
    read();

    assertThat(lines).containsExactly("one");
  }

  @Test
  void read_fileThatIsRotatedAndNotYetThere_goesOnWhenItIs() throws IOException {
    append("one\n");
    read();
    Files.move(file, dir.resolve("server.log.1"));
    read();
    append("two\n");
    read();

    assertThat(lines).containsExactly("one", "two");
  }

  @Test
  void read_fileThatIsTruncated_beginsAnew() throws IOException {
    append("one\ntwo\nthree\n");
    read();
    Files.writeString(file, "four\n");
    read();

    assertThat(lines).containsExactly("one", "two", "three", "four");
  }

  @Test
  void read_fileThatIsMissing_isReadOnceItComes() throws IOException {
    assertThatThrownBy(this::read).isInstanceOf(NoSuchFileException.class);
    append("one\n");
    read();

    assertThat(lines).containsExactly("one");
  }

  @Test
  void read_moreThanCanBeCaughtUpWith_isPassedOverAndCounted() throws IOException {
    append("one\n");
    read();
    append("y".repeat(3000) + "\ntwo\n");
    read();

    assertThat(lines).containsExactly("one", "two");
    assertThat(tail.skippedBytes()).isEqualTo(2005);
  }

  @Test
  void read_lineOfAnyLength_isCut() throws IOException {
    tail = new LogTail(new LocalFileSystem(), file, 1_000_000);
    append("z".repeat(100_000) + "\ntwo\n");
    read();

    assertThat(lines).hasSize(2);
    assertThat(lines.get(0)).hasSize(LogTail.MAX_LINE_BYTES);
    assertThat(lines.get(1)).isEqualTo("two");
  }

  private void append(String text) throws IOException {
    Files.writeString(file, text, CREATE, APPEND);
  }

  private void read() throws IOException {
    tail.read(lines::add);
  }
}
