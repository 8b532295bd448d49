// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge.broker;

import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.supervisor.judge.Verdict;
import io.kleaner.supervisor.probe.broker.BrokerSample;
import io.kleaner.supervisor.probe.broker.CleanerThread;
import io.kleaner.supervisor.probe.broker.LogEvent;
import io.kleaner.supervisor.probe.broker.StackClass;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Judges cleaner threads that are there. Pure.
 *
 * <ol>
 *   <li>One that waits for a disk or a lock, at every look since it last got on, hangs.
 *   <li>One that is asleep in the throttle at nearly every look, while nothing gets clean, starves.
 *   <li>One that uses the processor while nothing gets clean spins: at once if its I/O buffer has
 *       no size, or if it began the same partition again and again, else after a time that grows
 *       with what it may have to read.
 *   <li>Otherwise it is well: idle, working or throttled.
 * </ol>
 */
final class LiveThreadRules {

  private static final double NEARLY_ALWAYS = 0.8;
  private static final double BUSY = 0.7;
  private static final double STILL = 0.05;
  private static final int SAME_RANGE = 4;

  /** Slower than any disk that a broker is run on reads. */
  private static final long SLOWEST_BYTES_PER_MS = 5_000;

  private final BrokerSample sample;
  private final BrokerHistory history;
  private final JudgeOptions options;
  private final List<ThreadVerdict> verdicts;
  private final List<Diagnosis> diagnoses;

  /**
   * @param verdicts gets one for each thread
   * @param diagnoses gets what is wrong
   */
  LiveThreadRules(
      BrokerSample sample,
      BrokerHistory history,
      JudgeOptions options,
      List<ThreadVerdict> verdicts,
      List<Diagnosis> diagnoses) {
    this.sample = sample;
    this.history = history;
    this.options = options;
    this.verdicts = verdicts;
    this.diagnoses = diagnoses;
  }

  void judge(ThreadTrack track) {
    CleanerThread thread = track.thread();
    long stillMs = sample.atMs() - track.sinceMs();
    double cpu = track.cpuShare(sample.atMs());
    String frames = thread.frames().isEmpty() ? "" : "; at " + thread.frames().get(0);
    if (track.blocked() > 0
        && track.blocked() == track.looks()
        && stillMs >= options.hungAfterMs()
        && (cpu < 0 || cpu <= STILL)) {
      hung(track, stillMs, frames);
    } else if (track.share(track.throttled()) >= NEARLY_ALWAYS
        && stillMs >= options.starvedAfterMs()
        && hasWork()) {
      starved(track, stillMs, frames);
    } else if (spins(track, stillMs, cpu)) {
      spinning(track, stillMs, cpu, frames);
    } else {
      String state =
          switch (thread.stack()) {
            case IDLE -> "idle";
            case THROTTLED -> "throttled";
            case BLOCKED_IO -> "blocked";
            case CLEANING -> "working";
            case UNKNOWN -> "unknown";
          };
      verdicts.add(
          verdict(
              track,
              state,
              thread.stack() == StackClass.UNKNOWN
                  ? new Verdict.Unknown(thread.name() + " is alive; what it does is not known")
                  : new Verdict.Healthy(thread.name() + " is " + state + frames)));
    }
  }

  private boolean hasWork() {
    return sample.partitions().isEmpty()
        || sample.partitions().values().stream()
            .map(each -> history.partition(each.partition()))
            .flatMap(Optional::stream)
            .anyMatch(track -> track.eligibleSinceMs() >= 0)
        || current(OptionalInt.of(0)).isPresent();
  }

  private boolean spins(ThreadTrack track, long stillMs, double cpu) {
    if (track.thread().javaState() != Thread.State.RUNNABLE) {
      return false;
    }
    if (noBuffer() && stillMs >= 2_000) {
      return true;
    }
    if (began(track) >= SAME_RANGE) {
      return true;
    }
    long mayReadBytes =
        partition(track)
            .flatMap(p -> Optional.ofNullable(sample.partitions().get(p)))
            .flatMap(p -> p.files().get())
            .map(files -> files.dirtyBytes() + files.cleanBytes())
            .orElse(0L);
    return cpu >= BUSY
        && stillMs >= options.spinningAfterMs() + 2 * mayReadBytes / SLOWEST_BYTES_PER_MS;
  }

  private boolean noBuffer() {
    OptionalLong size =
        sample
            .config()
            .get()
            .map(config -> config.number("log.cleaner.io.buffer.size"))
            .orElse(OptionalLong.empty());
    return size.isPresent() && size.getAsLong() == 0;
  }

  /** How often the thread began its partition since something last got clean. */
  private long began(ThreadTrack track) {
    Optional<TopicPartition> partition = partition(track);
    return sample.log().get().stream()
        .flatMap(log -> log.events().stream())
        .filter(event -> event.atMs() >= track.sinceMs())
        .filter(
            event ->
                event instanceof LogEvent.BeganCleaning began
                    && partition.equals(Optional.of(began.partition())))
        .count();
  }

  private Optional<TopicPartition> partition(ThreadTrack track) {
    return current(ThreadRules.number(track.thread().name()));
  }

  /** What a thread is at, as far as the log tells. */
  private Optional<TopicPartition> current(OptionalInt thread) {
    return Deaths.current(sample, thread.orElse(-1));
  }

  ThreadVerdict verdict(ThreadTrack track, String state, Verdict verdict) {
    StackClass stack = track.thread().stack();
    return new ThreadVerdict(
        track.thread().name(),
        OptionalLong.of(track.thread().id()),
        state,
        verdict,
        Math.max(0, sample.atMs() - track.sinceMs()),
        stack == StackClass.IDLE ? Optional.empty() : partition(track),
        stack == StackClass.IDLE || stack == StackClass.CLEANING);
  }

  private void hung(ThreadTrack track, long stillMs, String frames) {
    String name = track.thread().name();
    String summary =
        name + " has waited for a disk or a lock for " + Moments.span(stillMs) + at(track);
    verdicts.add(verdict(track, "hung", new Verdict.Hung(summary)));
    diagnoses.add(
        Diagnosis.of(
            Ailment.CLEANER_HUNG,
            name,
            track.sinceMs(),
            summary,
            "thread id " + track.thread().id() + " at all of " + track.looks() + " looks" + frames,
            "Find out why the disk doesn't answer (dmesg, iostat -x). The cleaner must not be"
                + " reconfigured now: the broker would wait for this thread and apply no metadata"
                + " any more. If the disk doesn't come back, only a restart of the broker helps."));
  }

  private void starved(ThreadTrack track, long stillMs, String frames) {
    String name = track.thread().name();
    String rate =
        sample
            .config()
            .get()
            .flatMap(config -> config.get("log.cleaner.io.max.bytes.per.second"))
            .map(value -> value.text() + ", " + value.origin().text())
            .orElse("not known");
    String summary =
        name
            + " slept in the throttle nearly all of the last "
            + Moments.span(stillMs)
            + ", and nothing got clean"
            + at(track);
    verdicts.add(verdict(track, "throttled", new Verdict.Degraded(summary)));
    diagnoses.add(
        Diagnosis.of(
            Ailment.CLEANER_STARVED,
            name,
            track.sinceMs(),
            summary,
            track.throttled()
                + " of "
                + track.looks()
                + " looks; log.cleaner.io.max.bytes.per.second is "
                + rate
                + frames,
            "Set a higher log.cleaner.io.max.bytes.per.second in server.properties and restart the"
                + " broker. Don't change it, or anything else of the cleaner, while the broker"
                + " runs: it would wait for the sleeping thread and apply no metadata any more."
                + " Only where every sleep is short Kleaner asks whether it should ('unstick')."));
  }

  private void spinning(ThreadTrack track, long stillMs, double cpu, String frames) {
    String name = track.thread().name();
    String summary =
        name + " has worked for " + Moments.span(stillMs) + " and nothing got clean" + at(track);
    verdicts.add(verdict(track, "spinning", new Verdict.Stalled(summary)));
    diagnoses.add(
        Diagnosis.of(
            Ailment.CLEANER_SPINNING,
            name,
            track.sinceMs(),
            summary,
            (cpu < 0 ? "" : Math.round(cpu * 100) + " % of a processor; ")
                + "began the same partition "
                + began(track)
                + " times"
                + (noBuffer() ? "; log.cleaner.io.buffer.size is 0" : "")
                + frames,
            noBuffer()
                ? "Set log.cleaner.io.buffer.size back to 524288."
                : "An endless clean of one range (KAFKA-8764, KAFKA-9826): raise the log start"
                    + " offset of the partition above the hole, or isolate it and revive the"
                    + " cleaner; an offline 'kleaner compact "
                    + BrokerText.dir(sample, partition(track))
                    + "' gets through it."));
  }

  private String at(ThreadTrack track) {
    return partition(track).map(each -> "; it is at " + each).orElse("");
  }
}
