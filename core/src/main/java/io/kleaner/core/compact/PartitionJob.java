// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import io.kleaner.core.check.CheckLevel;
import io.kleaner.core.check.CheckReport;
import io.kleaner.core.check.Finding;
import io.kleaner.core.check.LogChecker;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.io.IoProblem;
import io.kleaner.core.logdir.LogDir;
import io.kleaner.core.logdir.PartitionLog;
import io.kleaner.core.logdir.PartitionMetadataFile;
import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.core.logdir.UnusableDirectoryException;
import io.kleaner.core.pace.CancelToken;
import io.kleaner.core.policy.CleanPolicy;
import io.kleaner.core.policy.CleanRequest;
import io.kleaner.core.policy.Decision;
import io.kleaner.core.policy.PartitionFacts;
import io.kleaner.core.record.BoundExceededException;
import io.kleaner.core.record.CorruptBatchException;
import io.kleaner.core.settings.CleanupPolicy;
import io.kleaner.core.settings.InvalidSettingsException;
import io.kleaner.core.settings.SettingsResolver;
import io.kleaner.core.settings.TopicSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * Looks at one partition directory and decides what is to be done with it, turning whatever is
 * wrong with it into a value: one partition's trouble is not another's.
 *
 * <p>Reads only. Thread-safe.
 */
public final class PartitionJob {

  /** What was decided, or why nothing could be. */
  public sealed interface Assessment {

    /**
     * A decision was made.
     *
     * @param facts that it rests on
     * @param settings of its topic
     * @param request that it answers
     */
    record Decided(
        PartitionFacts facts, TopicSettings settings, CleanRequest request, Decision decision)
        implements Assessment {}

    /**
     * The partition is not fit to be worked on; nothing was changed.
     *
     * @param reason what is wrong, and where
     * @param nextStep what to do
     */
    record Unfit(String reason, String nextStep) implements Assessment {}

    /**
     * The partition is none of a topic's: nobody has named it, and whatever is in it stays.
     *
     * @param reason what it is
     */
    record PassedOver(String reason) implements Assessment {}
  }

  /** Where the reasons of a stray come from, and what can be done. */
  private static final String STRAY_ADVICE = "If it is a topic's, name the right metadata log.";

  /** What bytes at the end of the active segment are that make no whole batch. */
  public enum Tail {
    /** Nobody writes there: something is wrong, and the partition is not fit to be worked on. */
    SETTLED,
    /**
     * Someone may be writing them: the log ends before them, and the active segment is no matter.
     */
    BEING_WRITTEN
  }

  /**
   * How every byte of a partition is looked at before what a broker did not close is trusted.
   *
   * @param maxRecordBytes the largest batch that may be in memory for it
   * @param token ends it
   * @param bytesRead told the size of each batch that was read, in bytes
   */
  public record CrashCheck(int maxRecordBytes, CancelToken token, LongConsumer bytesRead) {

    /** One that nobody follows. */
    public CrashCheck(int maxRecordBytes, CancelToken token) {
      this(maxRecordBytes, token, bytes -> {});
    }
  }

  private final FileSystem fileSystem;
  private final Tail tail;
  private final boolean crashed;
  private final boolean amongOthers;
  private final PartitionSurvey survey;
  private final OldBrokerGuard guard;
  private final SettingsResolver settings;
  private final HighWatermarkChoice highWatermark;
  private final CleanRequest request;
  private final Optional<CrashCheck> crashCheck;

  /**
   * @param logDir that holds the partitions
   * @param settings where topics' settings come from
   * @param request what is asked for
   */
  public PartitionJob(
      FileSystem fileSystem,
      LogDir logDir,
      SettingsResolver settings,
      HighWatermarkChoice highWatermark,
      CleanRequest request) {
    this(fileSystem, logDir, settings, highWatermark, request, Tail.SETTLED);
  }

  /**
   * @param tail what a torn tail means
   */
  public PartitionJob(
      FileSystem fileSystem,
      LogDir logDir,
      SettingsResolver settings,
      HighWatermarkChoice highWatermark,
      CleanRequest request,
      Tail tail) {
    this(
        fileSystem,
        logDir,
        settings,
        highWatermark,
        request,
        tail,
        Optional.of(new CrashCheck(CleanOptions.DEFAULT_MAX_RECORD_BYTES, new CancelToken())));
  }

  /**
   * @param crashCheck how every byte is looked at if a broker did not stop cleanly; empty if it is
   *     not, since nothing rests on what is decided
   */
  public PartitionJob(
      FileSystem fileSystem,
      LogDir logDir,
      SettingsResolver settings,
      HighWatermarkChoice highWatermark,
      CleanRequest request,
      Tail tail,
      Optional<CrashCheck> crashCheck) {
    this.fileSystem = fileSystem;
    this.crashCheck = crashCheck;
    this.tail = tail;
    this.crashed = logDir.isAfterCrash();
    this.amongOthers = logDir.kind() == LogDir.Kind.LOG_DIRECTORY;
    this.survey = new PartitionSurvey(fileSystem, logDir);
    this.guard = new OldBrokerGuard(fileSystem, logDir);
    this.settings = settings;
    this.highWatermark = highWatermark;
    this.request = request;
  }

  /**
   * Whether a partition is nothing to touch whatever is in it: a stray, one of a topic that is not
   * compacted, or of one that nothing is known of. Reads no segment.
   */
  public boolean isPassedOver(Path partitionDir) throws IOException {
    return isPassedOver(
        topicOf(partitionDir), PartitionMetadataFile.topicId(fileSystem, partitionDir));
  }

  private boolean isPassedOver(String topic, Optional<String> topicId) {
    if (settings.objection(topic, topicId).isPresent()) {
      return true;
    }
    try {
      CleanupPolicy policy = settings.resolve(topic, topicId).cleanupPolicy();
      return policy == CleanupPolicy.DELETE
          || (policy == CleanupPolicy.UNKNOWN && !request.namedByHand());
    } catch (InvalidSettingsException e) {
      // What it is cannot be known; the assessment says why.
      return true;
    }
  }

  /** Assesses a partition directory; throws only what is a bug. */
  public Assessment assess(Path partitionDir) {
    try {
      String topic = topicOf(partitionDir);
      Optional<Assessment> stray =
          stray(topic, PartitionMetadataFile.topicId(fileSystem, partitionDir));
      if (stray.isPresent()) {
        return stray.get();
      }
      PartitionLog log = survey.read(partitionDir);
      boolean passedOver = isPassedOver(topic, log.topicId());
      if (log.tornTail().filter(PartitionLog.TornTail::isDamage).isPresent() && !passedOver) {
        return damaged(log, log.tornTail().get());
      }
      if (log.tornTail().isPresent() && tail == Tail.SETTLED && !passedOver) {
        return torn(log, log.tornTail().get());
      }
      if (crashed && crashCheck.isPresent() && !passedOver) {
        Optional<Assessment> distrust = checkAfterCrash(partitionDir, crashCheck.get());
        if (distrust.isPresent()) {
          return distrust.get();
        }
      }
      TopicSettings found = settings.resolve(topic, log.topicId());
      PartitionFacts facts =
          survey.facts(log, highWatermark, request.nowMs(), found.producerIdExpirationMs());
      Decision decision = CleanPolicy.decide(facts, found, request);
      if (decision instanceof Decision.Clean clean && !request.upgradeFormat()) {
        guard.requireReadable(log, clean.plan());
      }
      return new Assessment.Decided(facts, found, request, decision);
    } catch (UnusableDirectoryException e) {
      return new Assessment.Unfit(e.getMessage(), e.nextStep());
    } catch (CorruptBatchException e) {
      return new Assessment.Unfit(
          e.getMessage() + "; nothing was changed.",
          "Run 'kleaner check --level 3 " + partitionDir + "'.");
    } catch (BoundExceededException e) {
      return new Assessment.Unfit(
          e.getMessage() + "; nothing was changed.",
          // Nothing but markers is read whole here, and no flag makes room for a larger one.
          OversizedMarkerException.nextStep(partitionDir));
    } catch (InvalidSettingsException e) {
      return new Assessment.Unfit(e.getMessage() + "; nothing was changed.", "Correct them.");
    } catch (IOException e) {
      IoProblem problem = IoProblem.of(e);
      return new Assessment.Unfit(
          partitionDir + " cannot be read: " + problem.text() + "; nothing was changed.",
          problem.nextStep());
    }
  }

  /** Before any segment is read: a stray may be in any state. */
  private Optional<Assessment> stray(String topic, Optional<String> topicId) {
    return settings
        .objection(topic, topicId)
        .map(
            reason ->
                amongOthers
                    ? new Assessment.PassedOver(reason + " " + STRAY_ADVICE)
                    : new Assessment.Unfit(reason, STRAY_ADVICE));
  }

  private static String topicOf(Path partitionDir) {
    return TopicPartition.ofDirectoryName(partitionDir.getFileName().toString())
        .orElseThrow()
        .topic();
  }

  /** What a broker did not close is trusted once all of it was looked at. */
  private Optional<Assessment> checkAfterCrash(Path partitionDir, CrashCheck how) {
    CheckReport report =
        new LogChecker(fileSystem, CheckLevel.CHECKSUMS, how.maxRecordBytes(), how.token())
            .check(partitionDir, how.bytesRead());
    return report.findings().stream()
        .filter(finding -> finding.severity() == Finding.Severity.ERROR || finding.leavesUnread())
        .findFirst()
        .map(
            finding ->
                new Assessment.Unfit(
                    finding.text() + " Nothing was changed.",
                    finding.leavesUnread()
                        ? "The broker did not stop cleanly, so every byte has to be checked first."
                        : "The broker did not stop cleanly; start it once to recover the partition,"
                            + " or fetch it anew from another replica."));
  }

  private static Assessment damaged(PartitionLog log, PartitionLog.TornTail tail) {
    return new Assessment.Unfit(
        String.format(
            "%s: segment %020d is damaged at byte %d (%s), after offset %d; the %d bytes from there"
                + " on are more than the torn rest of one append, so records may follow. Nothing was"
                + " changed.",
            log.partition(),
            tail.baseOffset(),
            tail.position(),
            tail.problem(),
            log.logEndOffset() - 1,
            tail.bytes()),
        "Run 'kleaner check --level 3' and restore the replica from another; a broker that recovers"
            + " this one cuts off all of them.");
  }

  private static Assessment torn(PartitionLog log, PartitionLog.TornTail tail) {
    return new Assessment.Unfit(
        String.format(
            "%s: the last %d bytes of segment %020d, from byte %d on, are no whole batch (%s)."
                + " Offsets end at %d without them. Nothing was changed.",
            log.partition(),
            tail.bytes(),
            tail.baseOffset(),
            tail.position(),
            tail.problem(),
            log.logEndOffset()),
        "A broker would cut them off when it recovers; run again with --truncate-tail to do so,"
            + " or start the broker once.");
  }
}
