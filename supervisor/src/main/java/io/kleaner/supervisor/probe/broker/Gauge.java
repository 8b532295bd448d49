// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

/**
 * The stock gauges of a broker's cleaner, by the names of their MBeans. Which of them there are
 * depends on the release; 3.6.0 to 3.8.0 lose them when the cleaner is restarted (KAFKA-16574).
 */
public enum Gauge {
  /** Since 2.4; misses hung threads, and is 0 after every restart of the cleaner. */
  DEAD_THREAD_COUNT("kafka.log:type=LogCleaner,name=DeadThreadCount", "Value"),
  CLEANER_RECOPY_PERCENT("kafka.log:type=LogCleaner,name=cleaner-recopy-percent", "Value"),
  MAX_BUFFER_UTILIZATION_PERCENT(
      "kafka.log:type=LogCleaner,name=max-buffer-utilization-percent", "Value"),
  /** Hugely negative before a first clean, which is no sign of anything. */
  MAX_CLEAN_TIME_SECS("kafka.log:type=LogCleaner,name=max-clean-time-secs", "Value"),
  /** Since 2.3. */
  MAX_COMPACTION_DELAY_SECS("kafka.log:type=LogCleaner,name=max-compaction-delay-secs", "Value"),
  /** Skips partitions in progress and uncleanable ones, and freezes when all threads are dead. */
  MAX_DIRTY_PERCENT("kafka.log:type=LogCleanerManager,name=max-dirty-percent", "Value"),
  /** Since 0.10.2; any one thread refreshes it, so it hides one dead of several. */
  TIME_SINCE_LAST_RUN_MS("kafka.log:type=LogCleanerManager,name=time-since-last-run-ms", "Value"),
  OFFLINE_LOG_DIRECTORY_COUNT("kafka.log:type=LogManager,name=OfflineLogDirectoryCount", "Value"),
  /** How many records without a key the broker refused for compacted topics since it started. */
  NO_KEY_COMPACTED_TOPIC_RECORDS(
      "kafka.server:type=BrokerTopicMetrics,name=NoKeyCompactedTopicRecordsPerSec", "Count"),
  /** How far the broker is behind the cluster's metadata; grows when a lever got stuck. */
  METADATA_APPLIED_LAG_MS(
      "kafka.server:type=broker-metadata-metrics", "last-applied-record-lag-ms");

  private final String objectName;
  private final String attribute;

  Gauge(String objectName, String attribute) {
    this.objectName = objectName;
    this.attribute = attribute;
  }

  /** The MBean that has it. */
  public String objectName() {
    return objectName;
  }

  /** The attribute of the MBean that is its value. */
  public String attribute() {
    return attribute;
  }
}
