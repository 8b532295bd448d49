// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.broker;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Random;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/**
 * A topic whose clean keeps a cleaner thread at work, not in a read, for many seconds on any
 * machine: millions of records in few bytes.
 */
public final class LongClean {

  private static final int RECORDS_A_BATCH = 100_000;
  private static final int BATCHES = 100;
  private static final int KEYS = 1_000;

  private LongClean() {}

  /** Makes one that the cleaner is kept from. */
  public static void prepare(BrokerJvm broker, String topic) throws Exception {
    TestTopics topics = new TestTopics(broker.bootstrap());
    topics.createCompacted(topic);
    topics.cleanable(topic, false);
    MemoryRecords batch = batch();
    for (int i = 0; i < BATCHES; i++) {
      RawProduce.send(broker.bootstrap(), topic, null, batch);
    }
  }

  private static MemoryRecords batch() {
    Random random = new Random(11);
    long nowMs = System.currentTimeMillis();
    byte[] value = {'v'};
    SimpleRecord[] records = new SimpleRecord[RECORDS_A_BATCH];
    for (int i = 0; i < records.length; i++) {
      String key = String.format(Locale.ROOT, "k%03d", random.nextInt(KEYS));
      records[i] = new SimpleRecord(nowMs, key.getBytes(StandardCharsets.UTF_8), value);
    }
    return MemoryRecords.withRecords(Compression.gzip().build(), records);
  }
}
