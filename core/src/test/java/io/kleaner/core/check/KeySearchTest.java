// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.check;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kleaner.core.check.KeySearch.Match;
import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.oracle.ScriptedLog;
import io.kleaner.core.pace.CancelToken;
import io.kleaner.core.pace.CancelledException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeySearchTest {

  private static final String FIRST = "00000000000000000000";
  private static final long PREALLOCATED_BYTES = 256L << 20;
  private static final int LENGTH = 8;
  private static final int MAGIC = 16;

  @TempDir private Path temp;

  @ParameterizedTest
  @CsvSource({
    "0, none",
    "1, none",
    "1, gzip",
    "1, snappy",
    "1, lz4",
    "2, none",
    "2, gzip",
    "2, snappy",
    "2, lz4",
    "2, zstd"
  })
  void search_everyFormatAndCodec_findsEachRecordOfTheKeyAndNoOther(int magic, String codec)
      throws IOException {
    Path dir = temp.resolve("data");
    try (ScriptedLog log = ScriptedLog.in(dir, Map.of())) {
      log.magic(magic).codec(codec);
      log.put("a", "1").put("ab", "2").batch(new String[] {"b", "a"}, new String[] {"3", "4"});
      log.roll().put("a", "5").put("b", null);
    }

    KeySearch.Result a = search(dir, "a");
    assertThat(a.newest()).contains(new Match(4, true));
    assertThat(a.earlierValueOffsets()).containsExactly(0L, 3L);
    assertThat(a.provesNoEarlierValue()).isFalse();
    assertThat(a.readFrom()).isZero();
    assertThat(a.readEnd()).isEqualTo(6);
    assertThat(a.activeFrom()).isEqualTo(4);
    KeySearch.Result b = search(dir, "b");
    assertThat(b.newest()).contains(new Match(5, false));
    assertThat(b.earlierValueOffsets()).containsExactly(2L);
    KeySearch.Result none = search(dir, "abc");
    assertThat(none.newest()).isEmpty();
    assertThat(none.provesNoEarlierValue()).isTrue();
  }

  @Test
  void search_earlierTombstones_areNoValues() throws IOException {
    Path dir = temp.resolve("data");
    try (ScriptedLog log = ScriptedLog.in(dir, Map.of())) {
      log.put("a", null).put("a", null);
    }

    assertThat(search(dir, "a").provesNoEarlierValue()).isTrue();
  }

  @Test
  void search_abortedRecord_countsForItsBytesAreThere() throws IOException {
    Path dir = temp.resolve("data");
    try (ScriptedLog log = ScriptedLog.in(dir, Map.of())) {
      log.transactional(7, "a", "secret").abort(7).put("a", null);
    }

    assertThat(search(dir, "a").earlierValueOffsets()).containsExactly(0L);
  }

  @Test
  void search_brokenBatch_provesNothing() throws IOException {
    Path dir = temp.resolve("data");
    try (ScriptedLog log = ScriptedLog.in(dir, Map.of())) {
      log.put("b", "1").put("b", "2").roll().put("c", "3");
    }
    Path file = ScriptedLog.partition(dir).resolve(FIRST + ".log");
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 1] ^= 1;
    Files.write(file, bytes);

    KeySearch.Result result = search(dir, "a");

    assertThat(result.unread()).singleElement().asString().contains(FIRST, "CRC mismatch");
    assertThat(result.provesNoEarlierValue()).isFalse();
  }

  @Test
  void search_appendInProgress_readsUpToIt() throws IOException {
    Path dir = temp.resolve("data");
    try (ScriptedLog log = ScriptedLog.in(dir, Map.of())) {
      log.put("a", "1");
    }
    Path file = ScriptedLog.partition(dir).resolve(FIRST + ".log");
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, java.util.Arrays.copyOf(bytes, 30), StandardOpenOption.APPEND);

    KeySearch.Result result = search(dir, "a");

    assertThat(result.unread()).isEmpty();
    assertThat(result.readEnd()).isEqualTo(1);
  }

  /** As a broker with {@code log.preallocate} has it. */
  @Test
  void search_activeSegmentPreallocated_readsUpToTheZeros() throws IOException {
    Path dir = temp.resolve("data");
    try (ScriptedLog log = ScriptedLog.in(dir, Map.of())) {
      log.put("a", "1");
    }
    Path file = ScriptedLog.partition(dir).resolve(FIRST + ".log");
    try (RandomAccessFile active = new RandomAccessFile(file.toFile(), "rw")) {
      active.setLength(PREALLOCATED_BYTES);
    }

    KeySearch.Result result = search(dir, "a");

    assertThat(result.unread()).isEmpty();
    assertThat(result.readEnd()).isEqualTo(1);
    assertThat(result.provesNoEarlierValue()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void search_lengthDamagedBeforeWholeBatches_provesNothing(boolean active) throws IOException {
    Path dir = temp.resolve("data");
    try (ScriptedLog log = ScriptedLog.in(dir, Map.of())) {
      log.put("b", "1").put("a", "secret").put("a", "new");
      if (!active) {
        log.roll().put("c", "3");
      }
    }
    Path file = ScriptedLog.partition(dir).resolve(FIRST + ".log");
    byte[] bytes = Files.readAllBytes(file);
    bytes[LENGTH] ^= 0x10;
    Files.write(file, bytes);

    KeySearch.Result result = search(dir, "a");

    assertThat(result.unread()).singleElement().asString().contains("from byte 0 on", "truncated");
    assertThat(result.provesNoEarlierValue()).isFalse();
  }

  /** They may have been a batch, and are not what an append under way leaves. */
  @Test
  void search_bytesAtTheEndThatBeginNoBatch_proveNothing() throws IOException {
    Path dir = temp.resolve("data");
    try (ScriptedLog log = ScriptedLog.in(dir, Map.of())) {
      log.put("b", "1").put("b", "2");
    }
    Path file = ScriptedLog.partition(dir).resolve(FIRST + ".log");
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2 + MAGIC] = 9;
    Files.write(file, bytes);

    KeySearch.Result result = search(dir, "a");

    assertThat(result.unread())
        .singleElement()
        .asString()
        .contains("from byte " + bytes.length / 2 + " on", "unknown magic 9");
    assertThat(result.provesNoEarlierValue()).isFalse();
  }

  @Test
  void search_replacedFileStillOnDisk_provesNothing() throws IOException {
    Path dir = temp.resolve("data");
    try (ScriptedLog log = ScriptedLog.in(dir, Map.of())) {
      log.put("a", "1");
    }
    Files.createFile(ScriptedLog.partition(dir).resolve(FIRST + ".log.deleted"));

    KeySearch.Result result = search(dir, "b");

    assertThat(result.retired()).containsExactly(FIRST + ".log.deleted");
    assertThat(result.provesNoEarlierValue()).isFalse();
  }

  @Test
  void search_cancelled_stops() throws IOException {
    Path dir = temp.resolve("data");
    try (ScriptedLog log = ScriptedLog.in(dir, Map.of())) {
      log.put("a", "1");
    }
    CancelToken token = new CancelToken();
    token.cancel();
    try (KeySearch search =
        new KeySearch(new LocalFileSystem(), "a".getBytes(UTF_8), 1 << 20, token)) {
      assertThatThrownBy(() -> search.search(ScriptedLog.partition(dir)))
          .isInstanceOf(CancelledException.class);
    }
  }

  private static KeySearch.Result search(Path logDir, String key) throws IOException {
    try (KeySearch search =
        new KeySearch(new LocalFileSystem(), key.getBytes(UTF_8), 1 << 20, new CancelToken())) {
      return search.search(ScriptedLog.partition(logDir));
    }
  }
}
