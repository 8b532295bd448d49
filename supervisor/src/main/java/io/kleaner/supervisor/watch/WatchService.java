// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import io.kleaner.core.io.FileSystem;
import io.kleaner.core.logdir.UnusableDirectoryException;
import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.journal.Incident;
import io.kleaner.supervisor.judge.broker.BrokerJudge;
import io.kleaner.supervisor.metrics.JmxExport;
import io.kleaner.supervisor.probe.broker.BrokerProbes;
import io.kleaner.supervisor.probe.broker.Source;
import io.kleaner.supervisor.remedy.broker.AbandonedOverrides;
import io.kleaner.supervisor.remedy.broker.OverrideReader;
import io.kleaner.supervisor.remedy.ondemand.OnDemandCompaction;
import io.kleaner.supervisor.service.Announcer;
import io.kleaner.supervisor.service.Chronicle;
import io.kleaner.supervisor.service.Closing;
import io.kleaner.supervisor.service.StateDir;
import io.kleaner.supervisor.service.Supervisor;
import io.kleaner.supervisor.service.SupervisorThread;
import java.io.IOException;
import java.util.Map;
import org.slf4j.event.Level;

/**
 * Watches one broker's cleaner and does something about it, as the policy says. Thread-safe after
 * {@link #begin}. Never writes a file in the broker's directories.
 */
public final class WatchService implements AutoCloseable {

  /** For all of the end; most of it for a remedy to take back what it set. */
  private static final long STOP_MS = 12_000;

  private static final long HANDS_MS = 2_000;
  private static final long STATE_MS = 1_000;
  private static final long LOG_MS = 300;

  private final FileSystem fileSystem;
  private final Clock clock;
  private final WatchSetup setup;
  private final StateDir state;
  private final Chronicle chronicle;
  private final BrokerProbes probes;
  private final BrokerHands hands;
  private final WatchRounds rounds;
  private final HandsThread handsThread = new HandsThread("kleaner-hands");
  private final HandsThread scanThread = new HandsThread("kleaner-scan");
  private final Supervisor<WatchSnapshot> supervisor;
  private final SupervisorThread thread;
  private final WatchFacade facade;
  private final JmxExport jmx;
  private boolean begun;

  private WatchService(FileSystem fileSystem, Clock clock, WatchSetup setup, StateDir state)
      throws IOException {
    this.fileSystem = fileSystem;
    this.clock = clock;
    this.setup = setup;
    this.state = state;
    Announcer announcer = new Announcer();
    chronicle = new Chronicle(state.journal(), announcer, clock);
    probes = new BrokerProbes(setup.targets(), fileSystem, clock);
    hands = hands();
    try {
      rounds =
          new WatchRounds(
              clock,
              probes::sample,
              new BrokerJudge(setup.judging(), WatchSetup.named(setup.targets())),
              hands,
              handsThread,
              new CulpritSearch(
                  scanThread,
                  new BombFinder(
                      fileSystem, !setup.targets().logDirs().isEmpty(), scanThread.token()),
                  chronicle),
              chronicle);
      supervisor =
          new Supervisor<>(
              clock,
              setup.intervalMs(),
              rounds,
              WatchSnapshot.NONE,
              setup.alerts(),
              setup.dispatcher(),
              chronicle,
              announcer);
      thread = new SupervisorThread(supervisor);
      WatchMetrics metrics = new WatchMetrics(supervisor, chronicle, setup, probes);
      facade =
          new WatchFacade(
              clock, setup, supervisor, rounds, hands, chronicle, announcer, thread, metrics);
      jmx = JmxExport.start(metrics.metrics(), metrics::refreshed);
    } catch (RuntimeException e) {
      try (hands) {
        throw e;
      }
    }
  }

  /**
   * Makes it; nothing is looked at or done before {@link #begin}. What was opened is closed again
   * if it can't be made; the setup's dispatcher is the caller's until then.
   *
   * @throws UnusableDirectoryException if the state directory is another process's, or lies in a
   *     log directory
   */
  public static WatchService open(FileSystem fileSystem, Clock clock, WatchSetup setup)
      throws IOException {
    StateDir state = StateDir.open(fileSystem, setup.stateDir(), setup.targets().logDirs());
    try {
      return new WatchService(fileSystem, clock, setup, state);
    } catch (IOException | RuntimeException e) {
      try {
        state.close();
      } catch (IOException also) {
        e.addSuppressed(also);
      }
      throw e;
    }
  }

  private BrokerHands hands() throws IOException {
    if (setup.policy().readOnly()) {
      return noHands("--read-only is given: nothing is done, only told");
    }
    if (setup.targets().admin().isEmpty()) {
      return noHands("no " + Source.ADMIN.option() + " was given");
    }
    if (!state.journal().isDurable()) {
      return noHands(LiveHands.unkept(state.journal()));
    }
    return LiveHands.open(
        fileSystem,
        clock,
        setup.targets().admin().get(),
        probes.gate(),
        setup.targets().jmx(),
        setup.targets().logDirs(),
        state.dir(),
        abandoned(),
        setup.policy(),
        state.journal(),
        probes::sample,
        handsThread.token());
  }

  private NoHands noHands(String why) {
    return new NoHands(
        why, new OverrideReader(fileSystem, state.dir(), LiveHands.JOURNAL), abandoned());
  }

  private AbandonedOverrides abandoned() {
    return new AbandonedOverrides(fileSystem, setup.homes(), OnDemandCompaction.JOURNAL);
  }

  /** Begins to look, and to act; once. */
  public void begin() {
    begun = true;
    chronicle.add(
        Incident.Kind.SERVICE_STARTED,
        "service",
        "watching a broker by " + WatchSetup.named(setup.targets()),
        "",
        "");
    for (String warning : state.journal().warnings()) {
      chronicle.log().add(Level.WARN, warning);
    }
    if (!hands.unable().isEmpty()) {
      chronicle.add(
          Incident.Kind.REMEDIES_OFF, "service", "no remedy runs: " + hands.unable(), "", "");
    }
    handsThread.start();
    scanThread.start();
    probes.start();
    thread.start();
  }

  /** Where to ask and to act. */
  public WatchFacade facade() {
    return facade;
  }

  /** Where journals and token are kept. */
  public StateDir state() {
    return state;
  }

  /** The end has begun: what is asked for from now on is refused, since no look is to come. */
  public void stop() {
    supervisor.askNoMore();
  }

  /** Who asked was told that it is done: that it is not, is told where everyone looks. */
  private void tellLeftUndone() {
    if (thread.isAlive()) {
      // What it owns is not to be touched; that it is late is told.
      return;
    }
    rounds.giveUp();
    int left = supervisor.giveUpWhatWasAsked();
    if (left > 0) {
      chronicle.add(
          Incident.Kind.REMEDY_REFUSED,
          "service",
          "what people asked for last is not done: the sidecar has ended",
          left + " actions",
          "Ask again once it runs.");
    }
  }

  /** Ends within some seconds; a remedy that is under way takes back what it set first. */
  @Override
  public void close() throws IOException {
    if (begun) {
      chronicle.add(Incident.Kind.SERVICE_STOPPED, "service", "stopping", "", "");
    }
    Closing closing = new Closing(clock, STOP_MS);
    stop();
    thread.stop();
    closing.together(
        HANDS_MS + LOG_MS,
        Map.of(
            "supervisor",
            () -> thread.join(STATE_MS),
            "remedies",
            handsThread::close,
            "scans",
            scanThread::close,
            "probes",
            probes::close,
            "metrics",
            jmx::close,
            "alerts",
            setup.dispatcher()::close));
    tellLeftUndone();
    closing.together(STATE_MS + LOG_MS, Map.of("broker", hands::close));
    closing.together(LOG_MS, Map.of("state", () -> state.close(STATE_MS)));
    for (String late : closing.late()) {
      chronicle.log().add(Level.WARN, late + " has not ended in time, and ends with the process");
    }
    closing.together(0, Map.of("log", () -> chronicle.log().close(LOG_MS)));
    closing.finish();
  }
}
