// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import io.kleaner.core.pace.CancelToken;
import io.kleaner.core.time.Clock;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at one source again and again on a thread of its own, so that a source that hangs holds up
 * nobody: whoever asks gets the newest look at once, or is told that there is none.
 *
 * <p>Thread-safe. A look that hangs leaves the one thread hanging, never two; what was seen before
 * is given out until it is older than the patience, then it is missing.
 *
 * @param <T> what is seen
 */
final class Lookout<T> implements AutoCloseable {

  /** Looks once; may take long, and may throw whatever it likes. */
  @FunctionalInterface
  interface Look<T> {
    T take() throws Exception;
  }

  /**
   * @param startedNs when the look that is under way began; 0 if none is
   * @param seen the newest outcome
   * @param seenNs when that was, by the monotonic clock
   */
  private record State<T>(long startedNs, Seen<T> seen, long seenNs) {}

  private static final Logger LOG = LoggerFactory.getLogger(Lookout.class);

  private final Source source;
  private final Clock clock;
  private final LongSupplier intervalMs;
  private final long patienceMs;
  private final Look<T> look;
  private final AutoCloseable held;
  private final CancelToken token = new CancelToken();
  private final Thread thread;
  private volatile State<T> state;

  /**
   * Not started yet.
   *
   * @param intervalMs between the end of a look and the next one; asked after each, on the
   *     lookout's thread
   * @param patienceMs how old the newest look may be and still count
   * @param held what the looks hold open; closed on the lookout's own thread when it ends
   */
  Lookout(
      Source source,
      Clock clock,
      LongSupplier intervalMs,
      long patienceMs,
      Look<T> look,
      AutoCloseable held) {
    this.source = source;
    this.clock = clock;
    this.intervalMs = intervalMs;
    this.patienceMs = patienceMs;
    this.look = look;
    this.held = held;
    this.state = new State<>(0, Seen.missing(source, "it was not looked at yet"), clock.nanoTime());
    this.thread = new Thread(this::run, "kleaner-probe-" + source.name().toLowerCase(Locale.ROOT));
    thread.setDaemon(true);
  }

  /** Begins. */
  Lookout<T> start() {
    thread.start();
    return this;
  }

  /** The newest look, or why there is none; never waits. */
  Seen<T> newest() {
    State<T> now = state;
    long ageMs = TimeUnit.NANOSECONDS.toMillis(clock.nanoTime() - now.seenNs());
    boolean ran = thread.getState() != Thread.State.NEW;
    if (ran && !thread.isAlive()) {
      return Seen.missing(source, "its probe has ended");
    }
    if (now.seen() instanceof Seen.Known && ageMs > patienceMs) {
      return Seen.missing(source, "it has not answered for " + ageMs / 1000 + " s");
    }
    if (ran && now.seen() instanceof Seen.Missing && ageMs > patienceMs && now.startedNs() != 0) {
      return Seen.missing(
          source,
          "it has not answered for "
              + TimeUnit.NANOSECONDS.toSeconds(clock.nanoTime() - now.startedNs())
              + " s");
    }
    return now.seen();
  }

  /** Looks once on the caller's thread; for the lookout's own thread, and for tests. */
  void lookOnce() {
    State<T> before = state;
    state = new State<>(clock.nanoTime(), before.seen(), before.seenNs());
    Seen<T> seen;
    try {
      seen = Seen.known(look.take(), clock.nowMs());
    } catch (InterruptedException e) {
      // Only close() interrupts, to get a look out of a wait.
      seen = Seen.missing(source, "it is being closed");
    } catch (Throwable t) {
      // Also what is no Exception: the broker's trouble, or ours, must not end the lookout unseen.
      seen = Seen.missing(source, Reason.of(t));
    }
    state = new State<>(0, seen, clock.nanoTime());
  }

  private void run() {
    while (!token.isCancelled()) {
      lookOnce();
      try {
        token.sleep(TimeUnit.MILLISECONDS.toNanos(intervalMs.getAsLong()));
      } catch (InterruptedException e) {
        // The token says whether this is the end.
        Thread.interrupted();
      }
    }
    Thread.interrupted();
    try {
      held.close();
    } catch (Exception e) {
      LOG.warn("a connection to the broker could not be closed: {}", Reason.of(e));
    }
  }

  /** Ends it; a look that hangs is left to itself on its daemon thread. */
  @Override
  public void close() {
    token.cancel();
    thread.interrupt();
    try {
      thread.join(TimeUnit.SECONDS.toMillis(2));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
