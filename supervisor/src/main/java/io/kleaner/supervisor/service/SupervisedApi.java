// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.http.ServiceApi;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.event.Level;

/**
 * What the API shows of a supervisor, whatever it looks after: whether it gets on, its incidents,
 * its events. Thread-safe.
 *
 * @param <S> what was seen at one tick
 */
public abstract class SupervisedApi<S> implements ServiceApi {

  private static final int INCIDENTS = 500;
  private static final String CERTIFICATE = "certificate";

  private final Clock clock;
  private final Supervisor<S> supervisor;
  private final SupervisorThread thread;
  private final Chronicle chronicle;
  private final Announcer announcer;
  private final long lateMs;

  /**
   * @param lateMs a supervisor that has not looked for longer is not well
   */
  protected SupervisedApi(
      Clock clock,
      Supervisor<S> supervisor,
      SupervisorThread thread,
      Chronicle chronicle,
      Announcer announcer,
      long lateMs) {
    this.clock = clock;
    this.supervisor = supervisor;
    this.thread = thread;
    this.chronicle = chronicle;
    this.announcer = announcer;
    this.lateMs = lateMs;
  }

  /** What was seen last. */
  protected final S snapshot() {
    return supervisor.snapshot();
  }

  /**
   * Has something done at the next tick, on the supervisor's thread.
   *
   * @return false if it is not done, since the service is stopping
   */
  protected final boolean ask(Runnable change) {
    return supervisor.ask(change);
  }

  /** Whether nothing is done any more that is asked for. */
  protected final boolean isStopping() {
    return supervisor.isEnding();
  }

  protected final long nowMs() {
    return clock.nowMs();
  }

  protected final Chronicle chronicle() {
    return chronicle;
  }

  @Override
  public final Health alive() {
    long sinceMs = TimeUnit.NANOSECONDS.toMillis(supervisor.sinceTickNanos());
    if (!thread.isAlive()) {
      return new Health(false, "the supervisor's thread has ended");
    }
    if (sinceMs > lateMs) {
      return new Health(false, "the supervisor has not looked for " + sinceMs + " ms");
    }
    return supervisor.isWatching()
        ? new Health(true, "the supervisor looked " + sinceMs + " ms ago")
        : new Health(
            false,
            "the supervisor watches nobody: its last "
                + supervisor.blindTicks()
                + " looks failed; the alert SupervisorDefect says of what");
  }

  /** How the supervisor itself is, as the first fields of the status. */
  protected final Map<String, Object> status(Rounds.Tick last) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("healthy", alive().ok());
    Health ready = ready();
    map.put("ready", ready.ok());
    map.put("detail", ready.detail());
    map.put("atMs", last.atMs());
    map.put("nowMs", clock.nowMs());
    map.put("ticks", last.ticks());
    map.put("loopLagMs", last.lagMs());
    map.put("failedTicks", thread.failedTicks());
    map.put("supervisorRevivals", thread.revivals());
    map.put("eventsMissed", announcer.missed());
    map.put("logLinesDropped", chronicle.log().dropped());
    map.put("journalProblem", chronicle.journal().problem().orElse(""));
    map.put("alertsFiring", Views.alertsFiring(last.alerts()));
    return map;
  }

  @Override
  public final List<Map<String, Object>> incidents() {
    return chronicle.journal().latest().stream().limit(INCIDENTS).map(Chronicle::map).toList();
  }

  @Override
  public final void certificate(CertificateNews news) {
    if (news instanceof CertificateNews.NotTaken notTaken) {
      supervisor.report(
          CERTIFICATE,
          signals ->
              signals.warning(
                  "CertificateNotTaken",
                  "service",
                  "the new TLS certificate cannot be used; the old one is kept",
                  notTaken.problem(),
                  "Correct the files of http.tls.certificate, http.tls.key and"
                      + " http.tls.client.ca."));
    } else {
      supervisor.withdraw(CERTIFICATE);
      chronicle
          .log()
          .add(
              Level.INFO,
              news instanceof CertificateNews.Renewed
                  ? "a new TLS certificate is used from now on"
                  : "the files of the TLS certificate are again those in use");
    }
  }

  @Override
  public final Subscription subscribe(Consumer<Event> listener) {
    return announcer.subscribe(listener);
  }

  /**
   * Puts a new supervisor's thread in place of one that has ended; to be asked every so often by
   * whoever waits for the service's end.
   *
   * @return false if there is none and none can be had: then the process is to end
   */
  public final boolean ensureSupervised() {
    return thread.revive();
  }

  /** Has something done after each of the supervisor's looks, while they see anything. */
  public final void afterTick(Runnable beat) {
    thread.afterTick(beat);
  }
}
