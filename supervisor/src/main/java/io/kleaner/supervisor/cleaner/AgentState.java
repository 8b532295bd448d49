// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cleaner;

import io.kleaner.core.compact.CompactionListener.Phase;
import io.kleaner.core.pace.CancelToken;
import io.kleaner.core.time.Clock;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * What one worker is at: plain counters that its thread writes and anyone reads. No lock is taken,
 * so that a worker that hangs keeps nobody from seeing it.
 */
public final class AgentState {

  private final String id;
  private final Clock clock;
  private final CancelToken token;
  private final AtomicReference<Optional<Fault>> fault = new AtomicReference<>(Optional.empty());
  private volatile long beatNanos;
  private volatile boolean idle = true;
  private volatile Optional<Lease> lease = Optional.empty();
  private volatile String phase = "";
  private volatile long bytesRead;
  private volatile long bytesWritten;
  private volatile long bytesReadBefore;
  private volatile long bytesWrittenBefore;
  private volatile Optional<Throwable> death = Optional.empty();
  private volatile boolean ended;

  AgentState(String id, Clock clock, CancelToken token) {
    this.id = id;
    this.clock = clock;
    this.token = token;
    this.beatNanos = clock.nanoTime();
  }

  /** The worker's name. */
  public String id() {
    return id;
  }

  /** It is alive and gets on. */
  void beat() {
    beatNanos = clock.nanoTime();
  }

  void idle() {
    idle = true;
    lease = Optional.empty();
    phase = "";
    beat();
  }

  void begin(Lease taken, String what) {
    lease = Optional.of(taken);
    idle = false;
    phase = what;
    beat();
  }

  void busy(String what) {
    idle = false;
    phase = what;
    beat();
  }

  void phase(Phase entered) {
    phase = entered.name();
    beat();
  }

  /** Totals of the current clean. */
  void moved(long read, long written) {
    bytesRead = bytesReadBefore + read;
    bytesWritten = bytesWrittenBefore + written;
    beat();
  }

  void finishedClean() {
    bytesReadBefore = bytesRead;
    bytesWrittenBefore = bytesWritten;
  }

  void ended(Optional<Throwable> why) {
    death = why;
    ended = true;
  }

  /** Arms the fault switch. */
  public void inject(Fault wanted) {
    fault.set(Optional.of(wanted));
  }

  Optional<Fault> armed() {
    return fault.get();
  }

  Optional<Fault> takeFault() {
    return fault.getAndSet(Optional.empty());
  }

  /** Nanoseconds since it last got on. */
  public long sinceBeatNanos() {
    return clock.nanoTime() - beatNanos;
  }

  public boolean isIdle() {
    return idle;
  }

  /** Whether it sleeps because its rate asks for it. */
  public boolean isThrottled() {
    return !idle && token.hasSleepers();
  }

  /** What it works on. */
  public Optional<Lease> lease() {
    return lease;
  }

  /** What it is at, empty if idle. */
  public String phase() {
    return phase;
  }

  /** Bytes of logs read by it so far. */
  public long bytesRead() {
    return bytesRead;
  }

  /** Bytes of logs written by it so far. */
  public long bytesWritten() {
    return bytesWritten;
  }

  /** Whether its thread has left its loop. */
  public boolean hasEnded() {
    return ended;
  }

  /** What it died of. */
  public Optional<Throwable> death() {
    return death;
  }
}
