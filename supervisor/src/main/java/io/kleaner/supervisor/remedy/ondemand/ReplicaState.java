// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.ondemand;

import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.supervisor.remedy.ondemand.OnDemandCompaction.Request;
import io.kleaner.supervisor.remedy.ondemand.OnDemandReport.Partition;
import io.kleaner.supervisor.remedy.ondemand.OnDemandReport.Status;
import io.kleaner.supervisor.remedy.ondemand.Watched.Stage;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/** What has been seen of one replica since it was asked to be compacted. Not thread-safe. */
final class ReplicaState {

  private final TopicPartition partition;
  private final Path logDir;
  private final long oldEnd;
  private final long bytesBefore;
  private List<Integer> unwatched = List.of();
  private Watched watched;
  private long bytesAfter;
  private long logEnd;
  private long appendedNs;
  private boolean lookedAt;
  private boolean gaveUpRoll;
  private boolean gone;
  private boolean isolated;
  private boolean untold;
  private Stage stage = Stage.CLEANING;

  ReplicaState(TopicPartition partition, Path logDir, long oldEnd, ReplicaFiles files, long nowNs) {
    this.partition = partition;
    this.logDir = logDir;
    this.oldEnd = oldEnd;
    this.logEnd = oldEnd;
    this.appendedNs = nowNs;
    this.bytesBefore = files.bytesBelowEnd();
    this.bytesAfter = bytesBefore;
    this.watched =
        new Watched(
            oldEnd, files.firstBase(), files.activeBase(), OptionalLong.empty(), oldEnd, oldEnd);
  }

  TopicPartition partition() {
    return partition;
  }

  Path logDir() {
    return logDir;
  }

  long oldEnd() {
    return oldEnd;
  }

  Path dir() {
    return logDir.resolve(partition.toString());
  }

  void unwatched(List<Integer> nodes) {
    unwatched = List.copyOf(nodes);
  }

  void gone() {
    gone = true;
  }

  /** Its topic is isolated meanwhile: nothing of it is compacted any more. */
  void isolated() {
    isolated = !isOver();
  }

  /** Whether a leader tells its log end now; else nobody knows how far it is. */
  void told(boolean isTold) {
    untold = !isTold;
  }

  void see(
      ReplicaFiles files,
      OptionalLong checkpoint,
      long end,
      long stable,
      long nowNs,
      boolean roll,
      long idleMs) {
    if (end > logEnd) {
      logEnd = end;
      appendedNs = nowNs;
    }
    watched = new Watched(oldEnd, files.firstBase(), files.activeBase(), checkpoint, end, stable);
    bytesAfter = files.bytesBelowEnd();
    boolean idle = nowNs - appendedNs >= TimeUnit.MILLISECONDS.toNanos(idleMs);
    gaveUpRoll = roll && watched.activeBase() < oldEnd && (gaveUpRoll || idle);
    stage = watched.stage(roll && !gaveUpRoll);
    lookedAt = true;
  }

  boolean isOver() {
    return gone || isolated || (lookedAt && (stage == Stage.DONE || stage == Stage.NOTHING_SEALED));
  }

  boolean waitsForRoll() {
    return !gone && !isolated && (!lookedAt || stage == Stage.WAITS_FOR_ROLL);
  }

  String sentence() {
    if (untold) {
      return "no leader tells the log end of " + partition + " now";
    }
    return switch (stage) {
      case WAITS_FOR_ROLL ->
          partition + " waits for a record to be appended: only then Kafka rolls its segment";
      case PINNED ->
          partition
              + " is pinned at offset "
              + watched.lastStable()
              + " by a transaction that is open";
      case CLEANING ->
          partition
              + " is at offset "
              + watched.cleanedTo()
              + ", to be cleaned up to "
              + watched.goal(false);
      case DONE, NOTHING_SEALED -> partition + " is done";
    };
  }

  Partition report(boolean interrupted, Request request) {
    Status status = status(interrupted, request.roll());
    return new Partition(
        partition,
        logDir,
        status,
        oldEnd,
        Math.min(watched.cleanedTo(), logEnd),
        bytesBefore,
        bytesAfter,
        reason(status, request),
        unwatched);
  }

  private Status status(boolean interrupted, boolean roll) {
    if (oldEnd == watched.firstBase() && lookedAt) {
      return Status.EMPTY;
    }
    if (isOver() && !gone && !isolated) {
      if (watched.activeBase() >= oldEnd && stage == Stage.DONE) {
        return Status.COMPACTED;
      }
      return roll ? Status.NOT_ROLLED : Status.COMPACTED_TO_ACTIVE;
    }
    return interrupted ? Status.INTERRUPTED : Status.GAVE_UP;
  }

  private String reason(Status status, Request request) {
    String rest = "offsets " + watched.activeBase() + " to " + (oldEnd - 1);
    return switch (status) {
      case COMPACTED, EMPTY, NOT_WATCHED -> "";
      case COMPACTED_TO_ACTIVE ->
          rest + " are in the active segment, which Kafka never cleans; --roll has it rolled";
      case NOT_ROLLED ->
          "no record was appended for "
              + request.idleMs() / 1_000
              + " s, and Kafka rolls a segment only on an append (Kleaner never produces one): "
              + rest
              + " stay in the active segment";
      case INTERRUPTED -> "interrupted";
      case GAVE_UP -> gone ? "its directory is gone" : gaveUpReason(request);
    };
  }

  private String gaveUpReason(Request request) {
    return isolated
        ? "its topic was isolated meanwhile, as what kills cleaners is: release it first, once its"
            + " cause is gone"
        : lateReason(request);
  }

  private String lateReason(Request request) {
    String late = "not done in " + request.deadlineMs() / 1_000 + " s: ";
    if (untold) {
      return late + "no leader tells its log end now, so that nobody knows how far it is";
    }
    return late
        + switch (stage) {
          case PINNED ->
              "a transaction that is open since offset "
                  + watched.lastStable()
                  + " or before keeps the cleaner from going on; 'kafka-transactions find-hanging'"
                  + " names it";
          case WAITS_FOR_ROLL -> "its active segment has not rolled";
          default ->
              "the cleaner is at offset "
                  + watched.cleanedTo()
                  + ", short of "
                  + watched.goal(false)
                  + "; it may be busy elsewhere, dead, or have given the partition up: see the"
                  + " broker's log-cleaner.log";
        };
  }
}
