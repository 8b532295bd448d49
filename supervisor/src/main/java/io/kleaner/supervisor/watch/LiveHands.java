// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import io.kleaner.core.io.FileSystem;
import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.core.pace.CancelToken;
import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.journal.Journal;
import io.kleaner.supervisor.probe.broker.AdminTarget;
import io.kleaner.supervisor.probe.broker.BrokerIdentity;
import io.kleaner.supervisor.probe.broker.BrokerSample;
import io.kleaner.supervisor.probe.broker.CleanerThread;
import io.kleaner.supervisor.probe.broker.FreshThreads;
import io.kleaner.supervisor.probe.broker.JmxTarget;
import io.kleaner.supervisor.probe.broker.ReleaseGate;
import io.kleaner.supervisor.probe.broker.Seen;
import io.kleaner.supervisor.probe.broker.Source;
import io.kleaner.supervisor.remedy.broker.AbandonedOverrides;
import io.kleaner.supervisor.remedy.broker.BrokerConnection;
import io.kleaner.supervisor.remedy.broker.BrokerLever;
import io.kleaner.supervisor.remedy.broker.BrokerRemedy;
import io.kleaner.supervisor.remedy.broker.CheckpointView;
import io.kleaner.supervisor.remedy.broker.CleanerTuning;
import io.kleaner.supervisor.remedy.broker.ConfigOverride;
import io.kleaner.supervisor.remedy.broker.LeverTimes;
import io.kleaner.supervisor.remedy.broker.OverrideJournal;
import io.kleaner.supervisor.remedy.broker.Overrides;
import io.kleaner.supervisor.remedy.broker.RemedyDesk;
import io.kleaner.supervisor.remedy.broker.RemedyOutcome;
import io.kleaner.supervisor.remedy.broker.RemedyPolicy;
import io.kleaner.supervisor.remedy.broker.RemedyPolicy.Decision;
import io.kleaner.supervisor.remedy.broker.TopicIsolation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Hands on a live broker, over its Admin API, with an eye of their own on its threads. What is
 * changed is in the journal of overrides first. Thread-safe as far as remedies are carried out by
 * one thread.
 */
public final class LiveHands implements BrokerHands {

  /** The journal of overrides. */
  static final String JOURNAL = "overrides";

  private final BrokerConnection connection;
  private final OverrideJournal journal;
  private final AbandonedOverrides abandoned;
  private final Journal incidents;
  private final Overrides overrides;
  private final TopicIsolation isolation;
  private final RemedyDesk desk;
  private final Supplier<Seen<List<CleanerThread>>> threads;
  private final Optional<FreshThreads> eye;
  private final Supplier<BrokerSample> view;
  private final CheckpointView checkpoints;
  private final CancelToken token;
  private final Clock clock;
  private final IsolatedTopics isolated = new IsolatedTopics();
  private final ReleaseGate gate;
  private final UnverifiedTunings tunings;
  private volatile boolean leftovers;
  private volatile boolean othersLeft;

  /** What of the journal could not be taken back when that was tried last; the hands' own. */
  private Set<ConfigOverride> untaken = Set.of();

  /** The clusters of all that the journal has open. */
  private volatile Set<String> clusters = Set.of();

  private LiveHands(
      BrokerConnection connection,
      ReleaseGate gate,
      OverrideJournal journal,
      AbandonedOverrides abandoned,
      RemedyPolicy policy,
      Journal incidents,
      Optional<FreshThreads> eye,
      Supplier<BrokerSample> view,
      CheckpointView checkpoints,
      CancelToken token,
      Clock clock) {
    this.connection = connection;
    this.gate = gate;
    this.journal = journal;
    this.abandoned = abandoned;
    this.incidents = incidents;
    this.overrides = new Overrides(connection.settings(), journal, clock, token);
    this.isolation = new TopicIsolation(overrides, clock, token);
    this.desk = new RemedyDesk(policy, incidents, clock);
    this.eye = eye;
    this.threads =
        eye.<Supplier<Seen<List<CleanerThread>>>>map(each -> each)
            .orElse(() -> Seen.notAsked(Source.JMX));
    this.view = view;
    this.checkpoints = checkpoints;
    this.token = token;
    this.clock = clock;
    this.tunings = new UnverifiedTunings(clock);
    takeStock();
  }

  /** The supervisor must not wait for the journal's disk. */
  private void takeStock() {
    List<ConfigOverride> open = overrides.open();
    isolated.ours(isolation.isolatedMs(cluster()));
    clusters =
        open.stream()
            .flatMap(each -> each.clusterId().stream())
            .collect(Collectors.toUnmodifiableSet());
    // Half an isolation is found only by a look at its topic.
    leftovers = open.stream().anyMatch(each -> each.isUnfinished() || untaken.contains(each));
  }

  /** Which cluster it is, as the newest look tells. */
  private Optional<String> cluster() {
    return view.get().broker().get().flatMap(BrokerIdentity::clusterId);
  }

  /**
   * Opens them; nothing is connected yet.
   *
   * @param gate whether the broker may be asked at all
   * @param stateDir exists, and is ours alone
   * @param abandoned what other commands left is taken back as well
   * @param incidents where remedies are written down
   * @param logDirs whose checkpoints show whether a clean ended
   * @param token cancelled when all is to end
   * @throws IOException if a property of the client is wrong, or the journal can't be used
   */
  public static LiveHands open(
      FileSystem fileSystem,
      Clock clock,
      AdminTarget admin,
      ReleaseGate gate,
      Optional<JmxTarget> jmx,
      List<Path> logDirs,
      Path stateDir,
      AbandonedOverrides abandoned,
      RemedyPolicy policy,
      Journal incidents,
      Supplier<BrokerSample> view,
      CancelToken token)
      throws IOException {
    OverrideJournal journal = OverrideJournal.open(fileSystem, stateDir, JOURNAL);
    try {
      BrokerConnection connection =
          BrokerConnection.whenNeeded(admin.bootstrapServers(), admin.properties());
      try {
        return new LiveHands(
            connection,
            gate,
            journal,
            abandoned,
            policy,
            incidents,
            jmx.map(target -> new FreshThreads(target, clock)),
            view,
            logDirs.isEmpty() ? CheckpointView.none() : CheckpointView.of(fileSystem, logDirs),
            token,
            clock);
      } catch (RuntimeException e) {
        try (connection) {
          throw e;
        }
      }
    } catch (IOException | RuntimeException e) {
      try (journal) {
        throw e;
      }
    }
  }

  @Override
  public String unable() {
    return unkept(incidents);
  }

  /** Why nothing may be done that a journal must know of; empty text if it is kept. */
  static String unkept(Journal incidents) {
    return incidents.isKept()
        ? ""
        : "the state directory cannot be written to, so a crash would leave changes behind: "
            + incidents.problem().orElse("the disk is tried again");
  }

  @Override
  public Optional<String> loss() {
    return journal.loss();
  }

  @Override
  public Decision decide(BrokerRemedy remedy, String subject) {
    return desk.decide(remedy, subject, false);
  }

  @Override
  public RemedyDesk.Answer carryOut(Order order, boolean byHand, OptionalLong confirmed) {
    String unable = unable();
    if (!unable.isEmpty()) {
      // It was said yes to while the journal was still kept.
      return new RemedyDesk.Answer.Held(new Decision.No(unable));
    }
    try {
      return desk.request(
          order.remedy(),
          order.subject(),
          byHand,
          order.why(),
          () -> act(order, byHand, confirmed));
    } finally {
      takeStock();
      boolean ofTopic =
          order.remedy() == BrokerRemedy.ISOLATE || order.remedy() == BrokerRemedy.RELEASE;
      if (ofTopic && !isBroker(order) && gate.shutNow().isEmpty()) {
        isolated.lookAt(order.subject(), clock.nowMs(), isolation::isIsolated);
      }
    }
  }

  private RemedyOutcome act(Order order, boolean byHand, OptionalLong confirmed)
      throws IOException {
    Optional<String> shut = gate.shutNow();
    if (shut.isPresent()) {
      return new RemedyOutcome.Refused(
          shut.get(), "Change server.properties instead, and restart the broker.");
    }
    return switch (order.remedy()) {
      case REVIVE -> lever(node()).revive(this::somethingToClean);
      case ISOLATE -> {
        // What a killed compaction left of the topic's settings must not be taken for its own.
        takeBackOthers();
        yield isolation.isolate(order.subject(), byHand);
      }
      case RELEASE ->
          isBroker(order) ? tuning(node()).release() : isolation.release(order.subject());
      case UNSTICK -> tuning(node()).unstick((double) order.number());
      case RESIZE -> tuning(node()).resizeBuffer(order.number(), maxHeapBytes());
      case RESIZE_THREADS -> tuning(node()).resizeThreads((int) order.number());
      case ABORT_TRANSACTION ->
          connection
              .transactions(clock, token)
              .abort(
                  order.partition().get(0),
                  order.number(),
                  order.startOffset().orElseThrow(),
                  confirmed);
    };
  }

  /** By the newest look: what called for a remedy may be cleaned by the time it has its turn. */
  private boolean somethingToClean(Optional<Map<TopicPartition, Long>> cleanedTo) {
    BrokerSample sample = view.get();
    return Healer.somethingToClean(sample, isolated(sample), cleanedTo);
  }

  /** Asked for within an attempt, so that one that fails of it counts, and has a pause after it. */
  private int node() throws IOException {
    Optional<BrokerIdentity> broker = view.get().broker().get();
    OptionalInt node = broker.map(BrokerIdentity::nodeId).orElse(OptionalInt.empty());
    if (node.isEmpty()) {
      throw new IOException("the broker's node id is not known: the Admin API doesn't answer");
    }
    return node.getAsInt();
  }

  /** Whether it is about the broker itself: no topic has such a name. */
  private static boolean isBroker(Order order) {
    return order.subject().startsWith(Healer.BROKER);
  }

  /** As it is now: a look that JMX failed must not cost what a person said yes to. */
  private OptionalLong maxHeapBytes() {
    return eye.map(FreshThreads::maxHeapBytes).orElse(OptionalLong.empty());
  }

  private BrokerLever lever(int node) {
    return new BrokerLever(node, overrides, threads, checkpoints, LeverTimes.DEFAULT, clock, token);
  }

  private CleanerTuning tuning(int node) {
    return new CleanerTuning(node, overrides, threads, LeverTimes.DEFAULT, clock, token);
  }

  @Override
  public Set<String> isolated(BrokerSample sample) {
    return isolated.at(sample);
  }

  @Override
  public boolean hasLeftovers() {
    Set<String> known = clusters;
    // A sample is dear, so it is asked only where the journal has something.
    return leftovers
        || othersLeft
        || (!known.isEmpty()
            && cluster().filter(here -> !Set.of(here).containsAll(known)).isPresent());
  }

  @Override
  public List<Overrides.Restored> recover() {
    try {
      List<Overrides.Restored> all = new ArrayList<>(takeBackOthers());
      // Which broker it was stands in the journal.
      List<Overrides.Restored> own = lever(-1).recover();
      untaken =
          own.stream()
              .filter(each -> !each.isOver())
              .map(Overrides.Restored::override)
              .collect(Collectors.toUnmodifiableSet());
      all.addAll(own);
      // What was told already is of another cluster.
      List<ConfigOverride> doubtful =
          overrides.open().stream()
              .filter(each -> each.unverified() && !untaken.contains(each))
              .toList();
      all.addAll(tunings.look(doubtful, view.get(), node -> tuning(node).verify()));
      return all;
    } finally {
      takeStock();
    }
  }

  private List<Overrides.Restored> takeBackOthers() {
    if (gate.shutNow().isPresent()) {
      return List.of();
    }
    List<Overrides.Restored> others =
        abandoned.takeBack(
            cluster(),
            isolated(view.get()),
            theirs -> new Overrides(connection.settings(), theirs, clock, token));
    othersLeft = !others.stream().allMatch(Overrides.Restored::isOver);
    return others;
  }

  @Override
  public void close() throws IOException {
    eye.ifPresent(FreshThreads::close);
    connection.close();
    journal.close();
  }
}
