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
import io.kleaner.supervisor.service.Announcer;
import io.kleaner.supervisor.service.Chronicle;
import io.kleaner.supervisor.service.StateDir;
import io.kleaner.supervisor.service.Supervisor;
import io.kleaner.supervisor.service.SupervisorThread;
import java.io.IOException;
import java.nio.file.Path;
import org.slf4j.event.Level;

/**
 * Watches one broker's cleaner and does something about it, as the policy says. Thread-safe after
 * {@link #start}. Never writes a file in the broker's directories.
 */
public final class WatchService implements AutoCloseable {

  private static final long LOG_MS = 300;

  private final FileSystem fileSystem;
  private final WatchSetup setup;
  private final StateDir state;
  private final Chronicle chronicle;
  private final BrokerProbes probes;
  private final BrokerHands hands;
  private final HandsThread handsThread = new HandsThread("kleaner-hands");
  private final HandsThread scanThread = new HandsThread("kleaner-scan");
  private final SupervisorThread thread;
  private final WatchFacade facade;
  private final JmxExport jmx;

  private WatchService(FileSystem fileSystem, Clock clock, WatchSetup setup, StateDir state)
      throws IOException {
    this.fileSystem = fileSystem;
    this.setup = setup;
    this.state = state;
    Announcer announcer = new Announcer();
    chronicle = new Chronicle(state.journal(), announcer, clock);
    probes = new BrokerProbes(setup.targets(), fileSystem, clock);
    hands = hands(clock);
    WatchRounds rounds =
        new WatchRounds(
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
    Supervisor<WatchSnapshot> supervisor =
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
  }

  /**
   * Begins.
   *
   * @throws UnusableDirectoryException if the state directory is another process's, or lies in a
   *     log directory
   */
  public static WatchService start(FileSystem fileSystem, Clock clock, WatchSetup setup)
      throws IOException {
    StateDir state = StateDir.open(fileSystem, setup.stateDir(), setup.targets().logDirs());
    WatchService service;
    try {
      service = new WatchService(fileSystem, clock, setup, state);
    } catch (IOException | RuntimeException e) {
      state.close();
      throw e;
    }
    service.begin();
    return service;
  }

  private BrokerHands hands(Clock clock) throws IOException {
    if (setup.policy().readOnly()) {
      return new NoHands("--read-only is given: nothing is done, only told");
    }
    if (setup.targets().admin().isEmpty()) {
      return new NoHands("no " + Source.ADMIN.option() + " was given");
    }
    if (!state.journal().isDurable()) {
      return new NoHands(
          "the state directory cannot be written to, so a crash would leave changes behind: "
              + state.journal().problem().orElse(""));
    }
    return LiveHands.open(
        fileSystem,
        clock,
        setup.targets().admin().get(),
        setup.targets().jmx(),
        setup.targets().logDirs(),
        state.dir(),
        setup.policy(),
        state.journal(),
        probes::sample,
        handsThread.token());
  }

  private void begin() {
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

  /** The token that actions need; empty if there is nowhere to keep one. */
  public String token() throws IOException {
    return state.token().orElse("");
  }

  /** The token in a file that someone named. */
  public String token(Path file) throws IOException {
    return StateDir.readToken(fileSystem, file);
  }

  /** Where that token is. */
  public Path tokenFile() {
    return state.tokenFile();
  }

  /** Ends; a remedy that is under way takes back what it set first. */
  @Override
  public void close() throws IOException {
    chronicle.add(Incident.Kind.SERVICE_STOPPED, "service", "stopping", "", "");
    thread.stop();
    handsThread.close();
    scanThread.close();
    probes.close();
    jmx.close();
    setup.dispatcher().close();
    try {
      hands.close();
    } finally {
      state.close();
      closeLog();
    }
  }

  private void closeLog() {
    try {
      chronicle.log().close(LOG_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
