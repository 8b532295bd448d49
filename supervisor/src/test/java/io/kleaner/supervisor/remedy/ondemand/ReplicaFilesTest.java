// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.ondemand;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.oracle.ScriptedLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What lies below the offset that was the log end: what is appended later is none of it. */
class ReplicaFilesTest {

  private static final String SECOND = "00000000000000000003.log";

  @TempDir private Path before;
  @TempDir private Path after;

  private static long below(Path logDir, long end) throws IOException {
    return ReplicaFiles.read(new LocalFileSystem(), ScriptedLog.partition(logDir), end)
        .orElseThrow()
        .bytesBelowEnd();
  }

  private static long all(Path logDir) throws IOException {
    long bytes = 0;
    try (var logs = Files.newDirectoryStream(ScriptedLog.partition(logDir), "*.log")) {
      for (Path log : logs) {
        bytes += Files.size(log);
      }
    }
    return bytes;
  }

  private static ScriptedLog write(Path dir) throws IOException {
    ScriptedLog log = ScriptedLog.in(dir, Map.of("cleanup.policy", "compact"));
    log.put("a", "1").put("b", "2").put("a", "3").roll();
    for (int i = 3; i < 200; i++) {
      log.put("key-" + i, "value " + i);
    }
    return log;
  }

  @Test
  void read_appendedAndRolledSince_countsTheSame() throws IOException {
    try (ScriptedLog log = write(before)) {
      log.put("last", "before");
    }
    try (ScriptedLog log = write(after)) {
      log.put("last", "before");
      for (int i = 0; i < 500; i++) {
        log.put("appended " + i, "later");
      }
      log.roll().put("in another segment", "later");
    }

    assertThat(below(before, 201)).isEqualTo(all(before));
    assertThat(below(after, 201)).isEqualTo(all(before));
    assertThat(below(after, 702)).isEqualTo(all(after));
    assertThat(below(after, 0)).isZero();
  }

  @Test
  void read_appendUnderWay_countsWhatIsWhole() throws IOException {
    try (ScriptedLog log = write(before)) {
      log.put("last", "before");
    }
    long whole = all(before);
    Files.write(
        ScriptedLog.partition(before).resolve(SECOND), new byte[40], StandardOpenOption.APPEND);

    assertThat(below(before, 201)).isEqualTo(whole);
  }
}
