// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import io.kleaner.core.pace.Throttle;
import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.cleaner.Agent;
import io.kleaner.supervisor.cleaner.Crew;
import io.kleaner.supervisor.cleaner.Fault;
import io.kleaner.supervisor.cleaner.Hold;
import io.kleaner.supervisor.cleaner.PartitionBoard;
import io.kleaner.supervisor.cleaner.PartitionId;
import io.kleaner.supervisor.cleaner.PartitionState;
import io.kleaner.supervisor.cleaner.PartitionStatus;
import io.kleaner.supervisor.journal.Incident;
import io.kleaner.supervisor.judge.Verdict;
import io.kleaner.supervisor.metrics.Metrics;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The service as the API shows it: reads snapshots, and hands actions to the supervisor. */
public final class ServiceFacade extends SupervisedApi<Snapshot> {

  private static final int LATE_TICKS = 6;
  private static final long LATE_MS = 2_000;
  private static final int HELD_ABSENT = 100;

  /** From the supervisor's next look until its journal has written what was decided. */
  private static final long WRITTEN_MS = 1_000;

  private static final ActionResult STOPPING =
      ActionResult.refused("the service is stopping; ask again once it has been started");

  private final CleanerService.Setup setup;
  private final PartitionCare partitionCare;
  private final long recordedAfterMs;
  private final PartitionBoard board;
  private final Crew crew;
  private final Throttle throttle;
  private final MetricsFeed feed;
  private volatile Shown shown = new Shown(-1, List.of());

  ServiceFacade(
      Clock clock,
      CleanerService.Setup setup,
      Supervisor<Snapshot> supervisor,
      PartitionCare partitionCare,
      PartitionBoard board,
      Crew crew,
      Chronicle chronicle,
      Announcer announcer,
      Throttle throttle,
      SupervisorThread thread,
      MetricsFeed feed) {
    super(
        clock,
        supervisor,
        thread,
        chronicle,
        announcer,
        Math.max(LATE_MS, LATE_TICKS * supervisor.tickIntervalMs()));
    this.setup = setup;
    this.partitionCare = partitionCare;
    this.recordedAfterMs = supervisor.tickIntervalMs() + WRITTEN_MS;
    this.board = board;
    this.crew = crew;
    this.throttle = throttle;
    this.feed = feed;
  }

  @Override
  public Health ready() {
    Health alive = alive();
    if (!alive.ok()) {
      return alive;
    }
    Snapshot snapshot = snapshot();
    if (!chronicle().journal().isKept()) {
      return new Health(false, "no remedy runs: the state directory cannot be written to");
    }
    boolean blind =
        snapshot.logDirs().isEmpty()
            || snapshot.logDirs().stream()
                .allMatch(dir -> dir.verdict() instanceof Verdict.Unknown);
    if (blind) {
      return new Health(false, "no log directory was looked at yet, or none can be");
    }
    long cleaners =
        snapshot.workers().stream().filter(worker -> worker.sample().isCleaner()).count();
    long working =
        snapshot.workers().stream()
            .filter(worker -> worker.sample().isCleaner())
            .filter(WorkerCare.WorkerSeen::works)
            .count();
    String unseen =
        snapshot.logDirs().stream()
            .filter(dir -> dir.verdict() instanceof Verdict.Unknown)
            .map(dir -> "; " + dir.verdict().evidence())
            .collect(Collectors.joining());
    return working == 0
        ? new Health(false, "no cleaner is well" + unseen)
        : new Health(true, working + " of " + cleaners + " cleaners are well" + unseen);
  }

  @Override
  public String metrics(boolean openMetrics) {
    Metrics metrics = feed.refreshed();
    return openMetrics ? metrics.openMetricsText() : metrics.prometheusText();
  }

  @Override
  public Map<String, Object> status() {
    Snapshot snapshot = snapshot();
    Map<String, Object> map =
        status(
            new Rounds.Tick(
                snapshot.atMs(), snapshot.lagMs(), snapshot.ticks(), snapshot.alerts()));
    map.put("remedies", chronicle().journal().isKept());
    map.put("partitions", snapshot.partitions().size());
    map.put("partitionsByState", Views.byState(snapshot));
    List<PartitionId> absent = board.holds().heldAbsent();
    map.put("heldAbsent", absent.stream().limit(HELD_ABSENT).map(PartitionId::toString).toList());
    map.put("heldAbsentMore", Math.max(0, absent.size() - HELD_ABSENT));
    map.put("logDirs", snapshot.logDirs().stream().map(Views::logDir).toList());
    map.put(
        "throttleBytesPerSecond",
        throttle.bytesPerSecond() == Throttle.UNLIMITED ? -1 : throttle.bytesPerSecond());
    List<Long> totals = snapshot.totals();
    map.put("cleans", totals.get(0));
    map.put("failures", totals.get(1));
    map.put("bytesRead", totals.get(2));
    map.put("bytesWritten", totals.get(3));
    map.put("reclaimedBytes", totals.get(4));
    map.put("workerRestarts", chronicle().count(Incident.Kind.WORKER_RESTARTED));
    map.put("quarantines", chronicle().count(Incident.Kind.PARTITION_QUARANTINED));
    map.put("chaos", setup.chaos());
    return map;
  }

  @Override
  public List<Map<String, Object>> partitions() {
    Snapshot snapshot = snapshot();
    Shown last = shown;
    if (last.ticks() == snapshot.ticks()) {
      return last.partitions();
    }
    List<Map<String, Object>> partitions =
        snapshot.partitions().stream()
            .sorted(
                Comparator.<PartitionState>comparingDouble(state -> -state.finding().dirtyRatio())
                    .thenComparing(PartitionState::id))
            .map(state -> Views.partition(state, snapshot.judged().of(state.id())))
            .toList();
    shown = new Shown(snapshot.ticks(), partitions);
    return partitions;
  }

  /**
   * Partitions as they were last asked for: however many ask, they are put together once a tick.
   */
  private record Shown(long ticks, List<Map<String, Object>> partitions) {}

  @Override
  public List<Map<String, Object>> workers() {
    return snapshot().workers().stream().map(Views::worker).toList();
  }

  @Override
  public List<Map<String, Object>> alerts() {
    return snapshot().alerts().stream().map(Views::alert).toList();
  }

  @Override
  public ActionResult act(Action action, String target, String reason) {
    if (action == Action.CHAOS) {
      return chaos(target, reason);
    }
    if (action == Action.REVIVE || action == Action.APPROVE || action == Action.DECLINE) {
      return ActionResult.refused("there is no broker here, only workers of Kleaner's own");
    }
    List<PartitionId> named = named(action, target);
    if (named.isEmpty()) {
      return ActionResult.notFound("no partition '" + target + "' is served");
    }
    if (named.size() > 1) {
      boolean held = action == Action.RELEASE && board.holds().isHeld(named.get(0));
      return ActionResult.refused(
          "'"
              + target
              + (held ? "' is held in" : "' is in")
              + " several log directories; say which, as in "
              + named.get(0));
    }
    PartitionId id = named.get(0);
    String why = reason.isBlank() ? "by hand" : reason;
    return switch (action) {
      case CLEAN -> clean(id);
      case QUARANTINE -> quarantine(id, why);
      case RELEASE -> release(id, why);
      case CHAOS, REVIVE, APPROVE, DECLINE -> throw new IllegalStateException("handled above");
    };
  }

  /**
   * What is there; for a release, what is held wherever it is, so that a name is enough if it is
   * held in one log directory alone. What is not there is meant only if nothing else is.
   */
  private List<PartitionId> named(Action action, String target) {
    List<PartitionId> there = board.named(target);
    List<PartitionId> absent = board.holds().namedAbsent(target);
    if (action == Action.RELEASE) {
      List<PartitionId> held =
          Stream.concat(there.stream(), absent.stream()).filter(board.holds()::isHeld).toList();
      if (!held.isEmpty()) {
        return held;
      }
    }
    return there.isEmpty() ? absent : there;
  }

  private ActionResult quarantine(PartitionId id, String why) {
    long nowMs = nowMs();
    boolean taken = false;
    // Nobody takes it from this moment on; the supervisor puts the hold itself in force.
    board.holds().askToHold(id);
    try {
      taken = ask(() -> partitionCare.holdAsAsked(id, why, nowMs));
    } finally {
      if (!taken) {
        board.holds().heldAsAsked(id);
      }
    }
    if (!taken) {
      return STOPPING;
    }
    return ActionResult.done(
        id
            + " is left alone from now on; a clean that runs is finished first"
            + (chronicle().journal().isDurable()
                ? "; within about "
                    + TimeUnit.MILLISECONDS.toSeconds(recordedAfterMs + 999)
                    + " s it is on record, and outlasts a restart from then on"
                : "; only until this service ends, since its state directory cannot be written"
                    + " to"));
  }

  private ActionResult release(PartitionId id, String why) {
    Optional<PartitionState> state = board.state(id);
    boolean stuck =
        state
            .flatMap(PartitionState::hold)
            .filter(hold -> hold.kind() == Hold.Kind.STUCK)
            .isPresent();
    if (stuck) {
      return ActionResult.refused(
          id + " has a worker that hangs in its swap; only a restart of the service frees it");
    }
    if (!ask(() -> partitionCare.releaseAsAsked(id, "released: " + why))) {
      return STOPPING;
    }
    return ActionResult.done(
        id + (state.isPresent() ? " is tried again" : " is tried again once it is there"));
  }

  private ActionResult clean(PartitionId id) {
    Optional<PartitionState> state = board.state(id);
    if (state.isEmpty()) {
      return ActionResult.refused(id + " is held, and is not there now. Release it first.");
    }
    if (state.flatMap(PartitionState::hold).isPresent()) {
      return ActionResult.refused(
          id + " is in quarantine. Release it first. Why it is there: " + state.get().reason());
    }
    if (board.holds().isToBeHeld(id)) {
      return ActionResult.refused(id + " was just put in quarantine by hand. Release it first.");
    }
    // It would wait for ever: no request makes a topic compacted.
    PartitionStatus found =
        state.map(each -> each.finding().status()).orElse(PartitionStatus.UNSEEN);
    if (found == PartitionStatus.NOT_COMPACTED) {
      return ActionResult.refused(id + " is not cleaned: " + state.get().finding().reason());
    }
    if (found == PartitionStatus.UNKNOWN_POLICY) {
      return ActionResult.refused(
          id
              + " is not cleaned: nothing says whether its topic is compacted. Say it under"
              + " 'topics' in the configuration file, or with --topic or --config"
              + " cleanup.policy=compact.");
    }
    if (isStopping()) {
      return STOPPING;
    }
    board.requestClean(id);
    return ActionResult.done(id + " is cleaned next, whatever its dirty ratio");
  }

  private ActionResult chaos(String worker, String faultName) {
    Optional<Fault> fault = Fault.of(faultName);
    if (!setup.chaos() || fault.isEmpty()) {
      return ActionResult.refused(
          setup.chaos() ? "no fault '" + faultName + "'" : "the fault switch is off (--chaos)");
    }
    for (Agent agent : crew.agents()) {
      if (agent.state().id().equals(worker)) {
        if (!ask(() -> tellFault(worker, fault.get()))) {
          return STOPPING;
        }
        agent.state().inject(fault.get());
        return ActionResult.done(worker + " meets " + fault.get().text() + " at its next step");
      }
    }
    return ActionResult.notFound("no worker '" + worker + "'");
  }

  private void tellFault(String worker, Fault fault) {
    chronicle()
        .add(
            Incident.Kind.FAULT_INJECTED,
            worker,
            worker + " gets the fault " + fault.text() + ", as was asked for",
            "",
            "");
  }

  @Override
  public boolean chaosEnabled() {
    return setup.chaos();
  }

  @Override
  public ActionResult throttle(OptionalLong bytesPerSecond) {
    throttle.setBytesPerSecond(bytesPerSecond.orElse(Throttle.UNLIMITED));
    String rate = bytesPerSecond.isPresent() ? bytesPerSecond.getAsLong() + " bytes/s" : "no limit";
    chronicle()
        .add(Incident.Kind.THROTTLE_CHANGED, "service", "the throttle is " + rate + " now", "", "");
    return ActionResult.done("the throttle of all workers is " + rate + " from now on");
  }
}
