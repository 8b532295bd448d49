// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cleaner;

import io.kleaner.core.time.Clock;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * What the board knows of one partition. Its lease is taken by compare-and-set. What was seen and
 * how it went is written by whoever holds the lease; what keeps the partition is written by the
 * supervisor alone, so that no worker's news can lift a quarantine. All is read by anyone.
 */
final class PartitionCell {

  private final PartitionId id;
  private final Clock clock;
  private final AtomicReference<Optional<Lease>> lease = new AtomicReference<>(Optional.empty());
  private final AtomicReference<Optional<Failure>> failure =
      new AtomicReference<>(Optional.empty());
  private volatile Seen seen = Seen.NOTHING;
  private volatile Kept kept;
  private volatile Rolled rolled = Rolled.NOTHING;
  private volatile Optional<Resting> resting = Optional.empty();
  private volatile boolean cleanRequested;
  private volatile boolean recovered;
  private volatile boolean recoveryTried;
  private volatile long turn;
  private volatile long epoch;

  /**
   * What the directory looked like from outside when it was last looked into.
   *
   * @param tail sizes of its newest logs
   */
  record Look(long fingerprint, Map<Path, Long> tail, long atNanos, boolean ever) {
    static final Look NEVER = new Look(0, Map.of(), 0, false);

    Look with(Map<Path, Long> sizes) {
      return new Look(fingerprint, sizes, atNanos, ever);
    }
  }

  /** What its workers found and did. */
  private record Seen(
      Finding finding,
      Look look,
      Optional<LastClean> lastClean,
      long cleans,
      long cleanedBytes,
      long looks) {
    static final Seen NOTHING = new Seen(Finding.NONE, Look.NEVER, Optional.empty(), 0, 0, 0);
  }

  /** What was rolled while someone had it, and since which look. */
  private record Rolled(long looks, long bytes) {
    static final Rolled NOTHING = new Rolled(0, 0);
  }

  /** Its state while nobody has it and nothing keeps it, and what that was made of. */
  private record Resting(Seen seen, Rolled rolled, PartitionState state) {
    boolean isMadeOf(Seen nowSeen, Rolled nowRolled) {
      return seen.equals(nowSeen) && rolled.equals(nowRolled);
    }
  }

  /** What its supervisor decided. */
  private record Kept(Optional<Hold> hold, long sinceNanos, long pauseNanos, int failures) {
    static final Kept NOTHING = new Kept(Optional.empty(), 0, 0, 0);

    boolean holdsAt(long nanos) {
      return hold.isPresent() && (!hold.get().endsByItself() || nanos - sinceNanos < pauseNanos);
    }
  }

  PartitionCell(PartitionId id, Clock clock, Optional<Hold> restored) {
    this.id = id;
    this.clock = clock;
    this.kept = restored.map(hold -> kept(hold, hold.leftMs(clock.nowMs()))).orElse(Kept.NOTHING);
  }

  private Kept kept(Hold hold, long pauseMs) {
    return new Kept(
        Optional.of(hold),
        clock.nanoTime(),
        TimeUnit.MILLISECONDS.toNanos(pauseMs),
        hold.failures());
  }

  PartitionId id() {
    return id;
  }

  /** Takes the lease if nobody has it. */
  Optional<Lease> lease(AgentState holder) {
    Optional<Lease> none = lease.get();
    if (none.isPresent()) {
      return Optional.empty();
    }
    Optional<Lease> taken = Optional.of(new Lease(id, holder, epoch + 1));
    if (!lease.compareAndSet(none, taken)) {
      return Optional.empty();
    }
    epoch = taken.get().epoch();
    return taken;
  }

  boolean isHeldBy(Lease mine) {
    return lease.get().filter(each -> each == mine).isPresent() && !mine.isRevoked();
  }

  void release(Lease mine) {
    Optional<Lease> current = lease.get();
    if (current.filter(each -> each == mine).isPresent()) {
      lease.compareAndSet(current, Optional.empty());
    }
  }

  Optional<Lease> lease() {
    return lease.get();
  }

  Finding finding() {
    return seen.finding();
  }

  /** Its worker looked into it. */
  void finding(Finding found, Look from) {
    Seen before = seen;
    seen =
        new Seen(
            found,
            from,
            before.lastClean(),
            before.cleans(),
            before.cleanedBytes(),
            before.looks() + 1);
  }

  Look look() {
    return seen.look();
  }

  long looks() {
    return seen.looks();
  }

  /**
   * Its scout saw from outside what was rolled since a look; counts until the next one.
   *
   * @param looks that there had been then
   */
  void rolled(long looks, long bytes) {
    rolled = new Rolled(looks, bytes);
  }

  /**
   * Its worker cleaned it, and looked again. One write, so that nobody sees what was cleaned away
   * as still there.
   *
   * @param dirtyBytes that were cleaned away
   */
  void cleaned(LastClean clean, long dirtyBytes, Finding after, Look from) {
    Seen before = seen;
    seen =
        new Seen(
            after,
            from,
            Optional.of(clean),
            before.cleans() + 1,
            before.cleanedBytes() + dirtyBytes,
            before.looks() + 1);
  }

  /** Its worker failed at it: nobody gets it before that was judged. */
  void failed(Failure how) {
    recovered = false;
    failure.set(Optional.of(how));
  }

  Optional<Failure> failure() {
    return failure.get();
  }

  /** The supervisor's judgement of a failure. */
  void judged(Failure how, Hold hold) {
    kept = kept(hold, hold.pauseMs());
    Optional<Failure> current = failure.get();
    if (current.filter(how::equals).isPresent()) {
      failure.compareAndSet(current, Optional.empty());
    }
  }

  /** The supervisor keeps it from being worked on. */
  void hold(Hold hold) {
    kept = kept(hold, hold.pauseMs());
  }

  /** The supervisor lets it go, and forgets its failures. */
  void forgive() {
    kept = Kept.NOTHING;
  }

  int failures() {
    return kept.failures();
  }

  boolean isRecovered() {
    return recovered;
  }

  void recovered(boolean done) {
    recovered = done;
  }

  /**
   * Someone begins to recover it, and may never come back to say how that ended; or was kept from
   * it by what is no fault of the partition.
   */
  void recoveryTried(boolean tried) {
    recoveryTried = tried;
  }

  /**
   * Whether it waits in a quarantine that began before this process, and nobody has looked yet
   * whether an interrupted swap is to be finished there: that is done once, since a pause may take
   * hours. What a person holds is touched by nobody.
   */
  boolean owesRecovery() {
    return !recovered
        && !recoveryTried
        && failure.get().isEmpty()
        && kept.hold().filter(hold -> hold.kind() == Hold.Kind.QUARANTINE).isPresent();
  }

  boolean isCleanRequested() {
    return cleanRequested;
  }

  void cleanRequested(boolean wanted) {
    cleanRequested = wanted;
  }

  long turn() {
    return turn;
  }

  void turn(long round) {
    turn = round;
  }

  boolean isHeldBack() {
    return failure.get().isPresent() || kept.holdsAt(clock.nanoTime());
  }

  /** Whether a worker that cleans should take it. */
  boolean wantsClean() {
    return lease.get().isEmpty()
        && !isHeldBack()
        && (seen.finding().status() == PartitionStatus.DIRTY || cleanRequested);
  }

  /** All of it now; the same object again while it rests and nothing becomes of it. */
  PartitionState state() {
    Kept keeping = kept;
    Optional<Lease> current = lease.get();
    // Before what was seen: a clean that ends now must not be missed both as under way and as done.
    double progress = current.map(Lease::progress).orElse(0.0);
    Seen now = seen;
    Rolled since = rolled;
    // Each is read once: what is kept as its resting state must be made of what says that it rests.
    boolean failed = failure.get().isPresent();
    boolean rests = keeping.equals(Kept.NOTHING) && current.isEmpty() && !failed;
    Optional<Resting> before = resting;
    if (rests && before.isPresent() && before.get().isMadeOf(now, since)) {
      return before.get().state();
    }
    PartitionState state = state(keeping, current, failed, progress, now, since);
    if (rests) {
      resting = Optional.of(new Resting(now, since, state));
    }
    return state;
  }

  private PartitionState state(
      Kept keeping,
      Optional<Lease> current,
      boolean failed,
      double progress,
      Seen now,
      Rolled since) {
    Optional<Hold> hold = keeping.hold().filter(each -> keeping.holdsAt(clock.nanoTime()));
    PartitionStatus status = now.finding().status();
    if (hold.isPresent()) {
      status = hold.get().isQuarantine() ? PartitionStatus.QUARANTINED : PartitionStatus.BACKOFF;
    } else if (current.filter(each -> each.holder().startsWith(Crew.CLEANER)).isPresent()) {
      status = PartitionStatus.CLEANING;
    } else if (failed) {
      status = PartitionStatus.BACKOFF;
    }
    return new PartitionState(
        id,
        status,
        now.finding(),
        hold,
        current.map(Lease::holder),
        now.lastClean(),
        keeping.failures(),
        now.cleans(),
        now.cleanedBytes(),
        now.looks(),
        since.looks() == now.looks() ? since.bytes() : 0,
        (long) (progress * now.finding().dirtyBytes()));
  }
}
