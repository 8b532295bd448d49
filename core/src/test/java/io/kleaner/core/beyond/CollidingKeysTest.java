// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.beyond;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two keys with the same MD5 are one key to Kafka's cleaner, and two to ours. */
class CollidingKeysTest {

  /** The pair that Wang, Feng, Lai and Yu published in 2004. */
  private static final byte[] ONE =
      HexFormat.of()
          .parseHex(
              "d131dd02c5e6eec4693d9a0698aff95c2fcab58712467eab4004583eb8fb7f89"
                  + "55ad340609f4b30283e488832571415a085125e8f7cdc99fd91dbdf280373c5b"
                  + "d8823e3156348f5bae6dacd436c919c6dd53e2b487da03fd02396306d248cda0"
                  + "e99f33420f577ee8ce54b67080a80d1ec69821bcb6a8839396f9652b6ff72a70");

  private static final byte[] OTHER =
      HexFormat.of()
          .parseHex(
              "d131dd02c5e6eec4693d9a0698aff95c2fcab50712467eab4004583eb8fb7f89"
                  + "55ad340609f4b30283e4888325f1415a085125e8f7cdc99fd91dbd7280373c5b"
                  + "d8823e3156348f5bae6dacd436c919c6dd53e23487da03fd02396306d248cda0"
                  + "e99f33420f577ee8ce54b67080280d1ec69821bcb6a8839396f965ab6ff72a70");

  @TempDir private Path temp;

  @Test
  void run_keysOfEqualMd5_bothKept() throws Exception {
    assertThat(ONE).isNotEqualTo(OTHER);
    assertThat(MessageDigest.getInstance("MD5").digest(ONE))
        .isEqualTo(MessageDigest.getInstance("MD5").digest(OTHER));
    SideBySide logs =
        new SideBySide(
            temp, Map.of(), log -> log.put(ONE, new byte[] {1}).put(OTHER, new byte[] {2}));

    logs.cleanByKafka();
    logs.cleaning().run(logs.ours()).stats();

    assertThat(SideBySide.records(logs.kafkas())).hasSize(2).noneMatch(it -> it.startsWith("0 "));
    assertThat(SideBySide.records(logs.ours())).hasSize(3).anyMatch(it -> it.startsWith("0 "));
  }
}
