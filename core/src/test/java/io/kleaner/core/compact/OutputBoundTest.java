// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.io.FaultyFileSystem;
import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.oracle.ScriptedLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How much a clean may write is known before it writes: else a full disk ends it in the middle. */
class OutputBoundTest {

  private static final int RECORDS = 500;

  @TempDir private Path temp;
  private Path partition;
  private final Map<String, String> config = new HashMap<>();

  @ParameterizedTest
  @CsvSource({
    // The smallest messages grow most; an index entry for every batch, and many outputs.
    "0, none, 100000, 0",
    "0, none, 4000, 0",
    "1, none, 100000, 0",
    "1, none, 4000, 4096",
    "0, gzip, 100000, 0",
    "2, none, 100000, 0",
    "2, none, 4000, 0",
  })
  void run_recordsThatAllSurvive_needNoMoreThanWasAskedFor(
      int magic, String codec, int segmentBytes, int interval) throws IOException {
    write(magic, codec, segmentBytes, interval);
    long old = cleanedBytes("\\.log");

    long asked = askedFor();
    clean(asked).stats();

    assertThat(cleanedBytes("\\.(log|index|timeindex)")).isLessThanOrEqualTo(asked);
    if (magic < 2 && codec.equals("none")) {
      assertThat(cleanedBytes("\\.log")).as("what an old bound allowed").isGreaterThan(2 * old);
    }
  }

  private void write(int magic, String codec, int segmentBytes, int interval) throws IOException {
    config.put("segment.bytes", String.valueOf(segmentBytes));
    config.put("index.interval.bytes", String.valueOf(interval));
    try (ScriptedLog log = ScriptedLog.in(temp, Map.of())) {
      log.magic(magic).codec(codec);
      for (int i = 0; i < RECORDS; i++) {
        log.put(new byte[] {(byte) i, (byte) (i >> 8)}, null);
      }
      log.roll().magic(2).put("z", "1");
    }
    partition = ScriptedLog.partition(temp);
  }

  /** What it says when there is no room at all. */
  private long askedFor() throws IOException {
    Cleaning.Result refused = clean(0);
    Matcher number = Pattern.compile("needs up to (\\d+) bytes").matcher(refused.message());
    assertThat(number.find()).as(refused.message()).isTrue();
    return Long.parseLong(number.group(1));
  }

  private Cleaning.Result clean(long usableBytes) throws IOException {
    Cleaning cleaning = Cleaning.at(ScriptedLog.TIME_MS).keepTombstones();
    config.forEach(cleaning::config);
    return cleaning
        .on(
            new FaultyFileSystem(new LocalFileSystem(), (op, number, path) -> {})
                .usable(usableBytes))
        .run(partition);
  }

  /** Bytes of the files that belong to the segments below the active one. */
  private long cleanedBytes(String suffix) throws IOException {
    Pattern name = Pattern.compile("(\\d{20})" + suffix);
    long sum = 0;
    try (Stream<Path> files = Files.list(partition)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Matcher matcher = name.matcher(file.getFileName().toString());
        if (matcher.matches() && Long.parseLong(matcher.group(1)) < RECORDS) {
          sum += Files.size(file);
        }
      }
    }
    return sum;
  }
}
