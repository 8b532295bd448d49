// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import io.kleaner.core.check.DataSurvey;
import io.kleaner.core.compact.CleanOptions;
import io.kleaner.core.compact.CleanStats;
import io.kleaner.core.compact.Committer;
import io.kleaner.core.compact.CompactionListener;
import io.kleaner.core.compact.CompactionOutcome;
import io.kleaner.core.compact.CompactionOutcome.Refused.Blame;
import io.kleaner.core.compact.Compactor;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.io.IoProblem;
import io.kleaner.core.pace.CancelToken;
import io.kleaner.core.pace.Throttle;
import io.kleaner.core.policy.CleanPlan;
import io.kleaner.core.segment.Segment;
import io.kleaner.core.time.Clock;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Reads the data that a plan is about, as the clean itself would. Not thread-safe. */
final class ExactReading {

  private static final int TOP_KEYS = 10;

  private final FileSystem fileSystem;
  private final CleanOptions options;
  private final int maxRecordBytes;
  private final CancelToken token;

  /**
   * @param options of a dry run
   * @param maxRecordBytes the largest batch or record that may be in memory
   */
  ExactReading(FileSystem fileSystem, CleanOptions options, int maxRecordBytes, CancelToken token) {
    this.fileSystem = fileSystem;
    this.options = options;
    this.maxRecordBytes = maxRecordBytes;
    this.token = token;
  }

  /** What came of it. */
  sealed interface Outcome {

    /** The clean would be done, with these figures. */
    record Figures(CleanStats stats, DataSurvey.Result survey) implements Outcome {}

    /**
     * The clean would be refused.
     *
     * @param survey of the data, if it could be read all the same
     */
    record Refused(CompactionOutcome.Refused why, Optional<DataSurvey.Result> survey)
        implements Outcome {}

    /**
     * The data could not be read here and now; of the clean itself it says nothing.
     *
     * @param exit what that means for who called
     */
    record Unread(String problem, ExitCode exit) implements Outcome {}
  }

  /**
   * Reads what the plan is about: as a clean does, and once more.
   *
   * @param progress told how much was read
   * @throws io.kleaner.core.pace.CancelledException if a stop was asked for
   */
  Outcome read(CleanPlan plan, Progress progress) {
    CompactionOutcome outcome = dryRun(plan, progress);
    token.throwIfCancelled();
    if (outcome instanceof CompactionOutcome.Refused refused && refused.blame() == Blame.INPUT) {
      return new Outcome.Refused(refused, surveyOfRefused(plan, progress));
    }
    if (!(outcome instanceof CompactionOutcome.Compacted compacted)) {
      return new Outcome.Unread(outcome.message(), ExitCode.of(outcome));
    }
    try {
      return new Outcome.Figures(compacted.stats(), survey(plan, progress));
    } catch (IOException e) {
      return new Outcome.Unread(
          plan.partition() + ": " + IoProblem.of(e).text(), ExitCode.FINDINGS);
    }
  }

  private DataSurvey.Result survey(CleanPlan plan, Progress progress) throws IOException {
    return new DataSurvey(fileSystem, maxRecordBytes, token)
        .read(plan.cleanedSegments(), plan.segments(), TOP_KEYS, progress::read);
  }

  private Optional<DataSurvey.Result> surveyOfRefused(CleanPlan plan, Progress progress) {
    try {
      return Optional.of(survey(plan, progress));
    } catch (IOException e) {
      // What is wrong with the data is said by the refusal.
      return Optional.empty();
    }
  }

  private CompactionOutcome dryRun(CleanPlan plan, Progress progress) {
    Committer none =
        new Committer() {
          @Override
          public void swap(
              CleanPlan of, List<Segment> old, List<Long> newBaseOffsets, long nextOffset) {
            throw new IllegalStateException("a dry run commits nothing");
          }

          @Override
          public void checkpoint(CleanPlan of, long endOffset) {
            throw new IllegalStateException("a dry run commits nothing");
          }
        };
    try (Compactor compactor =
        new Compactor(
            fileSystem, Clock.system(), options, Throttle.unlimited(), maxRecordBytes, none)) {
      return compactor.run(
          plan,
          token,
          new CompactionListener() {
            @Override
            public void progress(CleanPlan of, long bytesRead, long bytesWritten) {
              progress.at(bytesRead);
            }
          });
    }
  }
}
