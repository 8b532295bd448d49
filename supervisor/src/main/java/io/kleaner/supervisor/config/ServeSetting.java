// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.config;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Every key of the service's configuration file: what it means, its unit, its default, and what
 * Kafka calls the same.
 */
public enum ServeSetting {
  LOG_DIRS(
      "log.dirs", Kind.LIST, "", "log.dirs", "Log directories to clean; --log-dir adds to them."),
  EXCLUSIVE(
      "exclusive",
      Kind.FLAG,
      "false",
      "",
      "Says that no broker may start on these directories meanwhile; needed where meta.properties"
          + " is present."),
  STATE_DIR(
      "state.dir",
      Kind.TEXT,
      "",
      "",
      "Where journal, quarantine and token are kept; never inside a log directory. Default:"
          + " $XDG_STATE_HOME/kleaner, else ~/.local/state/kleaner."),
  LISTEN(
      "listen",
      Kind.TEXT,
      "127.0.0.1:9277",
      "",
      "HOST:PORT of the page, API and metrics; port 0" + " picks a free one."),
  TOPIC(
      "topic",
      Kind.TEXT,
      "",
      "",
      "Pattern of whole topic names: only these are cleaned, and taken for compacted where nothing"
          + " else says it."),
  SERVER_PROPERTIES(
      "server.properties",
      Kind.TEXT,
      "",
      "",
      "The broker's server.properties: defaults of topic settings, and where its metadata is."),
  METADATA_LOG_DIR(
      "metadata.log.dir",
      Kind.TEXT,
      "",
      "metadata.log.dir",
      "The log directory that holds __cluster_metadata-0, if it is none of those cleaned."),
  HIGH_WATERMARK(
      "high.watermark",
      Kind.CHOICE,
      "checkpoint|log-end",
      "checkpoint",
      "",
      "Up to where all replicas agree: the directory's checkpoint, or all of each log."),
  TOMBSTONES(
      "tombstones",
      Kind.CHOICE,
      "keep|expire",
      "keep",
      "",
      "Whether tombstones and markers that are due are dropped: only if every replica has seen"
          + " them."),
  UNKEYED(
      "unkeyed",
      Kind.CHOICE,
      "refuse|keep|drop",
      "refuse",
      "",
      "What becomes of records without a key; refuse puts the partition in quarantine."),
  UPGRADE_FORMAT(
      "upgrade.format",
      Kind.FLAG,
      "false",
      "",
      "Clean partitions of message formats 0 and 1 too whose broker may be older than 0.11: what"
          + " survives is in format 2, which such a broker cannot read."),
  VERIFY(
      "verify",
      Kind.CHOICE,
      "none|normal|deep",
      "normal",
      "",
      "What is read back before a commit."),
  THREADS("threads", Kind.COUNT, "1", "log.cleaner.threads", "Partitions cleaned at a time."),
  MEMORY(
      "memory",
      Kind.SIZE,
      "128m",
      "log.cleaner.dedupe.buffer.size",
      "Memory for keys, all threads together, 16 bytes a key, 1m or more for each thread, and an"
          + " eighth of it besides for bits of records; what has no room is spilled."),
  MAX_RECORD_BYTES(
      "max.record.bytes",
      Kind.SIZE,
      "64m",
      "",
      "The largest batch on disk, and the largest decompressed record, in memory."),
  SPILL_DIR(
      "spill.dir",
      Kind.TEXT,
      "",
      "",
      "Where keys and bits of records are spilled. Default: the partition directory."),
  THROTTLE(
      "throttle.bytes.per.second",
      Kind.OPTIONAL_SIZE,
      "",
      "log.cleaner.io.max.bytes.per.second",
      "Bytes read and written per second, all threads together. Default: no limit."),
  SCAN_INTERVAL(
      "scan.interval.ms",
      Kind.MILLIS,
      "15000",
      "log.cleaner.backoff.ms",
      "Between looks at which partitions there are and which have changed."),
  FULL_SCAN_INTERVAL(
      "full.scan.interval.ms",
      Kind.MILLIS,
      "600000",
      "",
      "After which a partition is looked into though nothing seems changed."),
  HEARTBEAT_INTERVAL(
      "heartbeat.interval.ms",
      Kind.MILLIS,
      "1000",
      "",
      "A dead worker is noticed within this time."),
  HUNG_AFTER(
      "hung.after.ms",
      Kind.MILLIS,
      "60000",
      "",
      "A worker that does not get on for so long, neither idle nor throttled, is given up."),
  STALLED_AFTER(
      "stalled.after.ms",
      Kind.MILLIS,
      "900000",
      "",
      "A partition that is eligible for so long and does not move is told."),
  BLIND_AFTER(
      "blind.after.ms",
      Kind.MILLIS,
      "120000",
      "",
      "A log directory that could not be looked at for so long is told."),
  TREND_WINDOW(
      "trend.window.ms",
      Kind.MILLIS,
      "600000",
      "",
      "Rates of dirt and cleaning are taken over" + " so long."),
  RESTART_BACKOFF(
      "restart.backoff.ms",
      Kind.MILLIS,
      "500",
      "",
      "Before a worker's second restart in a row, doubled each further time; the first is"
          + " immediate."),
  RESTART_BACKOFF_MAX("restart.backoff.max.ms", Kind.MILLIS, "30000", "", "No pause is longer."),
  RESTART_BUDGET(
      "restart.budget",
      Kind.COUNT,
      "20",
      "",
      "Restarts of all workers in a window; then someone" + " is told."),
  RESTART_BUDGET_WINDOW(
      "restart.budget.window.ms", Kind.MILLIS, "600000", "", "Length of that window."),
  FAILURE_BACKOFF(
      "failure.backoff.ms",
      Kind.MILLIS,
      "5000",
      "",
      "Before a partition is tried again after its first failure."),
  QUARANTINE_RETRY(
      "quarantine.retry.ms",
      Kind.MILLIS,
      "60000",
      "",
      "Before a quarantined partition is tried again, doubled each further time."),
  QUARANTINE_RETRY_MAX(
      "quarantine.retry.max.ms", Kind.MILLIS, "21600000", "", "No quarantine is longer."),
  TOKEN_FILE(
      "http.token.file",
      Kind.TEXT,
      "",
      "",
      "File with the token that actions need; the environment's KLEANER_TOKEN is stronger. Default:"
          + " the file 'token' in the state directory, made on first use."),
  TLS_CERTIFICATE(
      "http.tls.certificate", Kind.TEXT, "", "", "PEM certificate chain; with it HTTPS is spoken."),
  TLS_KEY("http.tls.key", Kind.TEXT, "", "", "PEM private key, PKCS#8, of that certificate."),
  TLS_CLIENT_CA(
      "http.tls.client.ca",
      Kind.TEXT,
      "",
      "",
      "PEM certificates of authorities whose client certificates stand for the token."),
  ALLOW_INSECURE_REMOTE(
      "http.allow.insecure.remote",
      Kind.FLAG,
      "false",
      "",
      "Listen on an address that is not loopback without TLS."),
  ANONYMOUS_READS(
      "http.anonymous.reads",
      Kind.FLAG,
      "false",
      "",
      "On an address that is not loopback, answer reads without the token too; health is always"
          + " answered."),
  MAX_CONNECTIONS("http.max.connections", Kind.COUNT, "128", "", "Connections at a time."),
  ACTIONS_PER_MINUTE("http.actions.per.minute", Kind.COUNT, "30", "", "Actions accepted a minute.");

  /** What values look like. */
  public enum Kind {
    TEXT("text"),
    LIST("list"),
    FLAG("true or false"),
    COUNT("count"),
    MILLIS("ms"),
    SIZE("bytes (k, m, g, t)"),
    OPTIONAL_SIZE("bytes/s (k, m, g, t)"),
    CHOICE("one of several");

    private final String unit;

    Kind(String unit) {
      this.unit = unit;
    }

    /** For the documentation. */
    public String unit() {
      return unit;
    }
  }

  /** 68 years, more than anyone needs; its sums and doublings fit into a long by far. */
  private static final long MAX_MILLIS = Integer.MAX_VALUE * 1_000L;

  private static final long MAX_COUNT = 1_000_000;

  /** Each has buffers and a share of the memory for keys. */
  private static final long MAX_THREADS = 1_024;

  private final String key;
  private final Kind kind;
  private final String choices;
  private final String defaultValue;
  private final String kafkaKey;
  private final String help;

  ServeSetting(String key, Kind kind, String defaultValue, String kafkaKey, String help) {
    this(key, kind, kind == Kind.FLAG ? "true|false" : "", defaultValue, kafkaKey, help);
  }

  ServeSetting(
      String key, Kind kind, String choices, String defaultValue, String kafkaKey, String help) {
    this.key = key;
    this.kind = kind;
    this.choices = choices;
    this.defaultValue = defaultValue;
    this.kafkaKey = kafkaKey;
    this.help = help;
  }

  /** As the file has it. */
  public String key() {
    return key;
  }

  /** What values look like. */
  public Kind kind() {
    return kind;
  }

  /** What it can be, if it is one of several; else none. */
  public List<String> choices() {
    return choices.isEmpty() ? List.of() : List.of(choices.split("\\|"));
  }

  /** What holds if nothing is said. */
  public String defaultValue() {
    return defaultValue;
  }

  /** What Kafka calls it, empty if it has nothing of the kind. */
  public String kafkaKey() {
    return kafkaKey;
  }

  /** What it means. */
  public String help() {
    return help;
  }

  /** The setting of a key; empty if there is none. */
  public static Optional<ServeSetting> ofKey(String key) {
    return Arrays.stream(values()).filter(setting -> setting.key.equals(key)).findFirst();
  }

  /** What is wrong with a value; empty if nothing is. */
  public Optional<String> problem(String value) {
    String text = value.strip();
    if (!choices().isEmpty()) {
      return choices().contains(text)
          ? Optional.empty()
          : Optional.of("is " + String.join(" or ", choices()) + ", not '" + value + "'");
    }
    if (kind == Kind.COUNT || kind == Kind.MILLIS) {
      return isWhole(text, most())
          ? Optional.empty()
          : Optional.of("is a whole number from 1 to " + most() + ", not '" + value + "'");
    }
    if (kind == Kind.SIZE || kind == Kind.OPTIONAL_SIZE) {
      boolean fits =
          ByteSize.parse(text).isPresent() || (kind == Kind.OPTIONAL_SIZE && text.isEmpty());
      return fits
          ? Optional.empty()
          : Optional.of("is a size above 0, such as 64m, not '" + value + "'");
    }
    return Optional.empty();
  }

  private long most() {
    if (kind == Kind.MILLIS) {
      return MAX_MILLIS;
    }
    return this == THREADS ? MAX_THREADS : MAX_COUNT;
  }

  private static boolean isWhole(String text, long most) {
    try {
      long number = Long.parseLong(text);
      return number > 0 && number <= most;
    } catch (NumberFormatException e) {
      return false;
    }
  }
}
