// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import io.kleaner.core.compact.HighWatermarkChoice;
import io.kleaner.core.logdir.LogDir;
import io.kleaner.core.logdir.TopicPartition;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** What is worked on, and up to where. */
final class TargetOptions {

  private static final int TOPICS_SHOWN = 10;

  @Parameters(
      arity = "1..*",
      paramLabel = "DIR",
      description = "A log directory, or one partition's directory.")
  private List<Path> dirs = List.of();

  @Option(
      names = "--topic",
      paramLabel = "REGEX",
      converter = TopicPattern.class,
      description =
          "Only partitions of topics whose whole name matches; says that they are compacted where"
              + " nothing else does."
              + " Default: all topics.")
  private Pattern topic;

  @Option(
      names = "--high-watermark",
      paramLabel = "checkpoint|log-end|N",
      defaultValue = "checkpoint",
      converter = HighWatermarkConverter.class,
      description =
          "Up to where all replicas agree, which bounds every clean. Default: ${DEFAULT-VALUE}, the"
              + " log directory's replication-offset-checkpoint; without an entry there the"
              + " partition is refused.")
  private HighWatermarkChoice highWatermark;

  @Option(
      names = "--now",
      paramLabel = "EPOCH_MS",
      converter = EpochMs.class,
      description =
          "The time that decides delete horizons, compaction lags and which producers are expired."
              + " Default: the machine's clock.")
  private Long now;

  @Option(
      names = "--from-start",
      description = "Begin at the log start offset, whatever was cleaned before.")
  private boolean fromStart;

  @Option(
      names = "--upgrade-format",
      description =
          "Also partitions of message formats 0 and 1 alone that a broker before 0.11 may own: what"
              + " survives is written in format 2, which such a broker cannot read. Default: refuse"
              + " them.")
  private boolean upgradeFormat;

  List<Path> dirs() {
    return dirs;
  }

  HighWatermarkChoice highWatermark() {
    return highWatermark;
  }

  Optional<Long> now() {
    return Optional.ofNullable(now);
  }

  boolean fromStart() {
    return fromStart;
  }

  boolean upgradeFormat() {
    return upgradeFormat;
  }

  /** The partitions in question. */
  List<Path> partitions(LogDir logDir) {
    return logDir.partitions().stream()
        .filter(dir -> topic == null || topic.matcher(topicOf(dir)).matches())
        .toList();
  }

  /** Says so if there is no partition in question, since a pattern is easily mistyped. */
  boolean tellIfNone(LogDir logDir, Terminal terminal) {
    if (!partitions(logDir).isEmpty()) {
      return false;
    }
    terminal.problem(
        "kleaner: "
            + logDir.dir()
            + " holds no partition"
            + (topic == null ? "" : " of a topic whose whole name matches '" + topic + "'"));
    if (topic != null) {
      terminal.problem("  " + present(logDir));
    }
    return true;
  }

  /** Which topics there are instead. */
  private static String present(LogDir logDir) {
    List<String> topics =
        logDir.partitions().stream().map(TargetOptions::topicOf).distinct().sorted().toList();
    if (topics.isEmpty()) {
      return "It holds no partition at all: name a log directory of the broker.";
    }
    int more = topics.size() - TOPICS_SHOWN;
    return "Topics there: "
        + String.join(", ", topics.subList(0, Math.min(TOPICS_SHOWN, topics.size())))
        + (more > 0 ? ", and " + more + " more" : "")
        + ". Say '.*' where anything may stand, as in 'orders.*'.";
  }

  /** Whether the user named the partitions, one way or the other. */
  boolean named(LogDir logDir) {
    return topic != null || logDir.kind() != LogDir.Kind.LOG_DIRECTORY;
  }

  private static String topicOf(Path dir) {
    return TopicPartition.ofDirectoryName(dir.getFileName().toString()).orElseThrow().topic();
  }

  /** Reads a pattern. */
  static final class TopicPattern implements ITypeConverter<Pattern> {
    @Override
    public Pattern convert(String text) {
      try {
        return Pattern.compile(text);
      } catch (PatternSyntaxException e) {
        throw new TypeConversionException("'" + text + "' is no pattern: " + e.getDescription());
      }
    }
  }

  /** Reads a time. */
  static final class EpochMs implements ITypeConverter<Long> {
    @Override
    public Long convert(String text) {
      try {
        long epochMs = Long.parseLong(text);
        if (epochMs >= 0) {
          return epochMs;
        }
      } catch (NumberFormatException e) {
        throw wrong(text);
      }
      throw wrong(text);
    }

    private static TypeConversionException wrong(String text) {
      return new TypeConversionException(
          "'" + text + "' is no time in milliseconds since the epoch, such as 1767225600000");
    }
  }

  /** Reads where the high watermark is taken from. */
  static final class HighWatermarkConverter implements ITypeConverter<HighWatermarkChoice> {
    @Override
    public HighWatermarkChoice convert(String text) {
      return switch (text) {
        case "checkpoint" -> new HighWatermarkChoice.Checkpoint();
        case "log-end" -> new HighWatermarkChoice.LogEnd();
        default -> offset(text);
      };
    }

    private static HighWatermarkChoice offset(String text) {
      try {
        long offset = Long.parseLong(text);
        if (offset >= 0) {
          return new HighWatermarkChoice.Offset(offset);
        }
      } catch (NumberFormatException e) {
        throw wrong(text);
      }
      throw wrong(text);
    }

    private static TypeConversionException wrong(String text) {
      return new TypeConversionException(
          "'" + text + "' is neither 'checkpoint' nor 'log-end' nor an offset");
    }
  }
}
