// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.swap;

import io.kleaner.core.oracle.KafkaOracle;
import io.kleaner.core.oracle.ScriptedLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/** Partitions whose cleaning commits in different ways, each written by Kafka's own log. */
enum CrashScenario {
  /** All in one group. */
  ONE_GROUP("1048576") {
    @Override
    void write(ScriptedLog log) throws IOException {
      log.put("a", "1").put("b", "1").put("c", "1").roll();
      log.put("a", "2").put("b", "2").roll();
      log.put("a", "3");
    }
  },

  /** Groups of one segment each; nothing changes in the second of three. */
  UNTOUCHED_BETWEEN("400") {
    @Override
    void write(ScriptedLog log) throws IOException {
      log.put("a", VALUE).put("b", VALUE).roll();
      log.put("c", VALUE).put("d", VALUE).roll();
      log.put("a", VALUE + "2").put("e", VALUE).put("e", VALUE + "2").roll();
      log.put("z", "1");
    }
  },

  /** A group of which nothing is left but an empty segment. */
  EMPTIED_GROUP("400") {
    @Override
    void write(ScriptedLog log) throws IOException {
      log.put("a", VALUE).put("b", VALUE).roll();
      log.put("a", VALUE + "2").put("b", VALUE + "2").roll();
      log.put("a", VALUE + "3").put("b", VALUE + "3").roll();
      log.put("z", "1");
    }
  },

  /** Old formats that grow beyond the segment's size when they are converted. */
  ROLLED_OUTPUT("500") {
    @Override
    void write(ScriptedLog log) throws IOException {
      log.magic(1);
      for (int i = 0; i < 12; i++) {
        log.put("key" + i, "v" + i);
      }
      log.roll();
      log.magic(2).put("key0", "new").roll();
      log.put("z", "1");
    }
  },

  /** A value, its tombstone and a transaction's records and marker lie in different groups. */
  TRANSACTIONS_AND_TOMBSTONES("500") {
    @Override
    void write(ScriptedLog log) throws IOException {
      log.put("gone", VALUE).put("kept", VALUE).transactional(7, "kept", "aborted").roll();
      log.put("gone", null).abort(7).transactional(7, "done", VALUE).commit(7).roll();
      log.transactional(8, "gone", "aborted").put("other", VALUE).abort(8).roll();
      log.put("kept", VALUE + "2").idempotent(9, "other", VALUE).roll();
      log.put("z", "1");
    }

    @Override
    void prepare(Path logDir) throws IOException {
      // A first clean stamps the tombstone and the markers; the crash comes in the one that drops.
      KafkaOracle.cleanAsScheduled(
          ScriptedLog.partition(logDir),
          new KafkaOracle.Round(config(), 0, 16, ScriptedLog.TIME_MS));
      try (ScriptedLog log = ScriptedLog.in(logDir, config())) {
        log.put("kept", VALUE + "3").put("done", VALUE + "2").roll();
        log.put("z", "2");
      }
    }
  },

  /** A value and its due tombstone in segments of their own, of which nothing is left. */
  TRAILING_SEGMENTS("400") {
    @Override
    void write(ScriptedLog log) throws IOException {
      log.put("kept", "1").roll();
      log.put("gone", VALUE).roll();
      log.stampedTombstone("gone").roll();
      log.put("b", VALUE).put("c", VALUE).roll();
      log.put("z", "1");
    }
  },

  /** A transaction index of which nothing is left: what was aborted went in the clean before. */
  TRANSACTION_INDEX_ENDS("1048576") {
    @Override
    void write(ScriptedLog log) throws IOException {
      log.put("a", "1").transactional(7, "a", "aborted").abort(7).roll();
      log.put("b", "1").put("b", "2").roll();
      log.transactional(7, "z", "1").commit(7);
    }

    @Override
    void prepare(Path logDir) throws IOException {
      KafkaOracle.cleanAsScheduled(
          ScriptedLog.partition(logDir),
          new KafkaOracle.Round(config(), 0, 7, ScriptedLog.TIME_MS));
    }
  },

  /**
   * A group of which nothing is left, and whose old segment has a transaction index: a crash of the
   * peer let it outlive the clean that emptied it. The same producer commits later.
   */
  EMPTIED_TRANSACTION("400") {
    @Override
    void write(ScriptedLog log) throws IOException {
      log.transactional(7, "a", "aborted").abort(7).roll();
      log.transactional(7, "d", VALUE).put("c", VALUE).commit(7).roll();
      log.put("z", "1");
    }

    @Override
    void prepare(Path logDir) throws IOException {
      Path partition = ScriptedLog.partition(logDir);
      Path index = partition.resolve(FIRST + ".txnindex");
      byte[] entries = Files.readAllBytes(index);
      KafkaOracle.Round round = new KafkaOracle.Round(config(), 0, 6, ScriptedLog.TIME_MS);
      KafkaOracle.clean(partition, round, 0, 5);
      KafkaOracle.clean(partition, round, 0, 5);
      Files.write(index, entries, StandardOpenOption.CREATE_NEW);
    }
  },

  /**
   * No memory for a bit of any record or batch: they are spilled, beside groups that are swapped.
   */
  SPILLED_BITS("400") {
    @Override
    void write(ScriptedLog log) throws IOException {
      log.put("a", VALUE).put("b", null).roll();
      log.put("c", VALUE).put("d", VALUE).roll();
      log.put("a", VALUE + "2").put("e", null).put("e", VALUE + "2").roll();
      log.put("z", "1");
    }
  },

  /** What another clean, killed at different moments, left lying about. */
  LEFTOVERS("1048576") {
    @Override
    void write(ScriptedLog log) throws IOException {
      ONE_GROUP.write(log);
    }

    @Override
    void prepare(Path logDir) throws IOException {
      Path partition = ScriptedLog.partition(logDir);
      byte[] first = Files.readAllBytes(partition.resolve(FIRST + ".log"));
      Files.write(partition.resolve(FIRST + ".log.cleaned"), new byte[0]);
      Files.write(partition.resolve(FIRST + ".index.cleaned"), new byte[10]);
      Files.write(partition.resolve(FIRST + ".txnindex.cleaned"), new byte[0]);
      Files.write(partition.resolve(FIRST + ".log.swap"), first);
      Files.write(partition.resolve("00000000000000000001.log.deleted"), first);
    }
  };

  static final String FIRST = "00000000000000000000";
  private static final String VALUE =
      "a value of some sixty bytes, so that segments fill up quickly";
  private static final long RETENTION_MS = 60_000;

  private final String segmentBytes;

  CrashScenario(String segmentBytes) {
    this.segmentBytes = segmentBytes;
  }

  abstract void write(ScriptedLog log) throws IOException;

  /**
   * Whether a clean cut short and begun anew ends at once where one that was not ends. With
   * transactions it takes one more: a marker is stamped when the records that it aborts are gone.
   */
  boolean isCleanedTheSameTwice() {
    return this != TRANSACTIONS_AND_TOMBSTONES
        && this != TRANSACTION_INDEX_ENDS
        && this != EMPTIED_TRANSACTION;
  }

  /** Whether there is no memory for bits. */
  boolean spillsBits() {
    return this == SPILLED_BITS;
  }

  /** What happened to the directory before the clean that crashes. */
  void prepare(Path logDir) throws IOException {
    // Nothing, mostly.
  }

  /** The topic's settings. */
  Map<String, String> config() {
    return Map.of(
        "segment.bytes", segmentBytes, "delete.retention.ms", String.valueOf(RETENTION_MS));
  }

  /** When the clean that crashes takes place. */
  long nowMs() {
    return ScriptedLog.TIME_MS + RETENTION_MS;
  }

  /** Writes the log directory. */
  void create(Path logDir) throws IOException {
    Files.createDirectories(logDir);
    try (ScriptedLog log = ScriptedLog.in(logDir, config())) {
      write(log);
    }
    prepare(logDir);
  }
}
