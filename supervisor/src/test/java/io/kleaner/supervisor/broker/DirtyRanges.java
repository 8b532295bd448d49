// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.broker;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Topics of two partitions that the cleaner is kept from, each with short sealed segments that are
 * all dirty; and what the next clean of them stumbles over. What spoils files is for a broker that
 * was stopped. Not thread-safe.
 */
public final class DirtyRanges implements AutoCloseable {

  /** Of each segment; each begins at a multiple of it. */
  public static final int RECORDS = 60;

  private static final int VALUE_BYTES = 1_000;
  private static final long HOUR_MS = 3_600_000;
  private static final int SEALED = 3;

  private final BrokerJvm broker;
  private final TestTopics topics;
  private final KeyedWriter writer;
  private final long nowMs = System.currentTimeMillis();

  /** Of a broker that runs. */
  public DirtyRanges(BrokerJvm broker) {
    this.broker = broker;
    this.topics = new TestTopics(broker.bootstrap(), List.of(List.of(1), List.of(1)));
    this.writer = new KeyedWriter(broker.bootstrap());
  }

  /** A sound one: three sealed segments and an active one in each partition. */
  public void create(String topic) throws Exception {
    create(topic, RECORDS, VALUE_BYTES);
  }

  /**
   * The same with one record of a size in place of the third segment of partition 1, and a limit
   * for batches that was lowered below it afterwards.
   */
  public Incidents.Culprit withLargeBatch(String topic, int valueBytes, int limitBytes)
      throws Exception {
    create(topic, 1, valueBytes);
    topics.set(topic, "max.message.bytes", String.valueOf(limitBytes));
    return new Incidents.Culprit(topic, 1, 2 * RECORDS, 2 * RECORDS);
  }

  private void create(String topic, int thirdRecords, int thirdBytes) throws Exception {
    topics.create(
        topic,
        Map.of(
            "cleanup.policy",
            "compact",
            "min.cleanable.dirty.ratio",
            "1.0",
            "segment.ms",
            String.valueOf(HOUR_MS)));
    for (int partition = 0; partition < 2; partition++) {
      for (int segment = 0; segment <= SEALED; segment++) {
        boolean other = partition == 1 && segment == 2;
        writer.writeAt(
            topic,
            partition,
            nowMs - 2 * HOUR_MS * (SEALED + 1 - segment),
            other ? thirdRecords : RECORDS,
            other ? thirdBytes : VALUE_BYTES);
      }
    }
  }

  /** A bit of the first batch of the second segment of partition 1 is another one. */
  public Incidents.Culprit flipBit(String topic) throws IOException {
    SegmentHarm.FLIPPED_BIT.to(second(topic));
    return new Incidents.Culprit(topic, 1, RECORDS, RECORDS);
  }

  /** Garbage stands where the second batch of the second segment of partition 1 says its length. */
  public Incidents.Culprit breakLength(String topic) throws IOException {
    return new Incidents.Culprit(topic, 1, RECORDS, SegmentHarm.LENGTH.to(second(topic)));
  }

  private Path second(String topic) {
    return partition(topic).resolve(String.format(Locale.ROOT, "%020d.log", RECORDS));
  }

  private Path partition(String topic) {
    return broker.logDir().resolve(topic + "-1");
  }

  /** The last batch of the third segment of partition 1 is too far from its first offset. */
  public Incidents.Culprit widen(String topic) throws IOException {
    long moved = OffsetGap.widen(partition(topic), 2 * RECORDS, (long) SEALED * RECORDS);
    return new Incidents.Culprit(topic, 1, 2 * RECORDS, moved);
  }

  @Override
  public void close() {
    writer.close();
  }
}
