// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge.broker;

import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.core.policy.Bounds;
import io.kleaner.supervisor.judge.Verdict;
import io.kleaner.supervisor.probe.broker.BrokerPartition;
import io.kleaner.supervisor.probe.broker.CleanerThread;
import io.kleaner.supervisor.probe.broker.Eligibility;
import io.kleaner.supervisor.probe.broker.ReclaimEstimate;
import io.kleaner.supervisor.probe.broker.Seen;
import io.kleaner.supervisor.probe.broker.StackClass;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Puts together what is to be said of a partition from what is thought of the broker. Stateless;
 * thread-safe.
 */
final class StoryTeller {

  private static final Set<String> WELL =
      Set.of("clean", "cleaning", "dirty", "not-eligible", "not-compacted");

  /** Of these the partition itself tells nothing; what the broker tells is all there is. */
  private static final Set<String> NOT_KNOWN = Set.of("unknown-policy", "unseen");

  private StoryTeller() {}

  /** Tells of a partition that is known. */
  static PartitionStory tell(TopicPartition id, Judgement judgement) {
    BrokerPartition partition = judgement.sample().partitions().get(id);
    PartitionVerdict verdict = judgement.partition(id).orElseThrow();
    long nowMs = judgement.sample().atMs();
    List<String> causes = new ArrayList<>();
    List<String> advice = new ArrayList<>();
    if (!verdict.state().equals("not-compacted")) {
      for (Diagnosis each : judgement.diagnoses()) {
        if (concerns(each, id, partition)) {
          long ageMs = each.ageMs(nowMs);
          causes.add(each.summary() + (ageMs < 1_000 ? "" : " (for " + Moments.span(ageMs) + ")"));
          advice.add(each.advice());
        }
      }
    }
    if (causes.isEmpty() || verdict.state().equals("quarantined")) {
      // Where something is wrong, that comes first: nobody would compact it now.
      advice.addAll(ownAdvice(id, partition, verdict, judgement));
    }
    limits(partition).forEach(causes::add);
    List<String> facts = PartitionFacts.of(partition, nowMs);
    if (NOT_KNOWN.contains(verdict.state())) {
      PartitionFacts.threads(judgement.threads()).ifPresent(facts::add);
    }
    return new PartitionStory(
        id,
        verdict.state(),
        WELL.contains(verdict.state()) && heldBack(id, verdict, judgement).isEmpty(),
        answer(id, partition, verdict, judgement),
        facts,
        causes,
        advice.stream().distinct().toList(),
        unknown(partition, judgement));
  }

  /** Whether something that is wrong keeps this partition from being compacted, or soon may. */
  private static boolean concerns(
      Diagnosis diagnosis, TopicPartition id, BrokerPartition partition) {
    if (diagnosis.partition().equals(Optional.of(id))) {
      return true;
    }
    return switch (diagnosis.ailment()) {
      case CLEANER_DEAD,
          CLEANER_CRASH_LOOP,
          CLEANER_HUNG,
          CLEANER_SPINNING,
          CLEANER_STARVED,
          CLEANER_OFF,
          METADATA_STUCK,
          LOG_DIR_OFFLINE,
          PARTITIONS_UNCLEANABLE,
          BROKER_FALLING_BEHIND,
          DEDUPE_BUFFER_FULL,
          UNKEYED_RECORDS_REFUSED,
          GAUGES_GONE,
          SOURCE_SILENT,
          BROKER_LOG_TIMES_OFF,
          BROKER_UNSEEN ->
          true;
      case DISK_FILLING, DISK_TOO_TIGHT, LOG_DIR_ODD ->
          partition
              .files()
              .get()
              .filter(files -> files.dir().startsWith(Path.of(diagnosis.subject())))
              .isPresent();
      default -> false;
    };
  }

  /** Why nobody cleans anything on this broker, a clause; empty if somebody may. */
  private static String nobodyCleans(Judgement judgement) {
    if (!judgement.of(Ailment.CLEANER_OFF).isEmpty()) {
      return "the log cleaner is switched off on this broker";
    }
    List<ThreadVerdict> threads = judgement.threads();
    if (!threads.isEmpty() && judgement.dead() == threads.size()) {
      return "no cleaner thread of this broker is alive";
    }
    boolean stuck =
        !threads.isEmpty()
            && threads.stream()
                .map(ThreadVerdict::verdict)
                .noneMatch(
                    each -> each instanceof Verdict.Healthy || each instanceof Verdict.Unknown);
    return stuck ? "no cleaner thread of this broker gets anything clean" : "";
  }

  /** Why it is not, or not wholly, compacted though its files say nothing of it; empty if so. */
  private static String held(TopicPartition id, Judgement judgement) {
    if (judgement.isKiller(id)) {
      return "No: it kills the cleaner threads that take it.";
    }
    return judgement.of(id).stream()
        .filter(
            each ->
                each.ailment() == Ailment.HANGING_TRANSACTION
                    || each.ailment() == Ailment.TRANSACTION_PINS
                    || each.ailment() == Ailment.LAST_STABLE_OFFSET_STUCK)
        .findFirst()
        .map(each -> "Only in part: " + each.summary() + ".")
        .orElse("");
  }

  /** Why it is not compacted, or not wholly, though it is well by itself; empty if it may be. */
  private static String heldBack(TopicPartition id, PartitionVerdict verdict, Judgement judgement) {
    if (!WELL.contains(verdict.state()) || verdict.state().equals("not-compacted")) {
      return "";
    }
    if (!judgement.of(Ailment.BROKER_UNSEEN).isEmpty()) {
      return "Not known: the broker does not answer.";
    }
    String nobody = nobodyCleans(judgement);
    return nobody.isEmpty() ? held(id, judgement) : "No: " + nobody + ".";
  }

  /** That nobody cleans anything is known, too, where of the partition itself nothing is. */
  private static String notKnown(PartitionVerdict verdict, Judgement judgement) {
    String reason = "Not known: " + verdict.reason() + (verdict.reason().endsWith(".") ? "" : ".");
    String nobody = nobodyCleans(judgement);
    return nobody.isEmpty()
        ? reason
        : reason + " If it is to be compacted, it is not now: " + nobody + ".";
  }

  private static String answer(
      TopicPartition id, BrokerPartition partition, PartitionVerdict verdict, Judgement judgement) {
    long sinceMs = judgement.sample().atMs() - verdict.sinceMs();
    String since =
        verdict.sinceMs() < 0 || sinceMs < 1_000
            ? ""
            : ", for " + Moments.span(sinceMs) + " at least";
    String held = heldBack(id, verdict, judgement);
    if (!held.isEmpty()) {
      return held + " By its files: " + verdict.reason();
    }
    return switch (verdict.state()) {
      case "clean" -> "Yes: " + id + " is clean" + since + ": " + verdict.reason();
      case "cleaning" ->
          "Yes: a thread is cleaning " + id + " now" + since + "." + throttled(judgement);
      case "dirty" ->
          "Yes, soon: "
              + id
              + " is eligible"
              + since
              + ", and waits for a cleaner thread."
              + throttled(judgement);
      case "not-eligible" ->
          "Not now: " + verdict.reason() + when(partition) + " That is as it is configured.";
      case "not-compacted" -> "No: " + verdict.reason();
      case "unknown-policy", "unseen" -> notKnown(verdict, judgement);
      case "quarantined" -> "No: " + verdict.reason() + ".";
      case "uncleanable", "stalled" -> "No" + since + ": " + verdict.reason() + ".";
      default -> verdict.reason();
    };
  }

  /**
   * That a thread starves in its throttle shows over time alone; that it sleeps there, at a look.
   */
  private static String throttled(Judgement judgement) {
    List<CleanerThread> threads = judgement.sample().threads().get().orElse(List.of());
    if (threads.isEmpty()
        || threads.stream().anyMatch(each -> each.stack() != StackClass.THROTTLED)) {
      return "";
    }
    String rate =
        judgement
            .sample()
            .config()
            .get()
            .flatMap(config -> config.get("log.cleaner.io.max.bytes.per.second"))
            .map(PartitionFacts::text)
            .orElse("not known");
    return " It may take long: every cleaner thread sleeps in the throttle at the moment;"
        + " log.cleaner.io.max.bytes.per.second is "
        + rate
        + ". Whether they get on shows over time.";
  }

  private static String when(BrokerPartition partition) {
    OptionalLong at =
        partition
            .files()
            .get()
            .map(files -> files.eligibility().eligibleAtMs())
            .orElse(OptionalLong.empty());
    return at.isPresent() ? "; time alone makes it eligible at " + Moments.at(at.getAsLong()) : "";
  }

  private static List<String> limits(BrokerPartition partition) {
    return partition
        .files()
        .get()
        .flatMap(files -> files.eligibility().limitedBy())
        .map(Bounds.Limit::text)
        .map(text -> "what can be cleaned ends at " + text)
        .stream()
        .toList();
  }

  private static List<String> ownAdvice(
      TopicPartition id, BrokerPartition partition, PartitionVerdict verdict, Judgement judgement) {
    List<String> advice = new ArrayList<>();
    String server = "--bootstrap-server " + BrokerText.address(judgement.sample());
    if (verdict.state().equals("quarantined")) {
      advice.add("Release it: kleaner release " + id + " --token-file FILE.");
      advice.add(
          "If that is refused, release it "
              + Isolation.releasedElsewhere(id.topic(), "kafka-configs.sh " + server));
    } else if (verdict.state().equals("not-compacted")) {
      advice.add(
          "If it should be: kafka-configs.sh "
              + server
              + " --alter --entity-type topics --entity-name "
              + id.topic()
              + " --add-config cleanup.policy=compact. Records without a key are lost then.");
    } else if (verdict.state().equals("not-eligible")
        || partition
            .files()
            .get()
            .filter(f -> f.eligibility().kind() == Eligibility.Kind.NOTHING_CLEANABLE)
            .isPresent()) {
      advice.add(
          "To have it compacted now: kleaner compact-now "
              + server
              + " --log-dir "
              + partition
                  .files()
                  .get()
                  .map(files -> String.valueOf(files.dir().getParent()))
                  .orElse("DIR")
              + " --roll "
              + id.topic()
              + ".");
    }
    return advice;
  }

  private static List<String> unknown(BrokerPartition partition, Judgement judgement) {
    List<String> unknown = new ArrayList<>();
    for (SourceState each : judgement.sources()) {
      if (each.kind() != SourceState.Kind.KNOWN) {
        unknown.add(each.why() + "; it would add " + each.source().wouldAdd());
      }
    }
    if (judgement.threads().stream().anyMatch(t -> t.verdict() instanceof Verdict.Unknown)) {
      unknown.add("whether the cleaner's threads live");
    }
    if (judgement.sample().log() instanceof Seen.Missing) {
      unknown.add("whether the broker gave it up: only its log says so");
    }
    unknown.addAll(AheadUnknown.of(partition));
    if (partition.reclaimable() instanceof Seen.Missing<ReclaimEstimate> missing
        && partition.files().get().filter(files -> files.dirtyBytes() > 0).isPresent()) {
      unknown.add("what a clean would free: " + missing.why());
    }
    return unknown;
  }
}
