// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import io.kleaner.core.compact.LogDirSession;
import io.kleaner.core.compact.LostDirectoryException;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.logdir.LogDir;
import io.kleaner.core.logdir.LogDirReader;
import io.kleaner.core.logdir.UnusableDirectoryException;
import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.cleaner.Checkpoints;
import io.kleaner.supervisor.cleaner.DirHold;
import io.kleaner.supervisor.cleaner.DirTaker;
import io.kleaner.supervisor.cleaner.ScanReport;
import io.kleaner.supervisor.cleaner.ServedDir;
import io.kleaner.supervisor.cleaner.ServedDirs;
import io.kleaner.supervisor.cleaner.SettingsRefresh;
import io.kleaner.supervisor.config.ServiceWords;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Takes log directories for the service and holds their locks until it is closed. Thread-safe; of
 * one directory there is one attempt at a time, even if that hangs.
 */
final class LogDirTaker implements DirTaker {

  private final FileSystem fileSystem;
  private final Clock clock;
  private final boolean exclusive;
  private final SettingsRefresh settings;
  private final ServedDirs served;
  private final List<LogDirSession> sessions = new CopyOnWriteArrayList<>();
  private final Set<Path> attempts = ConcurrentHashMap.newKeySet();

  /**
   * @param exclusive whether the user says that no broker may start meanwhile
   * @param served gets what was taken
   */
  LogDirTaker(
      FileSystem fileSystem,
      Clock clock,
      boolean exclusive,
      SettingsRefresh settings,
      ServedDirs served) {
    this.fileSystem = fileSystem;
    this.clock = clock;
    this.exclusive = exclusive;
    this.settings = settings;
    this.served = served;
  }

  /**
   * Takes what can be taken; what cannot is tried again later, and stops nothing but itself.
   *
   * @param report gets what could not be taken
   * @throws IOException if none could be taken: why the first one was not; nothing was changed
   */
  void takeAll(List<Path> all, ScanReport report) throws IOException {
    Optional<IOException> first = Optional.empty();
    for (Path named : all) {
      try {
        take(named);
      } catch (IOException e) {
        String nextStep =
            e instanceof UnusableDirectoryException unusable ? " " + unusable.nextStep() : "";
        report.failed(named, e.getMessage() + nextStep, clock.nowMs());
        first = first.or(() -> Optional.of(e));
      }
    }
    if (served.all().isEmpty() && first.isPresent()) {
      throw first.get();
    }
  }

  @Override
  public ServedDir take(Path named) throws IOException {
    if (!attempts.add(named)) {
      throw new UnusableDirectoryException(
          named + " is being taken by another worker, which may hang.", "Check the disk.");
    }
    try {
      return takeAlone(named);
    } catch (UnusableDirectoryException e) {
      UnusableDirectoryException said =
          new UnusableDirectoryException(e.getMessage(), ServiceWords.of(e.nextStep()));
      said.initCause(e);
      throw said;
    } finally {
      attempts.remove(named);
    }
  }

  private ServedDir takeAlone(Path named) throws IOException {
    LogDir logDir = new LogDirReader(fileSystem).read(named);
    if (logDir.kind() != LogDir.Kind.LOG_DIRECTORY) {
      throw new UnusableDirectoryException(
          named + " is one partition's directory; the service cleans log directories.",
          "Name the directory above it, or clean this one with 'kleaner compact'.");
    }
    requireAllowed(logDir);
    LogDirSession session = LogDirSession.open(fileSystem, logDir, false);
    sessions.add(session);
    try {
      ServedDir dir =
          new ServedDir(
              logDir, settings.of(logDir), new Checkpoints(clock), new SessionHold(session));
      served.put(named, dir);
      return dir;
    } catch (IOException | RuntimeException e) {
      sessions.remove(session);
      session.close();
      throw e;
    }
  }

  @Override
  public void requireAllowed(LogDir logDir) throws UnusableDirectoryException {
    if (logDir.hasMetaProperties() && !exclusive) {
      throw new UnusableDirectoryException(
          logDir.dir()
              + " is a broker's (meta.properties is there), and a broker that starts on it while"
              + " it is cleaned would find it locked. Nothing was changed.",
          "If no broker will start on it, say so with --exclusive.");
    }
    if (logDir.isAfterCrash()) {
      throw new UnusableDirectoryException(
          logDir.dir()
              + " belongs to a broker that has not stopped cleanly: it runs, perhaps on another"
              + " host of a shared mount, or it crashed (no .kafka_cleanshutdown beside"
              + " meta.properties). Nothing was changed.",
          "Start that broker once and stop it cleanly; then it can be served. To clean the directory"
              + " as it is, run 'kleaner compact --after-crash', which checks everything first.");
    }
  }

  @Override
  public boolean giveUp(Path logDir, DirHold hold) {
    if (!(hold instanceof SessionHold ours) || !served.remove(logDir, hold)) {
      return false;
    }
    sessions.remove(ours.session());
    try {
      ours.session().close();
    } catch (IOException e) {
      // Nothing is done in it any more all the same; its lock goes with the process.
    }
    return true;
  }

  /** A session's lock. */
  private record SessionHold(LogDirSession session) implements DirHold {

    @Override
    public void requireOpen() throws LostDirectoryException {
      session.requireOpen();
    }

    @Override
    public void requireHeld() throws IOException {
      session.requireHeld();
    }
  }

  /**
   * Gives all locks back.
   *
   * @return those that could not be given back, and why; they go with the process
   */
  List<String> close() {
    List<String> kept = new ArrayList<>();
    for (LogDirSession session : sessions) {
      try {
        session.close();
      } catch (IOException e) {
        kept.add("the lock of " + session.logDir().dir() + " was not given back: " + e);
      }
    }
    sessions.clear();
    return kept;
  }
}
