// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import io.kleaner.core.compact.LogDirSession;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.logdir.LogDir;
import io.kleaner.core.logdir.LogDirReader;
import io.kleaner.core.logdir.UnusableDirectoryException;
import io.kleaner.core.pace.Throttle;
import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.alert.AlertBook;
import io.kleaner.supervisor.alert.AlertDispatcher;
import io.kleaner.supervisor.cleaner.Agent;
import io.kleaner.supervisor.cleaner.CleanerOptions;
import io.kleaner.supervisor.cleaner.Crew;
import io.kleaner.supervisor.cleaner.PartitionBoard;
import io.kleaner.supervisor.cleaner.ScanReport;
import io.kleaner.supervisor.cleaner.ServedDir;
import io.kleaner.supervisor.cleaner.ServedDirs;
import io.kleaner.supervisor.cleaner.SettingsRefresh;
import io.kleaner.supervisor.cleaner.WorkEvents;
import io.kleaner.supervisor.journal.Incident;
import io.kleaner.supervisor.judge.WorkerRules;
import io.kleaner.supervisor.metrics.JmxExport;
import io.kleaner.supervisor.remedy.RestartPolicy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps log directories that no broker owns now clean: workers that compact, and a supervisor that
 * sees to it that they do. Thread-safe after {@link #start}.
 */
public final class CleanerService implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(CleanerService.class);
  private static final long STOP_MS = 4_000;

  /**
   * What it needs.
   *
   * @param logDirs as they were named
   * @param exclusive whether the user says that no broker may start on them meanwhile
   * @param threads workers that clean
   * @param stateDir for journal, quarantine and token
   * @param chaos whether the fault switch is there
   */
  public record Setup(
      List<Path> logDirs,
      boolean exclusive,
      int threads,
      Path stateDir,
      boolean chaos,
      CleanerOptions cleaning,
      SupervisionOptions supervision,
      AlertBook alerts,
      AlertDispatcher dispatcher,
      SettingsRefresh settings) {}

  private final FileSystem fileSystem;
  private final Clock clock;
  private final Setup setup;
  private final Throttle throttle;
  private final List<LogDirSession> sessions = new ArrayList<>();
  private final PartitionBoard board = new PartitionBoard();
  private final WorkEvents events = new WorkEvents();
  private final ScanReport report = new ScanReport();
  private final ServedDirs dirs = new ServedDirs();
  private final Announcer announcer = new Announcer();
  private final StateDir state;
  private final Chronicle chronicle;
  private final Crew crew;
  private final PartitionCare partitions;
  private final Supervisor<Snapshot> supervisor;
  private final SupervisorThread thread;
  private final MetricsFeed feed;
  private final JmxExport jmx;

  private CleanerService(FileSystem fileSystem, Clock clock, Setup setup, Throttle throttle)
      throws IOException {
    this.fileSystem = fileSystem;
    this.clock = clock;
    this.setup = setup;
    this.throttle = throttle;
    List<Path> resolved = takeAll();
    try {
      state = StateDir.open(fileSystem, setup.stateDir(), resolved);
    } catch (IOException | RuntimeException e) {
      closeSessions();
      throw e;
    }
    chronicle = new Chronicle(state.journal(), announcer, clock);
    crew =
        new Crew(
            fileSystem,
            clock,
            dirs,
            setup.cleaning(),
            throttle,
            board,
            events,
            report,
            setup.settings());
    SupervisionOptions options = setup.supervision();
    partitions =
        new PartitionCare(board, options.quarantine(), options.stalledAfterMs(), chronicle);
    partitions.restore(state.journal().heldAtOpen());
    boolean remedies = state.journal().isDurable();
    supervisor =
        new Supervisor<>(
            clock,
            // Twice a heartbeat interval: a death is noticed within one and a half.
            Math.max(1, options.heartbeatIntervalMs() / 2),
            new ServeRounds(
                board,
                events,
                new WorkerCare(
                    crew,
                    board,
                    new WorkerRules(options.hungAfterMs()),
                    new RestartPolicy(options.restarts(), new Random()),
                    partitions,
                    chronicle,
                    remedies),
                partitions,
                new LogDirCare(resolved, report, partitions, options, chronicle, clock.nowMs()),
                chronicle),
            Snapshot.NONE,
            setup.alerts(),
            setup.dispatcher(),
            chronicle,
            announcer);
    thread = new SupervisorThread(supervisor);
    feed =
        new MetricsFeed(
            supervisor, chronicle, report, throttle, setup.dispatcher(), crew, resolved);
    jmx = JmxExport.start(feed.metrics(), feed::refreshed);
  }

  /**
   * Takes the directories and begins.
   *
   * @param throttle shared by all workers; may be changed while they run
   * @throws UnusableDirectoryException if none of the directories can be taken, or the state
   *     directory not; nothing was changed
   */
  public static CleanerService start(
      FileSystem fileSystem, Clock clock, Setup setup, Throttle throttle) throws IOException {
    CleanerService service = new CleanerService(fileSystem, clock, setup, throttle);
    service.begin();
    return service;
  }

  private void begin() {
    chronicle.add(
        Incident.Kind.SERVICE_STARTED,
        "service",
        "cleaning " + dirs.all().size() + " log directories with " + setup.threads() + " threads",
        "",
        "");
    for (String warning : state.journal().warnings()) {
      LOG.warn("{}", warning);
    }
    if (!state.journal().isDurable()) {
      chronicle.add(
          Incident.Kind.REMEDIES_OFF,
          "service",
          "no remedy runs: dead workers stay dead, since what was done could not be kept",
          state.journal().problem().orElse(""),
          "Give a --state-dir that can be written to.");
    }
    crew.start(setup.threads());
    thread.start();
  }

  /** Takes what can be taken; what cannot is told, and stops nothing but itself. */
  private List<Path> takeAll() throws IOException {
    List<Path> resolved = new ArrayList<>();
    UnusableDirectoryException refusal = null;
    for (Path named : setup.logDirs()) {
      try {
        resolved.add(take(named));
      } catch (UnusableDirectoryException e) {
        report.failed(named, e.getMessage() + " " + e.nextStep(), clock.nowMs());
        resolved.add(named);
        LOG.error("{} is not cleaned: {} {}", named, e.getMessage(), e.nextStep());
        if (refusal == null) {
          refusal = e;
        }
      }
    }
    if (dirs.all().isEmpty() && refusal != null) {
      throw refusal;
    }
    return resolved;
  }

  private Path take(Path named) throws IOException {
    LogDir logDir = new LogDirReader(fileSystem).read(named);
    if (logDir.kind() != LogDir.Kind.LOG_DIRECTORY) {
      throw new UnusableDirectoryException(
          named + " is one partition's directory; the service cleans log directories.",
          "Name the directory above it, or clean this one with 'kleaner compact'.");
    }
    if (logDir.hasMetaProperties() && !setup.exclusive()) {
      throw new UnusableDirectoryException(
          logDir.dir()
              + " is a broker's (meta.properties is there), and a broker that starts on it while"
              + " it is cleaned would find it locked. Nothing was changed.",
          "If no broker will start on it, say so with --exclusive.");
    }
    LogDirSession session = open(logDir);
    sessions.add(session);
    dirs.put(new ServedDir(logDir, setup.settings().of(logDir), new ReentrantLock()));
    return logDir.dir();
  }

  private LogDirSession open(LogDir logDir) throws IOException {
    try {
      return LogDirSession.open(fileSystem, logDir, false);
    } catch (UnusableDirectoryException e) {
      if (!e.nextStep().contains("--after-crash")) {
        throw e;
      }
      // That is an option of other commands: whoever serves for weeks is not to guess at its start.
      throw new UnusableDirectoryException(
          e.getMessage(),
          "Stop the broker cleanly. If it is known to have crashed, run 'kleaner compact"
              + " --after-crash "
              + logDir.dir()
              + "' once, or start and stop the broker once, then serve.");
    }
  }

  /** Where to ask and to act. */
  public ServiceFacade facade() {
    return new ServiceFacade(
        clock,
        setup,
        supervisor,
        partitions,
        board,
        crew,
        chronicle,
        announcer,
        throttle,
        thread,
        feed);
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

  /**
   * Stops within five seconds: workers end before their next commit, or after the one they are in;
   * what one leaves is recovered at the next start.
   */
  @Override
  public void close() throws IOException {
    chronicle.add(Incident.Kind.SERVICE_STOPPED, "service", "stopping", "", "");
    thread.stop();
    crew.stop();
    boolean all = true;
    long endNanos = clock.nanoTime() + TimeUnit.MILLISECONDS.toNanos(STOP_MS);
    try {
      for (Agent agent : crew.agents()) {
        all &= agent.join(TimeUnit.NANOSECONDS.toMillis(endNanos - clock.nanoTime()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      all = false;
    }
    jmx.close();
    setup.dispatcher().close();
    state.close();
    if (all) {
      closeSessions();
    } else {
      // Whoever is still at it must not find a broker beside it: the locks go with the process.
      LOG.warn("a worker has not ended in time; what it leaves is recovered at the next start");
    }
  }

  private void closeSessions() {
    for (LogDirSession session : sessions) {
      try {
        session.close();
      } catch (IOException e) {
        LOG.warn("the lock of {} was not given back: {}", session.logDir().dir(), e.toString());
      }
    }
  }
}
