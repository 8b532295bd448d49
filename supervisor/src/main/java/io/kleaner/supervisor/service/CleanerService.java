// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import io.kleaner.core.io.FileSystem;
import io.kleaner.core.io.SpaceLedger;
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
import io.kleaner.supervisor.cleaner.ServedDirs;
import io.kleaner.supervisor.cleaner.SettingsRefresh;
import io.kleaner.supervisor.cleaner.WorkEvents;
import io.kleaner.supervisor.cleaner.Workshop;
import io.kleaner.supervisor.journal.Incident;
import io.kleaner.supervisor.judge.WorkerRules;
import io.kleaner.supervisor.metrics.JmxExport;
import io.kleaner.supervisor.remedy.RestartPolicy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.slf4j.event.Level;

/**
 * Keeps log directories that no broker owns now clean: workers that compact, and a supervisor that
 * sees to it that they do. Thread-safe after {@link #start}.
 */
public final class CleanerService implements AutoCloseable {

  /** For all of the end; what is left of the five seconds is the machine's. */
  static final long STOP_MS = 4_300;

  private static final long JOURNAL_MS = 1_000;
  private static final long LOG_MS = 300;

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
  private final PartitionBoard board;
  private final ScanReport report = new ScanReport();
  private final ServedDirs dirs = new ServedDirs();
  private final LogDirTaker taker;
  private final Announcer announcer = new Announcer();
  private final StateDir state;
  private final SpillRoom spills;
  private final Chronicle chronicle;
  private final Crew crew;
  private final PartitionCare partitions;
  private final Supervisor<Snapshot> supervisor;
  private final SupervisorThread thread;
  private final MetricsFeed feed;
  private final JmxExport jmx;
  private final long stopMs;
  private volatile boolean begun;
  private volatile Optional<Deadline> ending = Optional.empty();

  private CleanerService(
      FileSystem fileSystem, Clock clock, Setup setup, Throttle throttle, long stopMs)
      throws IOException {
    this.stopMs = stopMs;
    this.fileSystem = fileSystem;
    this.clock = clock;
    this.setup = setup;
    this.throttle = throttle;
    board = new PartitionBoard(clock);
    taker = new LogDirTaker(fileSystem, clock, setup.exclusive(), setup.settings(), dirs);
    taker.takeAll(setup.logDirs(), report);
    WorkEvents events = new WorkEvents();
    try {
      List<Path> real = setup.logDirs().stream().map(dirs::realOf).toList();
      state = StateDir.open(fileSystem, setup.stateDir(), real);
      spills = spills(real);
    } catch (IOException | RuntimeException e) {
      taker.close();
      throw e;
    }
    chronicle = new Chronicle(state.journal(), announcer, clock);
    crew =
        new Crew(
            new Workshop(
                fileSystem,
                clock,
                dirs,
                spills.options(),
                throttle,
                new SpaceLedger(SpaceLedger.WhenTaken.REFUSE),
                board,
                events,
                report,
                setup.settings(),
                taker),
            setup.logDirs());
    SupervisionOptions options = setup.supervision();
    partitions =
        new PartitionCare(board, options.quarantine(), options.stalledAfterMs(), chronicle);
    // Before anyone works: a quarantine is in force from a partition's first appearance on.
    partitions.restore(state.journal().heldAtOpen());
    supervisor =
        new Supervisor<>(
            clock,
            // Twice a heartbeat interval: a death is noticed within one and a half.
            Math.max(1, options.heartbeatIntervalMs() / 2),
            rounds(events, options),
            Snapshot.NONE,
            setup.alerts(),
            setup.dispatcher(),
            chronicle,
            announcer);
    thread = new SupervisorThread(supervisor);
    feed =
        new MetricsFeed(
            supervisor,
            chronicle,
            report,
            throttle,
            setup.dispatcher(),
            crew,
            events,
            dirs,
            setup.logDirs());
    jmx = JmxExport.start(feed.metrics(), feed::refreshed);
  }

  /** Refused, it leaves the state directory to the next who wants it. */
  private SpillRoom spills(List<Path> logDirs) throws IOException {
    try {
      return SpillRoom.take(fileSystem, setup.cleaning(), logDirs);
    } catch (IOException | RuntimeException e) {
      try {
        state.close();
      } catch (IOException also) {
        e.addSuppressed(also);
      }
      throw e;
    }
  }

  private ServeRounds rounds(WorkEvents events, SupervisionOptions options) {
    LogDirCare logDirs =
        new LogDirCare(setup.logDirs(), dirs, board, report, options, chronicle, clock.nanoTime());
    WorkerCare workers =
        new WorkerCare(
            crew,
            board,
            new WorkerRules(options.hungAfterMs()),
            new StarvedCare(options.trendWindowMs(), logDirs::dirt, chronicle),
            new RestartPolicy(options.restarts(), new Random()),
            partitions,
            new ZombieWard(board, partitions, chronicle),
            chronicle,
            state.journal()::isKept);
    return new ServeRounds(
        clock, board, events, workers, partitions, logDirs, chronicle, new ChangeNews(announcer));
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
    CleanerService service = open(fileSystem, clock, setup, throttle);
    service.begin();
    return service;
  }

  /** Takes the directories as {@link #start} does; nobody works there before {@link #begin}. */
  public static CleanerService open(
      FileSystem fileSystem, Clock clock, Setup setup, Throttle throttle) throws IOException {
    return open(fileSystem, clock, setup, throttle, STOP_MS);
  }

  /**
   * The same for whoever needs another time than a service's.
   *
   * @param stopMs for all of the end
   */
  static CleanerService open(
      FileSystem fileSystem, Clock clock, Setup setup, Throttle throttle, long stopMs)
      throws IOException {
    return new CleanerService(fileSystem, clock, setup, throttle, stopMs);
  }

  /** Has the workers begin; once. */
  public void begin() {
    begun = true;
    chronicle.add(
        Incident.Kind.SERVICE_STARTED,
        "service",
        "cleaning " + dirs.all().size() + " log directories with " + setup.threads() + " threads",
        "",
        "");
    for (String warning : state.journal().warnings()) {
      chronicle.add(
          Incident.Kind.QUARANTINES_LOST,
          "service",
          QuarantineBook.LOST,
          warning,
          QuarantineBook.LOST_NEXT_STEP);
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

  /** Where journal, quarantine and token are kept. */
  public StateDir state() {
    return state;
  }

  /**
   * Asks all to stop. The time for the whole end runs from now on: whatever is done before {@link
   * #close} is taken from it. Asked again, it changes nothing.
   */
  public synchronized void stop() {
    if (ending.isPresent()) {
      return;
    }
    ending = Optional.of(Deadline.in(clock, stopMs));
    supervisor.askNoMore();
    thread.stop();
    crew.stop();
    // Last: where the heap is full, this may fail.
    if (begun) {
      chronicle.add(Incident.Kind.SERVICE_STOPPED, "service", "stopping", "", "");
    }
  }

  /**
   * Stops within five seconds of the first {@link #stop}: workers end before their next commit, or
   * after the one they are in; what one leaves is recovered at the next start.
   */
  @Override
  public void close() throws IOException {
    stop();
    Deadline deadline = ending.orElseThrow();
    // Its receivers may not answer; nobody is to wait for them one after the other.
    Thread alerts = new Thread(setup.dispatcher()::close, "kleaner-alerts-close");
    alerts.setDaemon(true);
    alerts.start();
    boolean all = true;
    try {
      thread.join(deadline.leftMs(JOURNAL_MS));
      for (Agent agent : crew.living()) {
        all &= agent.join(deadline.leftMs(JOURNAL_MS));
      }
      jmx.close();
      alerts.join(deadline.leftMs(JOURNAL_MS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      all = false;
    }
    conclude();
    state.close(deadline.leftMs(LOG_MS));
    if (all && crew.living().isEmpty()) {
      spills.close();
      taker.close().forEach(kept -> chronicle.log().add(Level.WARN, kept));
    } else {
      // Whoever is still at it must not find a broker beside it: the locks go with the process.
      chronicle
          .log()
          .add(
              Level.WARN,
              "a worker has not ended in time; what it leaves is recovered at the next start");
    }
    try {
      chronicle.log().close(deadline.leftMs(0));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** What somebody was told is done, and comes on record. */
  private void conclude() {
    if (thread.isAlive()) {
      chronicle
          .log()
          .add(
              Level.WARN,
              "the supervisor has not ended in time; what was asked of it since its last look is"
                  + " not done");
    } else {
      supervisor.conclude();
    }
  }
}
