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

  /** The phase of who writes a log directory's checkpoint: what happens there is no partition's. */
  public static final String CHECKPOINT = "CHECKPOINT";

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
  private volatile long batches;
  private volatile long offset = -1;
  private volatile long goalBytes;
  private volatile long bytesReadBefore;
  private volatile long bytesWrittenBefore;
  private volatile Optional<LastClean> lastClean = Optional.empty();
  private volatile Throwable death;
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
    released();
    phase = "";
    beat();
  }

  /** It works on no partition now. */
  void released() {
    lease = Optional.empty();
    offset = -1;
    batches = 0;
    goalBytes = 0;
  }

  /** It rested because its rate asked for it: that is no time without progress. */
  public void excuse() {
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

  /** A clean begins that will read about so many bytes. */
  void goal(long bytes) {
    goalBytes = bytes;
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

  /** How far the current pass is. */
  void reached(long batchesRead, long lastOffset) {
    batches = batchesRead;
    offset = lastOffset;
  }

  void finishedClean() {
    bytesReadBefore = bytesRead;
    bytesWrittenBefore = bytesWritten;
  }

  /** A clean ended well. */
  void cleaned(LastClean how) {
    lastClean = Optional.of(how);
  }

  void ended(Optional<Throwable> why) {
    death = why.orElse(null);
    ended = true;
  }

  /** Its thread ends of something; takes no memory, which may be what it ends of. */
  void died(Throwable why) {
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

  /** Nanoseconds since it last got on: worked, or looked for work. */
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

  /** Batches read by the current clean. */
  public long batches() {
    return batches;
  }

  /** Last offset of the batch that was read last, -1 if it cleans nothing. */
  public long offset() {
    return offset;
  }

  /** About how far the current clean is, 0 to 1; -1 if it cleans nothing. */
  public double progress() {
    long goal = goalBytes;
    return goal <= 0 ? -1 : Math.min(1, (double) (bytesRead - bytesReadBefore) / goal);
  }

  /** How its last clean ended that ended well, of whatever partition; a replacement has none. */
  public Optional<LastClean> lastClean() {
    return lastClean;
  }

  /** Whether its thread has left its loop. */
  public boolean hasEnded() {
    return ended;
  }

  /** What it died of. */
  public Optional<Throwable> death() {
    return Optional.ofNullable(death);
  }
}
