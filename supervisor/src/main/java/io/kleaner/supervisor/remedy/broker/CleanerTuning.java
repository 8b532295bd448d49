// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.broker;

import io.kleaner.core.pace.CancelToken;
import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.probe.broker.CleanerThread;
import io.kleaner.supervisor.probe.broker.ConfigValue.Origin;
import io.kleaner.supervisor.probe.broker.Seen;
import io.kleaner.supervisor.remedy.broker.ConfigOverride.Former;
import io.kleaner.supervisor.remedy.broker.ConfigOverride.Purpose;
import io.kleaner.supervisor.remedy.broker.Overrides.Restored;
import io.kleaner.supervisor.remedy.broker.RemedyOutcome.Changed;
import io.kleaner.supervisor.remedy.broker.RemedyOutcome.NotEffective;
import io.kleaner.supervisor.remedy.broker.RemedyOutcome.Refused;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Changes a live broker's cleaner until a person has it taken back: its throttle, its number of
 * threads, its buffer. Each change restarts the cleaner, so the rules of {@link LeverRules} hold: a
 * thread that sleeps in the throttle keeps the old rate until it wakes, and would block the broker
 * until then. So nothing is changed while it works under a rate that allows of long sleeps, {@link
 * TuningRules#refuseSleeps}.
 *
 * <p>What it changes stays after an end of Kleaner, too; the journal of overrides says what it was,
 * and whether all threads were seen to live with it. Not thread-safe.
 */
public final class CleanerTuning {

  private static final long WAKE_MS = 30_000;
  private static final List<Purpose> TUNING = List.of(Purpose.RESIZE, Purpose.UNSTICK);

  private final ConfigTarget broker;
  private final Overrides overrides;
  private final ThreadWatch threads;
  private final TuningProof proof;
  private final Clock clock;

  /** Takes what {@link BrokerLever} takes. */
  public CleanerTuning(
      int nodeId,
      Overrides overrides,
      Supplier<Seen<List<CleanerThread>>> view,
      LeverTimes times,
      Clock clock,
      CancelToken token) {
    this.broker = ConfigTarget.broker(nodeId);
    this.overrides = overrides;
    this.threads = new ThreadWatch(view, clock, token, times.pollMs());
    this.proof = new TuningProof(broker, overrides, threads, times);
    this.clock = clock;
  }

  /**
   * Raises the throttle that starves the cleaner, if every sleep at the present rate is short.
   *
   * @param bytesPerSecond the new rate, above the present one
   */
  public RemedyOutcome unstick(double bytesPerSecond) throws IOException {
    Former now = overrides.access().read(broker, TuningRules.RATE);
    Optional<String> why = TuningRules.refuseRate(now, bytesPerSecond);
    if (why.isPresent()) {
      return new Refused(why.get(), "Look for another cause with 'kleaner explain'.");
    }
    String text = Double.toString(bytesPerSecond);
    Optional<String> asleep = longSleeps();
    return asleep.isPresent()
        ? new Refused(
            TuningRules.RATE + " is not changed now, because " + asleep.get(),
            restartWith(TuningRules.RATE, text))
        : change(TuningRules.RATE, text, Purpose.UNSTICK);
  }

  /** Changes the number of cleaner threads: at most twice, at least half of what it is. */
  public RemedyOutcome resizeThreads(int wanted) throws IOException {
    Map<String, Former> now =
        overrides.access().read(broker, List.of(LeverRules.THREADS, TuningRules.BUFFER));
    Optional<Double> threadsNow = TuningRules.number(now.get(LeverRules.THREADS));
    Optional<Double> bufferNow = TuningRules.number(now.get(TuningRules.BUFFER));
    if (threadsNow.isEmpty() || bufferNow.isEmpty()) {
      return untold(LeverRules.THREADS + " and " + TuningRules.BUFFER);
    }
    Optional<String> why =
        TuningRules.refuseThreads(threadsNow.get().intValue(), wanted, bufferNow.get().longValue());
    return why.isPresent()
        ? new Refused(why.get(), "Ask for a number within these limits.")
        : change(LeverRules.THREADS, Integer.toString(wanted), Purpose.RESIZE);
  }

  /**
   * Changes the size of the buffer for keys.
   *
   * @param maxHeapBytes of the broker, empty if it is not known: then it may only shrink
   */
  public RemedyOutcome resizeBuffer(long wantedBytes, OptionalLong maxHeapBytes)
      throws IOException {
    Map<String, Former> now =
        overrides.access().read(broker, List.of(LeverRules.THREADS, TuningRules.BUFFER));
    Optional<Double> threadsNow = TuningRules.number(now.get(LeverRules.THREADS));
    Optional<Double> bufferNow = TuningRules.number(now.get(TuningRules.BUFFER));
    if (threadsNow.isEmpty() || bufferNow.isEmpty()) {
      return untold(LeverRules.THREADS + " and " + TuningRules.BUFFER);
    }
    Optional<String> why =
        TuningRules.refuseBuffer(
            bufferNow.get().longValue(), wantedBytes, threadsNow.get().intValue(), maxHeapBytes);
    return why.isPresent()
        ? new Refused(why.get(), "Ask for a size within these limits.")
        : change(TuningRules.BUFFER, Long.toString(wantedBytes), Purpose.RESIZE);
  }

  private static RemedyOutcome untold(String keys) {
    return new Refused(
        "the broker doesn't tell " + keys,
        "Change them in server.properties and restart the broker.");
  }

  /** Takes back what was changed for a purpose, the newest first, as far as that is safe now. */
  private List<Restored> revert(Purpose purpose, List<ConfigOverride> ours) {
    return ours.stream()
        .filter(each -> each.purpose() == purpose)
        .sorted((a, b) -> Long.compare(b.id(), a.id()))
        .map(this::takeBack)
        .toList();
  }

  /**
   * Gives the broker all settings back that it had before it was tuned, as far as that is safe now,
   * and waits for the cleaner's new threads.
   *
   * @throws IOException if the cluster doesn't tell which one it is; nothing was changed
   */
  public RemedyOutcome release() throws IOException {
    List<ConfigOverride> ours =
        overrides.openHere().stream()
            .filter(each -> TUNING.contains(each.purpose()) && each.target().equals(broker))
            .toList();
    if (ours.isEmpty()) {
      return new Refused(
          "nothing of " + broker + " was tuned, as far as the journal of overrides knows",
          "Look at its settings with 'kafka-configs.sh --describe --entity-type brokers'.");
    }
    long beganNs = clock.nanoTime();
    HashSet<Long> old = new HashSet<>(ThreadWatch.ids(threads.look()));
    List<Restored> restored = TUNING.stream().flatMap(each -> revert(each, ours).stream()).toList();
    String what = restored.stream().map(Restored::sentence).collect(Collectors.joining("; "));
    if (!restored.stream().allMatch(Restored::isOver)) {
      return new NotEffective(broker + " has not all of its former settings back", false, what);
    }
    boolean restarts = restored.stream().anyMatch(e -> e.ending() == Overrides.Ending.RESTORED);
    int wanted = LeverRules.count(overrides.access().read(broker, LeverRules.THREADS));
    if (restarts && !proof.isSeen(old, wanted)) {
      return new NotEffective(
          broker + " has its former settings back, but " + proof.tooFew(old, wanted),
          true,
          what + "; now: " + ThreadWatch.describe(threads.look()));
    }
    return new Changed(
        broker + " has its former settings back: " + what,
        ours.stream().map(each -> each.key() + "=" + each.ours()).collect(Collectors.joining(", ")),
        ours.stream()
            .map(each -> each.key() + "=" + each.former().effective().orElse("not set"))
            .collect(Collectors.joining(", ")),
        TimeUnit.NANOSECONDS.toMillis(clock.nanoTime() - beganNs));
  }

  /** What is told of a tuning that nobody has seen to work yet, and why not. */
  public static Restored unverified(ConfigOverride override, String why) {
    return StillOurs.unverified(override, why);
  }

  /**
   * Looks once, without waiting, whether what a run set works that ended before it saw that.
   *
   * @return what became of each; what is not seen to work stays, and is looked at again later
   */
  public List<Restored> verify() {
    return proof.verify();
  }

  private Restored takeBack(ConfigOverride override) {
    return threads
        .lastingRefusal()
        .map(
            why ->
                new Restored(
                    override,
                    Overrides.Ending.STILL_OURS,
                    override.key()
                        + "="
                        + override.ours()
                        + " is still set on "
                        + broker
                        + ", because "
                        + why))
        .orElseGet(() -> overrides.restore(override));
  }

  /** Why a thread that works under the present throttle must be let alone; empty without one. */
  private Optional<String> longSleeps() throws IOException {
    Map<String, Former> now =
        overrides
            .access()
            .read(
                broker,
                List.of(
                    TuningRules.RATE,
                    TuningRules.IO_BUFFER,
                    TuningRules.LARGEST_MESSAGE,
                    LeverRules.THREADS));
    if (now.get(TuningRules.RATE).origin() == Origin.DEFAULT) {
      return Optional.empty();
    }
    Optional<Double> rate = TuningRules.number(now.get(TuningRules.RATE));
    Optional<Double> buffer = TuningRules.number(now.get(TuningRules.IO_BUFFER));
    Optional<Double> message = TuningRules.number(now.get(TuningRules.LARGEST_MESSAGE));
    Optional<Double> count = TuningRules.number(now.get(LeverRules.THREADS));
    if (rate.isEmpty() || buffer.isEmpty() || message.isEmpty() || count.isEmpty()) {
      return Optional.of(
          "the broker doesn't tell its throttle and the size of its buffers, so nobody knows how"
              + " long its cleaner threads sleep");
    }
    return TuningRules.refuseSleeps(
        rate.get(),
        TuningRules.largestChunk(
            buffer.get().longValue(), message.get().longValue(), count.get().intValue()));
  }

  private RemedyOutcome change(String key, String text, Purpose purpose) throws IOException {
    Optional<String> why = threads.lastingRefusal();
    Seen<List<CleanerThread>> before = threads.last();
    // Awake at one look, it may be asleep at the next.
    if (why.isPresent()
        && ThreadWatch.isAsleep(before)
        && longSleeps().isEmpty()
        && threads.awaitWake(TuningRules.LONGEST_SLEEP_MS, WAKE_MS)) {
      why = Optional.empty();
    }
    if (why.isPresent()) {
      return new Refused(
          key + " is not changed now, because " + why.get(), nextStep(before, key, text));
    }
    long beganNs = clock.nanoTime();
    Map<String, Former> now = overrides.access().read(broker, List.of(key, LeverRules.THREADS));
    Former former = now.get(key);
    int wanted =
        key.equals(LeverRules.THREADS)
            ? Integer.parseInt(text)
            : LeverRules.count(now.get(LeverRules.THREADS));
    List<ConfigOverride> ours = overrides.set(broker, Map.of(key, text), purpose);
    HashSet<Long> old = new HashSet<>(ThreadWatch.ids(before));
    boolean works = proof.isSeen(old, wanted);
    long tookMs = TimeUnit.NANOSECONDS.toMillis(clock.nanoTime() - beganNs);
    if (works) {
      ours.forEach(overrides::verified);
      return new Changed(
          key + " of " + broker + " is " + text + " now, and the cleaner has new threads",
          former.effective().orElse("not set") + " (" + former.origin().text() + ")",
          text,
          tookMs);
    }
    String few = proof.tooFew(old, wanted);
    List<Restored> undone = ours.stream().map(this::takeBack).toList();
    return new NotEffective(
        "the broker took " + key + "=" + text + ", but " + few,
        undone.stream().allMatch(Restored::isOver),
        "before: "
            + ThreadWatch.describe(before)
            + "; now: "
            + ThreadWatch.describe(threads.look())
            + "; "
            + undone.stream().map(Restored::sentence).collect(Collectors.joining("; ")));
  }

  private static String nextStep(Seen<List<CleanerThread>> threadsNow, String key, String text) {
    return ThreadWatch.isAsleep(threadsNow)
        ? restartWith(key, text)
        : "Try again when the thread is idle or cleaning, or restart the broker with "
            + key
            + "="
            + text
            + ".";
  }

  private static String restartWith(String key, String text) {
    return "A thread keeps the rate it went to sleep with, whatever is set now. Set "
        + key
        + "="
        + text
        + " in server.properties (by kafka-configs only right before the next step, if it was set"
        + " that way) and restart the broker, with kill -9 if it ignores SIGTERM.";
  }
}
