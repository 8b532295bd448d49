// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.oracle;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.apache.kafka.storage.internals.log.LogDirFailureChannel;
import org.apache.kafka.storage.internals.log.ProducerStateManagerConfig;
import org.apache.kafka.storage.internals.log.UnifiedLog;
import org.apache.kafka.storage.log.metrics.BrokerTopicStats;

/** A partition directory opened by Kafka's own code, in place. */
public final class KafkaLog implements AutoCloseable {

  /** {@code segment.bytes} below the minimum of Kafka 4 goes by this name there. */
  private static final String INTERNAL_SEGMENT_BYTES = "internal.segment.bytes";

  private static final String SEGMENT_BYTES = "segment.bytes";
  private static final int LEAST_SEGMENT_BYTES = 1024 * 1024;
  private static final int MAX_TRANSACTION_TIMEOUT_MS = 900_000;
  private static final int PRODUCER_EXPIRATION_MS = 86_400_000;
  private static final int EXPIRATION_CHECK_MS = 600_000;

  private final UnifiedLog log;

  private KafkaLog(UnifiedLog log) {
    this.log = log;
  }

  /**
   * Loads a partition as a broker does when it starts.
   *
   * @param config the topic's, by Kafka's key names
   * @param nowMs decides which producers have expired
   * @param cleanShutdown whether the files are trusted; if not, indexes are rebuilt and the log is
   *     cut at its first bad batch
   */
  public static KafkaLog open(
      Path dir, Map<String, String> config, long logStartOffset, long nowMs, boolean cleanShutdown)
      throws IOException {
    return new KafkaLog(
        UnifiedLog.create(
            dir.toFile(),
            logConfig(config),
            logStartOffset,
            0,
            new InlineScheduler(),
            new BrokerTopicStats(),
            new FrozenTime(nowMs),
            MAX_TRANSACTION_TIMEOUT_MS,
            new ProducerStateManagerConfig(PRODUCER_EXPIRATION_MS, false),
            EXPIRATION_CHECK_MS,
            new LogDirFailureChannel(1),
            cleanShutdown,
            Optional.empty()));
  }

  private static LogConfig logConfig(Map<String, String> config) {
    Properties properties = new Properties();
    properties.put("cleanup.policy", "compact");
    properties.put("file.delete.delay.ms", "0");
    properties.put("min.cleanable.dirty.ratio", "0");
    properties.put("segment.ms", String.valueOf(Long.MAX_VALUE));
    properties.putAll(config);
    String segmentBytes = properties.getProperty(SEGMENT_BYTES);
    if (segmentBytes != null && Long.parseLong(segmentBytes) < LEAST_SEGMENT_BYTES) {
      properties.remove(SEGMENT_BYTES);
      properties.put(INTERNAL_SEGMENT_BYTES, segmentBytes);
    }
    return new LogConfig(properties);
  }

  /** The log, valid until closed. */
  public UnifiedLog log() {
    return log;
  }

  @Override
  public void close() throws IOException {
    log.close();
  }
}
