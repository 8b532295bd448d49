// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import io.kleaner.core.oracle.ScriptedLog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** A partition with more keys than a mebibyte of memory has room for. */
final class ManyKeys {

  private static final int KEYS = 160_000;
  private static final int BATCH = 4_000;

  private ManyKeys() {}

  /** Writes it, and returns its directory. */
  static Path in(Path logDir) throws IOException {
    try (ScriptedLog log = ScriptedLog.in(logDir, Map.of("segment.bytes", "1048576"))) {
      for (int i = 0; i < KEYS; i += BATCH) {
        String[] keys = new String[BATCH];
        String[] values = new String[BATCH];
        for (int j = 0; j < BATCH; j++) {
          keys[j] = String.format("key-%010d", i + j - (j % 5 == 0 ? i / 2 : 0));
          values[j] = "v";
        }
        log.batch(keys, values);
      }
      log.roll();
    }
    return ScriptedLog.partition(logDir);
  }
}
