// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.broker;

import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.core.pace.CancelToken;
import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.probe.broker.CleanerThread;
import io.kleaner.supervisor.probe.broker.Seen;
import io.kleaner.supervisor.probe.broker.StackClass;
import io.kleaner.supervisor.remedy.broker.ConfigOverride.Former;
import io.kleaner.supervisor.remedy.broker.ConfigOverride.Purpose;
import io.kleaner.supervisor.remedy.broker.Overrides.Restored;
import io.kleaner.supervisor.remedy.broker.RemedyOutcome.NotEffective;
import io.kleaner.supervisor.remedy.broker.RemedyOutcome.Proof;
import io.kleaner.supervisor.remedy.broker.RemedyOutcome.Refused;
import io.kleaner.supervisor.remedy.broker.RemedyOutcome.Revived;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Restarts the cleaner of a live broker (KIP-226, Kafka 1.1 and later) and leaves its settings as
 * they were: {@code log.cleaner.threads} is set to a text that means the same number, and taken
 * back. Each of the two restarts all cleaner threads.
 *
 * <p>Never pulled while a thread is alive and blocked, see {@link LeverRules}. Not thread-safe; one
 * remedy at a time on a broker.
 */
public final class BrokerLever {

  private static final String ENABLED = "log.cleaner.enable";

  private final ConfigTarget broker;
  private final Overrides overrides;
  private final ThreadWatch threads;
  private final CheckpointView checkpoints;
  private final LeverTimes times;
  private final Clock clock;

  /**
   * @param nodeId of the broker, whose threads and checkpoints the views show
   * @param view a fresh look at the cleaner's threads, each time
   * @param token cancelled when the process is to end: settings are then taken back
   */
  public BrokerLever(
      int nodeId,
      Overrides overrides,
      Supplier<Seen<List<CleanerThread>>> view,
      CheckpointView checkpoints,
      LeverTimes times,
      Clock clock,
      CancelToken token) {
    this.broker = ConfigTarget.broker(nodeId);
    this.overrides = overrides;
    this.threads = new ThreadWatch(view, clock, token, times.pollMs());
    this.checkpoints = checkpoints;
    this.times = times;
    this.clock = clock;
  }

  /**
   * Restarts the cleaner and proves that it lives.
   *
   * @param somethingToClean whether some partition is eligible by these checkpoints, empty if none
   *     can be seen, so that one has to move; asked again and again, as a clean may have ended just
   *     before the restart
   * @throws IOException if the cluster could not be asked; nothing was changed then, or it is in
   *     the journal of overrides
   */
  public RemedyOutcome revive(Predicate<Optional<Map<TopicPartition, Long>>> somethingToClean)
      throws IOException {
    long beganNs = clock.nanoTime();
    Seen<List<CleanerThread>> before = threads.look();
    Optional<String> shut = threads.lastingRefusal();
    if (shut.isPresent()) {
      return refused(shut.get());
    }
    Map<String, Former> settings =
        overrides.access().read(broker, List.of(LeverRules.THREADS, ENABLED));
    Optional<RemedyOutcome> impossible = impossible(settings);
    if (impossible.isPresent()) {
      return impossible.get();
    }
    Map<TopicPartition, Long> cleaned = checkpoints.look().orElse(Map.of());
    Set<Long> old = new HashSet<>(ThreadWatch.ids(before));
    List<ConfigOverride> ours =
        overrides.set(
            broker,
            Map.of(LeverRules.THREADS, LeverRules.text(settings.get(LeverRules.THREADS))),
            Purpose.REVIVE);
    Optional<Seen<List<CleanerThread>>> fresh = Optional.empty();
    Optional<String> leftover = Optional.empty();
    try {
      fresh = threads.awaitNew(old, times.newThreadsMs());
    } finally {
      leftover = takeBack(ours);
    }
    if (fresh.isEmpty()) {
      return new NotEffective(
          "the broker took the change, but no living new cleaner thread was seen in "
              + times.newThreadsMs() / 1_000
              + " s: it died at once, as the one before did, or the broker applies no changes",
          leftover.isEmpty(),
          evidence(before, leftover));
    }
    if (leftover.isEmpty()) {
      old.addAll(ThreadWatch.ids(fresh.get()));
      threads.awaitNew(old, times.newThreadsMs());
    }
    return prove(before, settings, cleaned, somethingToClean, leftover, beganNs);
  }

  private static RemedyOutcome refused(String why) {
    return new Refused(
        "the cleaner is not restarted, because " + why,
        "Wait until the thread moves, or restart the broker; one that ignores SIGTERM for minutes"
            + " waits for this thread, and needs kill -9.");
  }

  private static Optional<RemedyOutcome> impossible(Map<String, Former> settings) {
    if (settings.get(ENABLED).effective().equals(Optional.of("false"))) {
      return Optional.of(
          new Refused(
              "log.cleaner.enable is false: this broker has no cleaner by intention",
              "Set it to true in server.properties and restart the broker."));
    }
    if (settings.get(LeverRules.THREADS).effective().isEmpty()) {
      return Optional.of(
          new Refused(
              "the broker doesn't tell log.cleaner.threads, so there is no setting to restart its"
                  + " cleaner by",
              "Restart the broker; changing settings at run time came with Kafka 1.1."));
    }
    return Optional.empty();
  }

  /** The second restart, unless a new thread is blocked by then: what of ours stays is told. */
  private Optional<String> takeBack(List<ConfigOverride> ours) {
    Optional<Seen<List<CleanerThread>>> free = Optional.empty();
    Optional<String> shut = Optional.empty();
    try {
      free =
          threads.await(now -> LeverRules.refusal(now, clock.nowMs()).isEmpty(), times.unblockMs());
    } finally {
      // One more look alone may find a healthy thread in a read.
      shut = free.isPresent() ? threads.refusalNow() : threads.refusal();
      if (shut.isEmpty()) {
        shut =
            ours.stream()
                .map(overrides::restore)
                .filter(restored -> !restored.isOver())
                .map(Restored::sentence)
                .findFirst();
      } else {
        shut = shut.map(why -> stillSet(ours, why));
      }
    }
    return shut;
  }

  private String stillSet(List<ConfigOverride> ours, String why) {
    ConfigOverride mine = ours.get(0);
    return mine.key()
        + "='"
        + mine.ours()
        + "', which means the same number, is still set on "
        + broker
        + ": taking it back restarts the cleaner once more, and "
        + why;
  }

  private RemedyOutcome prove(
      Seen<List<CleanerThread>> before,
      Map<String, Former> settings,
      Map<TopicPartition, Long> cleaned,
      Predicate<Optional<Map<TopicPartition, Long>>> somethingToClean,
      Optional<String> leftover,
      long beganNs) {
    int expected = LeverRules.count(settings.get(LeverRules.THREADS));
    long sinceNs = clock.nanoTime();
    Proof proof = Proof.ALIVE;
    Optional<Map<TopicPartition, Long>> now = checkpoints.look();
    boolean seeing = now.isPresent();
    while (elapsedMs(sinceNs) < times.proveMs()
        || (seeing
            && proof == Proof.ALIVE
            && elapsedMs(sinceNs) < times.progressMs()
            && somethingToClean.test(now))) {
      threads.pause();
      now = checkpoints.look();
      if (now.map(each -> CheckpointView.moved(cleaned, each)).orElse(false)) {
        proof = Proof.CHECKPOINT_MOVED;
      }
    }
    Seen<List<CleanerThread>> after = threads.look();
    int alive = ThreadWatch.ids(after).size();
    boolean fresh =
        ThreadWatch.ids(after).stream().noneMatch(new HashSet<>(ThreadWatch.ids(before))::contains);
    if (alive < expected || !fresh) {
      return new NotEffective(
          alive == 0
              ? "the new threads died as the old ones did"
              : alive + " of " + expected + " cleaner threads live after the restart",
          leftover.isEmpty(),
          evidence(before, leftover));
    }
    if (proof == Proof.ALIVE && seeing && somethingToClean.test(now)) {
      if (!isCleaning(after)) {
        return new NotEffective(
            "the threads are back, but no checkpoint moved in "
                + times.progressMs() / 1_000
                + " s although there is something to clean",
            leftover.isEmpty(),
            evidence(before, leftover));
      }
      proof = Proof.CLEANING;
    }
    return new Revived(
        ThreadWatch.ids(before), ThreadWatch.ids(after), elapsedMs(beganNs), proof, leftover);
  }

  private static boolean isCleaning(Seen<List<CleanerThread>> threads) {
    return threads.get().orElse(List.of()).stream()
        .anyMatch(each -> each.stack() != StackClass.IDLE && each.stack() != StackClass.UNKNOWN);
  }

  private String evidence(Seen<List<CleanerThread>> before, Optional<String> leftover) {
    return "before: "
        + ThreadWatch.describe(before)
        + "; now: "
        + ThreadWatch.describe(threads.look())
        + leftover.map(text -> "; " + text).orElse("");
  }

  private long elapsedMs(long sinceNs) {
    return TimeUnit.NANOSECONDS.toMillis(clock.nanoTime() - sinceNs);
  }

  /**
   * Takes back what an earlier run left, as far as that is safe now; to be called at a start, and
   * again while something is left.
   */
  public List<Restored> recover() {
    return overrides.recover(threads::refusalNow);
  }
}
