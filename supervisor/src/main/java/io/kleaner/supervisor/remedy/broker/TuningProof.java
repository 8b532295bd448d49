// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.broker;

import io.kleaner.supervisor.probe.broker.CleanerThread;
import io.kleaner.supervisor.probe.broker.Seen;
import io.kleaner.supervisor.remedy.broker.Overrides.Restored;
import java.io.IOException;
import java.util.List;
import java.util.Set;

/**
 * Whether a broker's cleaner works with a setting: as many threads as there are to be have come
 * after it, and live. Not thread-safe.
 */
final class TuningProof {

  private final ConfigTarget broker;
  private final Overrides overrides;
  private final ThreadWatch threads;
  private final LeverTimes times;

  TuningProof(ConfigTarget broker, Overrides overrides, ThreadWatch threads, LeverTimes times) {
    this.broker = broker;
    this.overrides = overrides;
    this.threads = threads;
    this.times = times;
  }

  /** Waits for it. */
  boolean isSeen(Set<Long> before, int wanted) {
    return threads.awaitAllNew(before, wanted, times.newThreadsMs(), times.proveMs());
  }

  /** How many there are instead, as the end of a sentence. */
  String tooFew(Set<Long> before, int wanted) {
    long fresh =
        ThreadWatch.ids(threads.look()).stream().filter(id -> !before.contains(id)).count();
    return fresh == 0
        ? "no new cleaner thread came in " + times.newThreadsMs() / 1_000 + " s"
        : fresh + " of " + wanted + " new cleaner threads live";
  }

  /**
   * Looks at what was set by a run that ended before it saw it; see {@link CleanerTuning}. One look
   * has to do, since others wait for the same hands: threads that don't fit the heap were gone
   * before this run began.
   */
  List<Restored> verify() {
    List<ConfigOverride> doubtful =
        overrides.open().stream()
            .filter(each -> each.unverified() && each.target().equals(broker))
            .toList();
    try {
      return verify(doubtful.stream().filter(overrides.openHere()::contains).toList());
    } catch (IOException e) {
      return doubtful.stream().map(each -> StillOurs.unverified(each, e.getMessage())).toList();
    }
  }

  private List<Restored> verify(List<ConfigOverride> doubtful) throws IOException {
    if (doubtful.isEmpty()) {
      return List.of();
    }
    int wanted = LeverRules.count(overrides.access().read(broker, LeverRules.THREADS));
    Seen<List<CleanerThread>> now = threads.look();
    if (now instanceof Seen.Missing || ThreadWatch.ids(now).size() < wanted) {
      String doubt = "of " + wanted + " threads it has " + ThreadWatch.describe(now);
      return doubtful.stream().map(each -> StillOurs.unverified(each, doubt)).toList();
    }
    doubtful.forEach(overrides::verified);
    return doubtful.stream().map(each -> works(each, wanted)).toList();
  }

  private static Restored works(ConfigOverride override, int threads) {
    return new Restored(
        override,
        Overrides.Ending.VERIFIED,
        override.key()
            + "="
            + override.ours()
            + " stays on "
            + override.target()
            + ": all "
            + threads
            + " cleaner threads live with it");
  }
}
