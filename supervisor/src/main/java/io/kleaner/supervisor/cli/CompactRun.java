// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import io.kleaner.core.compact.CleanOptions;
import io.kleaner.core.compact.CleanShare;
import io.kleaner.core.compact.CompactionOutcome;
import io.kleaner.core.compact.Compactor;
import io.kleaner.core.compact.DirectoryCommitter;
import io.kleaner.core.compact.HighWatermarkChoice;
import io.kleaner.core.compact.LogDirSession;
import io.kleaner.core.compact.PartitionJob;
import io.kleaner.core.compact.PartitionJob.Assessment;
import io.kleaner.core.compact.PartitionSurvey;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.io.IoProblem;
import io.kleaner.core.io.SpaceLedger;
import io.kleaner.core.logdir.LogDir;
import io.kleaner.core.logdir.PartitionLog;
import io.kleaner.core.logdir.UnusableDirectoryException;
import io.kleaner.core.pace.CancelToken;
import io.kleaner.core.pace.CancelledException;
import io.kleaner.core.pace.Throttle;
import io.kleaner.core.policy.CleanPolicy;
import io.kleaner.core.policy.CleanRequest;
import io.kleaner.core.policy.Decision;
import io.kleaner.core.settings.SettingsResolver;
import io.kleaner.core.swap.Fence;
import io.kleaner.core.swap.RecoveryPlan;
import io.kleaner.core.time.Clock;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Compacts the partitions of one directory: lock, recover, assess, then clean the dirtiest first.
 */
final class CompactRun {

  private final FileSystem fileSystem;
  private final Clock clock;
  private final CleanOptions options;
  private final Throttle throttle;
  private final int maxRecordBytes;
  private final int threads;
  private final CancelToken token;
  private final CompactReport report;

  /** A partition that only waits for another's end is not refused: it would fit with one thread. */
  private final SpaceLedger ledger = new SpaceLedger(SpaceLedger.WhenTaken.WAIT);

  CompactRun(
      FileSystem fileSystem,
      Clock clock,
      CleanOptions options,
      Throttle throttle,
      int maxRecordBytes,
      int threads,
      CancelToken token,
      CompactReport report) {
    this.fileSystem = fileSystem;
    this.clock = clock;
    this.options = options;
    this.throttle = throttle;
    this.maxRecordBytes = maxRecordBytes;
    this.threads = threads;
    this.token = token;
    this.report = report;
  }

  /** What is asked for in one directory. */
  record Job(
      List<Path> partitions,
      SettingsResolver settings,
      HighWatermarkChoice highWatermark,
      CleanRequest request,
      boolean afterCrash,
      boolean truncateTail) {}

  ExitCode run(LogDir logDir, Job job) throws IOException {
    for (LogDir.Skipped skipped : logDir.skipped()) {
      report.skipped(skipped.name(), skipped.reason());
    }
    if (options.dryRun()) {
      LogDirSession.requireStopped(logDir, job.afterCrash());
      return clean(
          logDir,
          job,
          assessAll(logDir, job, partition -> PendingSwap.refuse(fileSystem, partition)),
          Fence.OPEN);
    }
    try (LogDirSession session = LogDirSession.open(fileSystem, logDir, job.afterCrash())) {
      return clean(
          logDir,
          job,
          assessAll(logDir, job, partition -> prepare(session, logDir, job, partition)),
          // What has the directory's name by then may be another's.
          commit -> {
            session.requireHeld();
            commit.run();
          });
    }
  }

  private PartitionJob assessor(LogDir logDir, Job job, PartitionJob.Tail tail, Progress progress) {
    return new PartitionJob(
        fileSystem,
        logDir,
        job.settings(),
        job.highWatermark(),
        job.request(),
        tail,
        Optional.of(new PartitionJob.CrashCheck(maxRecordBytes, token, progress::read)));
  }

  /** Changes nothing of what is not compacted, and cuts a tail off only what is sound otherwise. */
  private void prepare(LogDirSession session, LogDir logDir, Job job, Path partition)
      throws IOException {
    PartitionJob judge = assessor(logDir, job, PartitionJob.Tail.BEING_WRITTEN, report.assessing());
    if (judge.isPassedOver(partition)) {
      return;
    }
    RecoveryPlan recovery = session.recover(partition);
    if (recovery.result() != RecoveryPlan.Result.NOTHING_TO_DO) {
      report.recovered(partition.getFileName().toString(), recovery);
    }
    if (job.truncateTail()) {
      PartitionLog log = new PartitionSurvey(fileSystem, session.logDir()).read(partition);
      if (log.tornTail().isPresent() && judge.assess(partition) instanceof Assessment.Decided) {
        session.truncateTail(log);
        report.truncated(partition.getFileName().toString(), log.tornTail().get());
      }
    }
  }

  /** What is done to a partition before it is assessed. */
  private interface Preparation {
    void prepare(Path partition) throws IOException;
  }

  private record Assessed(Path dir, Assessment assessment) {}

  private List<Assessed> assessAll(LogDir logDir, Job job, Preparation preparation) {
    Progress progress = report.assessing();
    PartitionJob assessor = assessor(logDir, job, PartitionJob.Tail.SETTLED, progress);
    List<Assessed> assessed = new ArrayList<>();
    for (int i = 0; i < job.partitions().size(); i++) {
      Path partition = job.partitions().get(i);
      token.throwIfCancelled();
      Assessment assessment;
      try {
        if (logDir.isAfterCrash()) {
          progress.begin(
              partition.getFileName().toString(),
              "checking after the crash",
              i + 1,
              job.partitions().size(),
              () -> Progress.logBytes(fileSystem, partition));
        }
        preparation.prepare(partition);
        assessment = assessor.assess(partition);
      } catch (UnusableDirectoryException e) {
        assessment = new Assessment.Unfit(e.getMessage(), e.nextStep());
      } catch (IOException e) {
        IoProblem problem = IoProblem.of(e);
        assessment =
            new Assessment.Unfit(
                partition + " cannot be worked on: " + problem.text() + "; nothing was changed.",
                problem.nextStep());
      } catch (CancelledException e) {
        throw e;
      } catch (RuntimeException e) {
        assessment =
            new Assessment.Unfit(
                partition + " met a defect of kleaner: " + e + "; nothing was changed.",
                "Set KLEANER_DEBUG=1 to see where, and report it.");
      } finally {
        progress.end();
      }
      assessed.add(new Assessed(partition, assessment));
    }
    return assessed;
  }

  private ExitCode clean(LogDir logDir, Job job, List<Assessed> partitions, Fence fence) {
    ExitCode exit = ExitCode.DONE;
    List<Decision.Clean> todo = new ArrayList<>();
    for (Assessed each : partitions) {
      String name = each.dir().getFileName().toString();
      if (each.assessment() instanceof Assessment.Unfit unfit) {
        report.refused(name, unfit.reason(), unfit.nextStep());
        exit = exit.worse(ExitCode.REFUSED);
      } else if (each.assessment() instanceof Assessment.PassedOver stray) {
        report.skipped(name, stray.reason());
      } else if (each.assessment() instanceof Assessment.Decided decided) {
        if (decided.decision() instanceof Decision.Clean clean) {
          todo.add(clean);
        } else if (decided.decision() instanceof Decision.NotNow notNow) {
          report.notNow(name, notNow);
          exit = exit.worse(exitOf(notNow, job));
        }
      }
    }
    todo.sort(CleanPolicy.ORDER);
    return exit.worse(cleanAll(logDir, todo, fence));
  }

  /** A topic that must not be compacted was asked for by name: that is a refusal. */
  private static ExitCode exitOf(Decision.NotNow notNow, Job job) {
    boolean refused =
        notNow.reason() == Decision.Reason.NOT_COMPACTED && job.request().namedByHand();
    return refused ? ExitCode.REFUSED : ExitCode.DONE;
  }

  private ExitCode cleanAll(LogDir logDir, List<Decision.Clean> todo, Fence fence) {
    DirectoryCommitter committer = new DirectoryCommitter(fileSystem, logDir, fence);
    List<CleanShare> shares = CleanShare.of(options, threads, todo.size());
    // One for each worker.
    Queue<CleanShare> free = new ConcurrentLinkedQueue<>(shares);
    ExecutorService workers = daemons("kleaner-worker", shares.size());
    ExecutorService helpers = daemons("kleaner-helper", Math.max(1, threads - shares.size()));
    try {
      List<Future<ExitCode>> results = new ArrayList<>();
      for (Decision.Clean clean : todo) {
        results.add(workers.submit(() -> cleanNext(committer, clean, free, helpers)));
      }
      ExitCode exit = ExitCode.DONE;
      for (Future<ExitCode> result : results) {
        exit = exit.worse(await(result));
      }
      return exit;
    } finally {
      // The lock is given back after this: nobody may be in the middle of a swap then.
      join(workers);
      join(helpers);
    }
  }

  private static void join(ExecutorService workers) {
    workers.shutdown();
    boolean interrupted = false;
    while (true) {
      try {
        if (workers.awaitTermination(1, TimeUnit.HOURS)) {
          break;
        }
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static ExecutorService daemons(String name, int count) {
    return Executors.newFixedThreadPool(
        count,
        task -> {
          Thread thread = new Thread(task, name);
          thread.setDaemon(true);
          return thread;
        });
  }

  private static ExitCode await(Future<ExitCode> result) {
    try {
      return result.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return ExitCode.INTERRUPTED;
    } catch (ExecutionException e) {
      throw new IllegalStateException("a worker ended without an outcome", e.getCause());
    }
  }

  private ExitCode cleanNext(
      DirectoryCommitter committer,
      Decision.Clean clean,
      Queue<CleanShare> free,
      ExecutorService helpers) {
    CleanShare share = free.remove();
    try {
      return cleanOne(committer, clean, share, helpers);
    } finally {
      free.add(share);
    }
  }

  private ExitCode cleanOne(
      DirectoryCommitter committer,
      Decision.Clean clean,
      CleanShare share,
      ExecutorService helpers) {
    if (token.isCancelled()) {
      return ExitCode.INTERRUPTED;
    }
    try (Compactor compactor =
        new Compactor(
            fileSystem,
            clock,
            share.options(),
            throttle,
            maxRecordBytes,
            committer,
            ledger,
            share.lanes(),
            helpers)) {
      CompactionOutcome outcome = run(compactor, clean);
      report.outcome(clean, outcome);
      return ExitCode.of(outcome);
    }
  }

  /** An Error of one partition is not another's; what it left is recovered like after a kill. */
  private CompactionOutcome run(Compactor compactor, Decision.Clean clean) {
    try {
      return compactor.run(clean.plan(), token, report.progress());
    } catch (LinkageError | StackOverflowError e) {
      return new CompactionOutcome.Failed(
          clean.plan().partition() + ": " + e,
          e instanceof LinkageError
              ? "A codec's native library could not be loaded: name a directory from which programs"
                  + " may run, KLEANER_OPTS=-Djava.io.tmpdir=DIR. Then run 'kleaner recover "
                  + clean.plan().dir()
                  + "'."
              : "Report it; 'kleaner recover " + clean.plan().dir() + "' cleans up.",
          e);
    }
  }
}
