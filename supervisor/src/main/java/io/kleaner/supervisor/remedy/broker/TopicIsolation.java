// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.broker;

import io.kleaner.core.pace.CancelToken;
import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.judge.broker.Isolation;
import io.kleaner.supervisor.probe.broker.InternalTopics;
import io.kleaner.supervisor.remedy.broker.ConfigOverride.Former;
import io.kleaner.supervisor.remedy.broker.ConfigOverride.Purpose;
import io.kleaner.supervisor.remedy.broker.Overrides.Ending;
import io.kleaner.supervisor.remedy.broker.Overrides.Restored;
import io.kleaner.supervisor.remedy.broker.RemedyOutcome.Changed;
import io.kleaner.supervisor.remedy.broker.RemedyOutcome.NotEffective;
import io.kleaner.supervisor.remedy.broker.RemedyOutcome.Refused;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Keeps the cleaners of all brokers away from a topic, so that one partition of it which kills them
 * doesn't stop all others. Needs no restart; a thread that is at the topic already ends its clean.
 * Not thread-safe.
 */
public final class TopicIsolation {

  /** For a compaction on demand to give its settings back, which looks every second. */
  private static final long GIVE_WAY_MS = 10_000;

  private static final long POLL_NS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final String NOT_OURS = "by settings that were not made from this state directory";

  private final Overrides overrides;
  private final Clock clock;
  private final CancelToken token;

  /**
   * Takes its parts.
   *
   * @param token once it is cancelled nobody waits for a compaction any longer
   */
  public TopicIsolation(Overrides overrides, Clock clock, CancelToken token) {
    this.overrides = overrides;
    this.clock = clock;
    this.token = token;
  }

  /** What someone has to know before saying yes. */
  public static String question(String topic) {
    return "Isolating "
        + topic
        + " stops the compaction of every partition of it on every broker until it is released."
        + " Nothing is lost, but its size grows, and deleted keys stay readable."
        + (InternalTopics.contains(topic)
            ? " Kafka itself lives by this topic: it grows without bound, and start-up and"
                + " failover of what reads it get slower."
            : "");
  }

  /**
   * Isolates a topic, also one that was isolated from here before an operator changed its settings:
   * what the operator made of them is what a release then gives back. A compaction on demand that
   * is at work on it gives its own settings back first, for some seconds at most.
   *
   * @param explicitYes whether a person said yes to {@link #question} for this very topic; an
   *     internal topic is isolated in no other way
   * @throws IOException if it could not be done; what was set is taken back or in the journal
   */
  public RemedyOutcome isolate(String topic, boolean explicitYes) throws IOException {
    if (InternalTopics.contains(topic) && !explicitYes) {
      return new Refused(
          topic + " is one of Kafka's own topics, which are isolated only if a person says so",
          question(topic));
    }
    Map<String, Former> now = settings(topic);
    List<ConfigOverride> ours = ours(topic);
    if (isIsolated(key -> now.get(key).own())) {
      return ours.isEmpty()
          ? new Refused(topic + " is isolated already, " + NOT_OURS, releaseElsewhere(topic))
          : new Refused(topic + " is isolated already", "Release it to have it compacted again.");
    }
    for (ConfigOverride each : ours) {
      if (!isOurs(each, now)) {
        overrides.leaveToOperator(each);
      }
    }
    long beganNs = clock.nanoTime();
    List<ConfigOverride> set = new ArrayList<>();
    try {
      if (OnDemandSettings.seemSet(now.get(OnDemandSettings.RATIO).own())) {
        set.addAll(setFirst(topic));
        awaitWay(topic);
      }
      set.addAll(overrides.set(ConfigTarget.topic(topic), Isolation.SETTINGS, Purpose.ISOLATE));
    } catch (IOException | RuntimeException e) {
      // Half an isolation keeps no cleaner away, and hides what the topic had.
      overrides.undo(set, e);
      throw e;
    }
    return new Changed(
        topic
            + " is isolated: no broker compacts any partition of it"
            + set.stream().map(OnDemandSettings::told).collect(Collectors.joining()),
        set.stream()
            .map(each -> each.key() + "=" + each.former().effective().orElse("?"))
            .collect(Collectors.joining(", ")),
        Isolation.SETTINGS.entrySet().stream()
            .map(each -> each.getKey() + "=" + each.getValue())
            .sorted()
            .collect(Collectors.joining(", ")),
        tookMs(beganNs));
  }

  /** Sets the half that a compaction on demand does not touch, by which it sees that it must go. */
  private List<ConfigOverride> setFirst(String topic) throws IOException {
    return overrides.set(
        ConfigTarget.topic(topic),
        Map.of(OnDemandSettings.MAX_LAG, Isolation.SETTINGS.get(OnDemandSettings.MAX_LAG)),
        Purpose.ISOLATE);
  }

  private void awaitWay(String topic) throws IOException {
    long beganNs = clock.nanoTime();
    while (OnDemandSettings.seemSet(settings(topic).get(OnDemandSettings.RATIO).own())
        && tookMs(beganNs) < GIVE_WAY_MS) {
      try {
        if (token.sleep(POLL_NS)) {
          break;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        break;
      }
    }
  }

  /**
   * Gives a topic its own settings back; those that an operator has changed since stay, and the
   * outcome says so.
   *
   * @throws IOException if the broker doesn't tell its settings; nothing was changed
   */
  public RemedyOutcome release(String topic) throws IOException {
    long beganNs = clock.nanoTime();
    List<ConfigOverride> ours = ours(topic);
    if (ours.isEmpty() && isIsolated(topic)) {
      return new Refused(topic + " is isolated, but " + NOT_OURS, releaseElsewhere(topic));
    }
    if (ours.isEmpty()) {
      return new Refused(
          topic + " is not isolated, as far as the journal of overrides knows",
          "Look at its settings with 'kafka-configs --describe --entity-type topics'.");
    }
    Optional<Map<String, Former>> before = shown(topic);
    List<Restored> restored = ours.stream().map(overrides::restore).toList();
    String what = restored.stream().map(Restored::sentence).collect(Collectors.joining("; "));
    if (!restored.stream().allMatch(Restored::isOver)) {
      return new NotEffective(topic + " could not be released", false, what);
    }
    // One that lacks a setting keeps no cleaner away.
    boolean ended =
        before
            .map(settings -> !isIsolated(key -> settings.get(key).own()))
            .orElse(restored.stream().anyMatch(each -> each.ending() == Ending.LEFT_TO_OPERATOR));
    Predicate<Restored> wasOurs =
        before
            .<Predicate<Restored>>map(settings -> each -> isOurs(each.override(), settings))
            .orElse(each -> each.ending() == Ending.RESTORED);
    boolean inPart = ended && restored.stream().anyMatch(wasOurs);
    String how = " is released: ";
    if (ended) {
      // By a run that was killed between the two.
      how =
          restored.stream().allMatch(wasOurs)
              ? " was isolated in part only: "
              : " was isolated no more, as someone had changed its settings: ";
    }
    return new Changed(
        topic + how + what,
        ended ? (inPart ? "isolated in part" : "not isolated") : "isolated",
        "released",
        tookMs(beganNs));
  }

  private static boolean isOurs(ConfigOverride override, Map<String, Former> settings) {
    return settings.get(override.key()).own().equals(Optional.of(override.ours()));
  }

  /** What the topic has; empty if the broker doesn't tell, which a release says by itself. */
  private Optional<Map<String, Former>> shown(String topic) {
    try {
      return Optional.of(settings(topic));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /**
   * Whether the broker has a topic isolated now, whoever did it.
   *
   * @throws IOException if it doesn't tell
   */
  public boolean isIsolated(String topic) throws IOException {
    Map<String, Former> now = settings(topic);
    return isIsolated(key -> now.get(key).own());
  }

  private Map<String, Former> settings(String topic) throws IOException {
    return overrides.access().read(ConfigTarget.topic(topic), Isolation.SETTINGS.keySet());
  }

  /**
   * Whether these settings isolate a topic.
   *
   * @param own what is set on the topic itself, by its key
   */
  public static boolean isIsolated(Function<String, Optional<String>> own) {
    return Isolation.SETTINGS.entrySet().stream()
        .allMatch(each -> own.apply(each.getKey()).equals(Optional.of(each.getValue())));
  }

  private static String releaseElsewhere(String topic) {
    return "Release it " + Isolation.releasedElsewhere(topic, "kafka-configs.sh");
  }

  /**
   * The topics that were isolated by this journal and not released, and when, milliseconds since
   * the epoch. Whether they still are, the broker's settings tell: an operator may have changed
   * them.
   *
   * @param clusterId of the cluster at hand, empty as long as nobody knows it
   */
  public Map<String, Long> isolatedMs(Optional<String> clusterId) {
    Map<String, Long> sinceMs = new HashMap<>();
    Map<String, Set<String>> keys = new HashMap<>();
    overrides.open().stream()
        .filter(each -> each.purpose() == Purpose.ISOLATE)
        .filter(each -> clusterId.isEmpty() || !each.isElsewhere(clusterId))
        .forEach(
            each -> {
              sinceMs.merge(each.target().name(), each.atMs(), Math::max);
              keys.computeIfAbsent(each.target().name(), any -> new HashSet<>()).add(each.key());
            });
    // Half of one, as of a run that was killed in between, keeps no cleaner from the topic.
    sinceMs.keySet().removeIf(each -> !keys.get(each).containsAll(Isolation.SETTINGS.keySet()));
    return Map.copyOf(sinceMs);
  }

  private List<ConfigOverride> ours(String topic) throws IOException {
    ConfigTarget target = ConfigTarget.topic(topic);
    return overrides.openHere().stream()
        .filter(each -> each.purpose() == Purpose.ISOLATE && each.target().equals(target))
        .toList();
  }

  private long tookMs(long beganNs) {
    return TimeUnit.NANOSECONDS.toMillis(clock.nanoTime() - beganNs);
  }
}
