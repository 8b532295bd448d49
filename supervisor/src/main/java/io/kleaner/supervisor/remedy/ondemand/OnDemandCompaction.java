// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.ondemand;

import io.kleaner.core.io.FileSystem;
import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.core.pace.CancelToken;
import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.remedy.broker.BrokerConnection;
import io.kleaner.supervisor.remedy.broker.ConfigAccess;
import io.kleaner.supervisor.remedy.broker.ConfigOverride.Former;
import io.kleaner.supervisor.remedy.broker.ConfigTarget;
import io.kleaner.supervisor.remedy.broker.OnDemandSettings;
import io.kleaner.supervisor.remedy.broker.OverrideJournal;
import io.kleaner.supervisor.remedy.broker.Overrides;
import io.kleaner.supervisor.remedy.broker.Overrides.Restored;
import io.kleaner.supervisor.remedy.broker.TopicIsolation;
import io.kleaner.supervisor.remedy.ondemand.OnDemandReport.Refusal;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;

/**
 * Has a live broker's own cleaner compact topics now: their {@code min.cleanable.dirty.ratio} and
 * {@code min.compaction.lag.ms} are 0 until the cleaner checkpoint of each of its partitions has
 * passed what was its log end, and then what they were before, however it ends.
 *
 * <p>{@code max.compaction.lag.ms} is left alone: it would make the broker roll a segment at every
 * append. With a roll, {@code segment.ms} is a second until every active segment has rolled; Kafka
 * rolls one only when something is appended, and nothing is ever produced here.
 *
 * <p>A topic that is isolated meanwhile is let go of at once, with its settings given back.
 *
 * <p>Files are only read. Not thread-safe.
 */
public final class OnDemandCompaction {

  /** The name of the journal of what it changes. */
  public static final String JOURNAL = "compact-now";

  private static final String POLICY = "cleanup.policy";
  private static final long GIVE_WAY_NS = TimeUnit.SECONDS.toNanos(1);

  private final FileSystem fileSystem;
  private final ClusterView cluster;
  private final Overrides overrides;
  private final Clock clock;
  private final CancelToken token;
  private OptionalLong askedNs = OptionalLong.empty();

  /** Takes its parts; all stay open and are the caller's. */
  public OnDemandCompaction(
      FileSystem fileSystem,
      BrokerConnection connection,
      OverrideJournal journal,
      Clock clock,
      CancelToken token) {
    this(fileSystem, connection.admin(), connection.patience(), journal, clock, token);
  }

  OnDemandCompaction(
      FileSystem fileSystem,
      Admin admin,
      Duration patience,
      OverrideJournal journal,
      Clock clock,
      CancelToken token) {
    this.fileSystem = fileSystem;
    this.cluster = new ClusterView(admin, patience);
    this.overrides = new Overrides(new ConfigAccess(admin, patience), journal, clock);
    this.clock = clock;
    this.token = token;
  }

  /**
   * What is asked for.
   *
   * @param logDirs of one broker or several, as far as they are on this machine
   * @param roll whether active segments are to be rolled first
   * @param deadlineMs after so long it is given up, in milliseconds
   * @param idleMs a partition to which nothing was appended for so long is not waited for to roll
   */
  public record Request(
      List<String> topics, List<Path> logDirs, boolean roll, long deadlineMs, long idleMs) {}

  /** Hears how it goes. */
  @FunctionalInterface
  public interface Listener {
    /** Something is worth telling a person. */
    void tell(String line);
  }

  /** Takes back what earlier runs left that were killed. */
  public List<Restored> recover() {
    return overrides.recover(() -> Optional.of("only the sidecar changes a broker's own settings"));
  }

  /**
   * Compacts and waits.
   *
   * @throws IOException if the cluster or the files could not be asked; every setting was taken
   *     back then, or is in the journal
   */
  public OnDemandReport run(Request request, Listener listener) throws IOException {
    List<Refusal> refused = new ArrayList<>();
    SortedMap<TopicPartition, List<Integer>> partitions = new TreeMap<>();
    Map<String, Optional<String>> lagBefore = new HashMap<>();
    for (String topic : request.topics()) {
      Optional<Refusal> why = refusal(topic, lagBefore);
      if (why.isPresent()) {
        refused.add(why.get());
      } else {
        partitions.putAll(cluster.replicas(topic).orElseThrow());
      }
    }
    ReplicaWatch watch = new ReplicaWatch(fileSystem, cluster, clock, request, partitions);
    LoweredTopics topics = new LoweredTopics(overrides, listener);
    try {
      for (String topic : watch.topics()) {
        topics.lower(topic, request.roll());
      }
      Runnable giveWay = () -> giveWay(topics, lagBefore, watch, listener);
      while (!watch.isOver() && !token.isCancelled()) {
        eachSecond(topics, giveWay);
        look(watch, listener);
        eachSecond(topics, giveWay);
        watch.takeRolled(topics.rolling()).forEach(topics::endRoll);
        for (String topic : watch.over(topics.lowered())) {
          topics.end(topic);
          eachSecond(topics, giveWay);
        }
        pause();
      }
    } finally {
      topics.end();
    }
    return new OnDemandReport(watch.report(token.isCancelled()), refused, topics.restored());
  }

  /**
   * What others wait for, if it is a second since that was done: a look, and giving back what is of
   * a topic that was deleted, may take several.
   */
  private void eachSecond(LoweredTopics topics, Runnable giveWay) {
    long nowNs = clock.nanoTime();
    if (askedNs.isEmpty() || nowNs - askedNs.getAsLong() >= GIVE_WAY_NS) {
      askedNs = OptionalLong.of(nowNs);
      topics.endAgain();
      giveWay.run();
    }
  }

  /** Lets go of topics that are isolated: what kills cleaners comes first. */
  private static void giveWay(
      LoweredTopics topics,
      Map<String, Optional<String>> lagBefore,
      ReplicaWatch watch,
      Listener listener) {
    for (String topic : topics.lowered()) {
      if (topics.mustGiveWay(topic, lagBefore.get(topic))) {
        listener.tell(topic + " is being isolated: it is let alone, with its settings given back");
        topics.end(topic);
        watch.isolated(topic);
      }
    }
  }

  /** A cluster that does not answer for a while may come back before the deadline. */
  private static void look(ReplicaWatch watch, Listener listener) {
    try {
      watch.look(listener);
    } catch (IOException e) {
      listener.tell("cannot be seen now, and is looked at again: " + e.getMessage());
    }
  }

  private void pause() {
    try {
      if (token.sleep(ReplicaWatch.POLL_NS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      token.cancel();
    }
  }

  /**
   * @param lagBefore gets the topic's own longest lag
   */
  private Optional<Refusal> refusal(String topic, Map<String, Optional<String>> lagBefore)
      throws IOException {
    if (cluster.replicas(topic).isEmpty()) {
      return Optional.of(new Refusal(topic, "there is no such topic", "Check its name."));
    }
    Map<String, Former> settings =
        overrides
            .access()
            .read(
                ConfigTarget.topic(topic),
                List.of(POLICY, OnDemandSettings.RATIO, OnDemandSettings.MAX_LAG));
    lagBefore.put(topic, settings.get(OnDemandSettings.MAX_LAG).own());
    String policy = settings.get(POLICY).effective().orElse("unknown");
    if (!List.of(policy.split(",")).stream().map(String::strip).toList().contains("compact")) {
      return Optional.of(
          new Refusal(
              topic,
              "its cleanup.policy is " + policy + ", so no cleaner compacts it",
              "Set cleanup.policy=compact first, if that is what you want: it deletes records"
                  + " without a key."));
    }
    return TopicIsolation.isIsolated(key -> settings.get(key).own())
        ? Optional.of(
            new Refusal(
                topic,
                "it is isolated ("
                    + OnDemandSettings.RATIO
                    + "=1.0, "
                    + OnDemandSettings.MAX_LAG
                    + " at its maximum), as what kills"
                    + " cleaners is",
                "Release it first, once its cause is gone."))
        : Optional.empty();
  }
}
