// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cleaner;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * What the board knows of one partition. Its lease is taken by compare-and-set; everything else is
 * written by whoever holds the lease, or by the supervisor, and read by all.
 */
final class PartitionCell {

  private final PartitionId id;
  private final AtomicReference<Optional<Lease>> lease = new AtomicReference<>(Optional.empty());
  private volatile Finding finding = Finding.NONE;
  private volatile Optional<Hold> hold = Optional.empty();
  private volatile Optional<LastClean> lastClean = Optional.empty();
  private volatile Look look = Look.NEVER;
  private volatile boolean cleanRequested;
  private volatile boolean recovered;
  private volatile int failures;
  private final AtomicLong cleans = new AtomicLong();
  private volatile long turn;
  private volatile long epoch;

  /** What the directory looked like from outside when it was last looked into. */
  record Look(long fingerprint, long atMs) {
    static final Look NEVER = new Look(0, Long.MIN_VALUE);
  }

  PartitionCell(PartitionId id) {
    this.id = id;
  }

  PartitionId id() {
    return id;
  }

  /** Takes the lease if nobody has it. */
  Optional<Lease> lease(String holder) {
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
    return finding;
  }

  void finding(Finding found, Look from) {
    finding = found;
    look = from;
  }

  Look look() {
    return look;
  }

  Optional<Hold> hold() {
    return hold;
  }

  void hold(Optional<Hold> kept) {
    hold = kept;
  }

  void failed(Hold kept) {
    failures = kept.failures();
    recovered = false;
    hold = Optional.of(kept);
  }

  void cleaned(LastClean clean) {
    lastClean = Optional.of(clean);
    failures = 0;
    cleans.incrementAndGet();
    hold = Optional.empty();
  }

  void forgive() {
    failures = 0;
    hold = Optional.empty();
  }

  int failures() {
    return failures;
  }

  boolean isRecovered() {
    return recovered;
  }

  void recovered(boolean done) {
    recovered = done;
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

  boolean isHeldBackAt(long nowMs) {
    return hold.filter(each -> each.holdsAt(nowMs)).isPresent();
  }

  /** Whether a worker that cleans should take it. */
  boolean wantsCleanAt(long nowMs) {
    return lease.get().isEmpty()
        && !isHeldBackAt(nowMs)
        && (finding.status() == PartitionStatus.DIRTY || cleanRequested);
  }

  PartitionState stateAt(long nowMs) {
    Optional<Hold> keeping = hold.filter(each -> each.holdsAt(nowMs));
    Optional<Lease> current = lease.get();
    PartitionStatus status = finding.status();
    if (keeping.isPresent()) {
      status = keeping.get().isQuarantine() ? PartitionStatus.QUARANTINED : PartitionStatus.BACKOFF;
    } else if (current.filter(each -> each.holder().startsWith(Crew.CLEANER)).isPresent()) {
      status = PartitionStatus.CLEANING;
    }
    return new PartitionState(
        id,
        status,
        finding,
        keeping,
        current.map(Lease::holder),
        lastClean,
        failures,
        cleans.get());
  }
}
