// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import io.kleaner.core.io.FileSystem;
import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.core.pace.CancelToken;
import io.kleaner.core.settings.CleanupPolicy;
import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.judge.broker.BrokerJudge;
import io.kleaner.supervisor.judge.broker.JudgeOptions;
import io.kleaner.supervisor.judge.broker.Judgement;
import io.kleaner.supervisor.judge.broker.SourceState;
import io.kleaner.supervisor.probe.broker.BrokerPartition;
import io.kleaner.supervisor.probe.broker.BrokerProbes;
import io.kleaner.supervisor.probe.broker.BrokerSample;
import io.kleaner.supervisor.probe.broker.Eligibility;
import io.kleaner.supervisor.probe.broker.PartitionFiles;
import io.kleaner.supervisor.probe.broker.ProbeTargets;
import io.kleaner.supervisor.probe.broker.ReclaimEstimate;
import io.kleaner.supervisor.probe.broker.Seen;
import io.kleaner.supervisor.probe.broker.Source;
import io.kleaner.supervisor.probe.broker.TopicConfig;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** Looks at a broker for some seconds and judges, changing nothing. */
public final class OneLook {

  private static final long LEAST_MS = 2_500;
  private static final long MOST_MS = 15_000;
  private static final long PAUSE_MS = 500;

  private OneLook() {}

  /**
   * Looks until every source that was named has told something, the files that are asked for were
   * looked at with the settings that were told, and a moment longer so that a thread that is
   * missing is missed twice; no longer than some seconds.
   *
   * @param asked the partitions that are asked for: a broker may have thousands, and there is no
   *     time to look at all
   * @param token ends it early
   */
  public static Judgement at(
      ProbeTargets targets,
      Predicate<TopicPartition> asked,
      FileSystem fileSystem,
      Clock clock,
      CancelToken token)
      throws InterruptedException {
    Set<Source> named = EnumSet.noneOf(Source.class);
    named.addAll(WatchSetup.named(targets));
    BrokerJudge judge = new BrokerJudge(JudgeOptions.defaults(), named);
    try (BrokerProbes probes = new BrokerProbes(targets, fileSystem, clock, asked)) {
      probes.start();
      long beganNs = clock.nanoTime();
      while (true) {
        token.sleep(TimeUnit.MILLISECONDS.toNanos(PAUSE_MS));
        BrokerSample sample = probes.sample();
        Judgement judgement = judge.judge(sample, new IsolatedTopics().at(sample));
        long tookMs = TimeUnit.NANOSECONDS.toMillis(clock.nanoTime() - beganNs);
        boolean all =
            judgement.sources().stream().noneMatch(each -> each.kind() == SourceState.Kind.MISSING)
                && sample.partitions().values().stream()
                    .filter(each -> asked.test(each.partition()))
                    .noneMatch(OneLook::isAwaited);
        if (token.isCancelled() || tookMs >= MOST_MS || (all && tookMs >= LEAST_MS)) {
          return judgement;
        }
      }
    }
  }

  /** Whether more of it will be known in a moment. */
  private static boolean isAwaited(BrokerPartition partition) {
    return isUnseen(partition) || isBehind(partition) || isSuspect(partition);
  }

  /** Whether its files were not looked at yet, or what a clean of them would free. */
  private static boolean isUnseen(BrokerPartition partition) {
    return partition.files() instanceof Seen.Missing<PartitionFiles> files
        ? files.why().equals(PartitionFiles.NOT_LOOKED_AT_YET)
        : partition.reclaimable() instanceof Seen.Missing<ReclaimEstimate> estimate
            && estimate.why().equals(ReclaimEstimate.NOT_SAMPLED_YET)
            && partition.files().get().filter(files -> files.dirtyBytes() > 0).isPresent();
  }

  /** Whether something in it is looked at again before it is told. */
  private static boolean isSuspect(BrokerPartition partition) {
    return partition.ahead().get().filter(ahead -> ahead.suspects() > 0).isPresent();
  }

  /** Whether its files were judged before its settings came, which are known by now. */
  private static boolean isBehind(BrokerPartition partition) {
    return partition
            .config()
            .get()
            .map(TopicConfig::cleanupPolicy)
            .filter(OneLook::isKnown)
            .isPresent()
        && partition
            .files()
            .get()
            .filter(files -> files.eligibility().kind() == Eligibility.Kind.UNKNOWN_POLICY)
            .isPresent();
  }

  private static boolean isKnown(CleanupPolicy policy) {
    return policy != CleanupPolicy.UNKNOWN;
  }
}
