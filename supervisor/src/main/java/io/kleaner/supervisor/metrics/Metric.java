// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.metrics;

import java.util.List;

/** The whole catalogue: names, kinds, labels and help, as Prometheus has them. */
public enum Metric {
  PARTITION_DIRTY_BYTES(
      "kleaner_partition_dirty_bytes",
      Kind.GAUGE,
      Labels.PARTITION,
      "Dirty bytes that could be cleaned."),
  PARTITION_DIRTY_RATIO(
      "kleaner_partition_dirty_ratio",
      Kind.GAUGE,
      Labels.PARTITION,
      "Dirty bytes of all cleanable bytes, 0 to 1."),
  PARTITION_SIZE_BYTES(
      "kleaner_partition_size_bytes", Kind.GAUGE, Labels.PARTITION, "Bytes of all logs."),
  PARTITION_LAST_CLEAN_TIMESTAMP_SECONDS(
      "kleaner_partition_last_clean_timestamp_seconds",
      Kind.GAUGE,
      Labels.PARTITION,
      "When the last clean by this process ended well; absent before the first."),
  PARTITION_RECLAIMABLE_BYTES(
      "kleaner_partition_reclaimable_bytes",
      Kind.GAUGE,
      Labels.PARTITION,
      "Estimate of what a clean would free: dirty bytes by the share that the last one freed;"
          + " absent before the first."),
  PARTITION_STATE(
      "kleaner_partition_state",
      Kind.GAUGE,
      "log_dir topic partition state",
      "1 for the state that the partition is in."),
  PARTITION_FIRST_DIRTY_OFFSET(
      "kleaner_partition_first_dirty_offset",
      Kind.GAUGE,
      Labels.PARTITION,
      "Where the last clean ended."),
  PARTITION_END_OFFSET(
      "kleaner_partition_end_offset", Kind.GAUGE, Labels.PARTITION, "The log end offset."),
  PARTITION_FAILURES(
      "kleaner_partition_failures",
      Kind.GAUGE,
      Labels.PARTITION,
      "Failures in a row; absent while there are none."),
  PARTITION_ELIGIBILITY(
      "kleaner_partition_eligibility",
      Kind.GAUGE,
      "log_dir topic partition reason",
      "1 for why the partition is, or is not, to be cleaned now, by the last look at it."),
  PARTITION_QUARANTINE(
      "kleaner_partition_quarantine",
      Kind.GAUGE,
      "log_dir topic partition reason",
      "1 for why the partition is left alone: refused, failed, killed, surroundings, by-hand,"
          + " stuck; absent if it is not."),
  PARTITION_PROGRESS_RATIO(
      "kleaner_partition_progress_ratio",
      Kind.GAUGE,
      Labels.PARTITION,
      "About how far the clean that runs is, 0 to 1; absent if none does."),
  PARTITIONS("kleaner_partitions", Kind.GAUGE, "log_dir state", "Partitions by state."),
  PARTITIONS_NOT_EXPORTED(
      "kleaner_partitions_not_exported",
      Kind.GAUGE,
      "",
      "Partitions without series of their own, beyond the cap."),
  WORKER_HEARTBEAT_AGE_SECONDS(
      "kleaner_worker_heartbeat_age_seconds",
      Kind.GAUGE,
      Labels.WORKER,
      "Since the worker last got on."),
  WORKER_STATE(
      "kleaner_worker_state",
      Kind.GAUGE,
      "worker state",
      "1 for the state that the worker is in: idle, working, throttled, hung, dead."),
  WORKER_RESTARTS(
      "kleaner_worker_restarts_total", Kind.COUNTER, Labels.WORKER, "Times it was replaced."),
  WORKER_READ_BYTES(
      "kleaner_worker_read_bytes",
      Kind.GAUGE,
      Labels.WORKER,
      "Bytes of logs read, or passed over because the first pass found that they go or stay whole,"
          + " since the worker began."),
  WORKER_WRITTEN_BYTES(
      "kleaner_worker_written_bytes",
      Kind.GAUGE,
      Labels.WORKER,
      "Bytes of logs written since the worker began."),
  CLEANS("kleaner_cleans_total", Kind.COUNTER, "", "Cleans that ended well."),
  CLEAN_FAILURES("kleaner_clean_failures_total", Kind.COUNTER, "", "Cleans that did not."),
  READ_BYTES("kleaner_read_bytes_total", Kind.COUNTER, "", "Bytes of logs read by cleans."),
  WRITTEN_BYTES(
      "kleaner_written_bytes_total", Kind.COUNTER, "", "Bytes of logs written by cleans."),
  RECLAIMED_BYTES("kleaner_reclaimed_bytes_total", Kind.COUNTER, "", "Bytes freed by cleans."),
  INCIDENTS("kleaner_incidents_total", Kind.COUNTER, "kind", "Incidents by kind."),
  REMEDIES("kleaner_remedies_total", Kind.COUNTER, "kind", "What was done about incidents."),
  REMEDIES_ENABLED(
      "kleaner_remedies_enabled",
      Kind.GAUGE,
      "",
      "0 if no remedy runs because the state directory cannot be written to; absent if a watch"
          + " may do nothing."),
  ALERTS_FIRING("kleaner_alerts_firing", Kind.GAUGE, "", "Alerts that fire now."),
  ALERTS_DELIVERED("kleaner_alerts_delivered_total", Kind.COUNTER, "sink", "Alerts that arrived."),
  ALERTS_FAILED(
      "kleaner_alerts_failed_total",
      Kind.COUNTER,
      "sink",
      "Alerts that were given up or found no room."),
  LOG_DIR_FREE_BYTES("kleaner_log_dir_free_bytes", Kind.GAUGE, "log_dir", "Usable bytes."),
  LOG_DIR_DIRTY_BYTES(
      "kleaner_log_dir_dirty_bytes", Kind.GAUGE, "log_dir", "Dirty bytes of all partitions."),
  LOG_DIR_SCAN_AGE_SECONDS(
      "kleaner_log_dir_scan_age_seconds",
      Kind.GAUGE,
      "log_dir",
      "Since the directory was last looked at, or since the start if it never was."),
  LOG_DIR_FULL_IN_SECONDS(
      "kleaner_log_dir_full_in_seconds",
      Kind.GAUGE,
      "log_dir",
      "When the disk is full at the present rate; absent if it is not filling."),
  LOG_DIR_LAG_LIMIT_IN_SECONDS(
      "kleaner_log_dir_lag_limit_in_seconds",
      Kind.GAUGE,
      "log_dir",
      "When the first partition that waits passes its max.compaction.lag.ms; absent if none can."),
  LOG_DIR_CHECKPOINTS_WAITING(
      "kleaner_log_dir_checkpoints_waiting",
      Kind.GAUGE,
      "log_dir",
      "Partitions that are clean and whose entry in the cleaner checkpoint is yet to be written."),
  NEWS_LOST(
      "kleaner_news_lost_total",
      Kind.COUNTER,
      "",
      "News of workers that the supervisor could not take in; totals are too low by them."),
  INCIDENTS_LOST(
      "kleaner_incidents_lost_total",
      Kind.COUNTER,
      "",
      "Incidents that the journal on disk did not get."),
  SCAN_DURATION_SECONDS(
      "kleaner_scan_duration_seconds", Kind.GAUGE, "", "How long the last look at all took."),
  SUPERVISOR_LOOP_LAG_SECONDS(
      "kleaner_supervisor_loop_lag_seconds",
      Kind.GAUGE,
      "",
      "How much later than it should the supervisor's last look was."),
  SUPERVISOR_LOOPS("kleaner_supervisor_loops_total", Kind.COUNTER, "", "The supervisor's looks."),
  THROTTLE_BYTES_PER_SECOND(
      "kleaner_throttle_bytes_per_second", Kind.GAUGE, "", "The rate; absent without one."),
  BROKER_CLEANER_THREAD_STATE(
      "kleaner_broker_cleaner_thread_state",
      Kind.GAUGE,
      "thread state",
      "1 for the state that the broker's cleaner thread is in: idle, working, throttled, blocked,"
          + " hung, spinning, dead, unknown."),
  BROKER_CLEANER_THREAD_PROGRESS_AGE_SECONDS(
      "kleaner_broker_cleaner_thread_progress_age_seconds",
      Kind.GAUGE,
      "thread",
      "Since the broker's cleaner thread last got on; absent if not known."),
  BROKER_CLEANER_DEAD_THREADS(
      "kleaner_broker_cleaner_dead_threads",
      Kind.GAUGE,
      "",
      "Cleaner threads that should be there and are not; absent if not known."),
  BROKER_CLEANER_RECENT_DEATHS(
      "kleaner_broker_cleaner_recent_deaths",
      Kind.GAUGE,
      "",
      "Deaths of cleaner threads within the window, restarts in between or not."),
  BROKER_RECLAIMABLE_BYTES(
      "kleaner_broker_partition_reclaimable_bytes",
      Kind.GAUGE,
      Labels.PARTITION,
      "Estimate, from a sample, of what a clean would free."),
  BROKER_LAST_CLEAN_TIMESTAMP_SECONDS(
      "kleaner_broker_partition_last_clean_timestamp_seconds",
      Kind.GAUGE,
      Labels.PARTITION,
      "When the broker last cleaned it, as far as its log or checkpoint shows; absent if not"
          + " known."),
  BROKER_LAST_STABLE_OFFSET_LAG(
      "kleaner_broker_partition_last_stable_offset_lag",
      Kind.GAUGE,
      Labels.PARTITION,
      "Offsets that open transactions hold back from cleaning."),
  BROKER_GAUGE_CORRECTED(
      "kleaner_broker_gauge_corrected",
      Kind.GAUGE,
      "gauge",
      "What the broker's stock gauge of that name should say; absent if not known."),
  BROKER_SOURCE_KNOWN(
      "kleaner_broker_source_known",
      Kind.GAUGE,
      "source",
      "1 if the source gives something now, 0 if what it would add is unknown."),
  BROKER_DIAGNOSES(
      "kleaner_broker_diagnoses", Kind.GAUGE, "rule", "Things that are wrong now, by rule."),
  BROKER_REMEDIES(
      "kleaner_broker_remedies",
      Kind.GAUGE,
      "remedy state",
      "Remedies that are open or lately ended, by state."),
  BROKER_REQUESTS_PER_MINUTE(
      "kleaner_broker_requests_per_minute",
      Kind.GAUGE,
      "",
      "Requests that watching puts on the cluster, in the last minute."),
  BUILD_INFO("kleaner_build_info", Kind.GAUGE, "version", "1, with the version.");

  /** How values go. */
  public enum Kind {
    GAUGE,
    COUNTER
  }

  /** What a metric is told of, and so the type of its MBean. */
  public enum Subject {
    PARTITION("Partition"),
    WORKER("Worker"),
    LOG_DIR("LogDir"),
    SERVICE("Service");

    private final String mbeanType;

    Subject(String mbeanType) {
      this.mbeanType = mbeanType;
    }

    /** The key property {@code type} of its MBeans. */
    public String mbeanType() {
      return mbeanType;
    }
  }

  private static final class Labels {
    static final String PARTITION = "log_dir topic partition";
    static final String WORKER = "worker";
  }

  /** Names end in their unit; the longest that fits is meant. */
  private static final List<String> UNITS =
      List.of("bytes_per_second", "bytes", "seconds", "ratio");

  private final String text;
  private final Kind kind;

  @SuppressWarnings("ImmutableEnumChecker") // List.of's lists are immutable
  private final List<String> labels;

  private final String help;

  Metric(String text, Kind kind, String labels, String help) {
    this.text = text;
    this.kind = kind;
    this.labels = labels.isEmpty() ? List.of() : List.of(labels.split(" "));
    this.help = help;
  }

  /** Its name for Prometheus, with its unit. */
  public String text() {
    return text;
  }

  /** How its values go. */
  public Kind kind() {
    return kind;
  }

  /**
   * The unit that its name ends in; empty if it has none: a number of things, a state, an offset.
   */
  public String unit() {
    String family = text.replaceAll("_total$", "");
    return UNITS.stream().filter(unit -> family.endsWith("_" + unit)).findFirst().orElse("");
  }

  /** Names of its labels, in order. */
  public List<String> labels() {
    return labels;
  }

  /** What it means. */
  public String help() {
    return help;
  }

  /** What it is told of. */
  public Subject subject() {
    if (labels.contains("partition")) {
      return Subject.PARTITION;
    }
    if (labels.contains("worker")) {
      return Subject.WORKER;
    }
    return labels.contains("log_dir") ? Subject.LOG_DIR : Subject.SERVICE;
  }

  /** Whether it has series for each partition, which are capped. */
  public boolean isPerPartition() {
    return subject() == Subject.PARTITION;
  }
}
