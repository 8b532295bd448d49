// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.supervisor.judge.Verdict;
import io.kleaner.supervisor.judge.broker.Ailment;
import io.kleaner.supervisor.judge.broker.BrokerText;
import io.kleaner.supervisor.judge.broker.Death;
import io.kleaner.supervisor.judge.broker.DeathCause;
import io.kleaner.supervisor.judge.broker.Diagnosis;
import io.kleaner.supervisor.judge.broker.Isolation;
import io.kleaner.supervisor.judge.broker.Judgement;
import io.kleaner.supervisor.probe.broker.BrokerPartition;
import io.kleaner.supervisor.probe.broker.BrokerSample;
import io.kleaner.supervisor.probe.broker.CleanerThread;
import io.kleaner.supervisor.probe.broker.Eligibility;
import io.kleaner.supervisor.probe.broker.OpenTransaction;
import io.kleaner.supervisor.probe.broker.PartitionFiles;
import io.kleaner.supervisor.probe.broker.Seen;
import io.kleaner.supervisor.remedy.broker.BrokerRemedy;
import io.kleaner.supervisor.service.Signals;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Calls for remedies where a judgement gives reason to:
 *
 * <ol>
 *   <li>the partition that killed threads twice and was not cured or released since: isolate its
 *       topic, if that is there and compacted;
 *   <li>a dead thread: revive, but not while a partition that killed lately waits for an answer: it
 *       would die again. After longer it may have been cured by hand, and only a clean shows it.
 *       Nor right after such an answer came, before the topic's settings are in force, nor while
 *       nobody sees the threads;
 *   <li>what {@link TuningCalls} calls for;
 *   <li>a hanging transaction: abort it, which only a person can have done.
 * </ol>
 *
 * <p>While the broker is being stopped neither of the first two: nothing would come of it.
 *
 * <p>Not thread-safe; owned by the supervisor's thread.
 */
final class Healer {

  /** What a broker's own remedies are about; its id follows. */
  static final String BROKER = "broker ";

  private final RemedyBook book;
  private final TuningCalls tuning;
  private final Killers killers;

  Healer(RemedyBook book, Forgiven forgiven) {
    this.book = book;
    this.tuning = new TuningCalls(book);
    this.killers = new Killers(forgiven);
  }

  /**
   * Calls for what is needed now.
   *
   * @param isolated topics that cleaners are kept from, by whomever
   */
  void look(Judgement judgement, Set<String> isolated, long nowMs, Signals signals) {
    killers.look(judgement, nowMs);
    Set<String> calledFor = new HashSet<>();
    if (!judgement.stopping()) {
      Optional<TopicPartition> killer = Killers.worst(judgement, isolated);
      killer.ifPresent(each -> isolate(each, judgement, calledFor, nowMs, signals));
      if (judgement.dead() > 0) {
        revive(judgement, killer, calledFor, nowMs, signals);
      }
    }
    book.keep(order -> isUnseen(order, judgement), calledFor);
    tuning.look(judgement, calledFor, nowMs);
    transactions(judgement, calledFor, nowMs);
    book.withdraw(calledFor, nowMs);
  }

  /** Whether the source of what calls for it tells nothing now. */
  private static boolean isUnseen(BrokerHands.Order order, Judgement judgement) {
    return switch (order.remedy()) {
      case REVIVE -> judgement.sample().threads() instanceof Seen.Missing;
      case ABORT_TRANSACTION ->
          order.partition().stream().anyMatch(each -> areTransactionsUnseen(each, judgement));
      default -> false;
    };
  }

  private static boolean areTransactionsUnseen(TopicPartition id, Judgement judgement) {
    BrokerPartition partition = judgement.sample().partitions().get(id);
    return partition == null
        ? !Killers.areTopicsKnown(judgement)
        : partition.transactions() instanceof Seen.Missing;
  }

  private void isolate(
      TopicPartition killer,
      Judgement judgement,
      Set<String> calledFor,
      long nowMs,
      Signals signals) {
    List<Death> kills = judgement.kills().get(killer);
    BrokerHands.Order order =
        new BrokerHands.Order(
            BrokerRemedy.ISOLATE,
            killer.topic(),
            List.of(killer),
            0,
            killer
                + " killed cleaner threads "
                + kills.size()
                + " times, the last one "
                + kills.get(kills.size() - 1).text());
    calledFor.add(Ticket.key(order));
    book.propose(order, "", nowMs)
        .filter(why -> judgement.killedLately(killer))
        .ifPresent(
            why ->
                signals.critical(
                    "PoisonNotIsolated",
                    killer.toString(),
                    killer
                        + " kills every cleaner thread that takes it, and is not isolated: "
                        + why,
                    order.why(),
                    "Isolate it by hand: kafka-configs.sh --alter --entity-type topics"
                        + " --entity-name "
                        + killer.topic()
                        + " --add-config "
                        + Isolation.TEXT
                        + "; or clean it offline: stop the broker, 'kleaner compact' its directory,"
                        + " start it."));
  }

  private void revive(
      Judgement judgement,
      Optional<TopicPartition> killer,
      Set<String> calledFor,
      long nowMs,
      Signals signals) {
    BrokerHands.Order order =
        new BrokerHands.Order(
            BrokerRemedy.REVIVE, subject(judgement), List.of(), 0, deaths(judgement));
    calledFor.add(Ticket.key(order));
    Optional<String> hindered =
        hindered(judgement, killer).or(() -> book.propose(order, "", nowMs));
    hindered.ifPresent(
        why ->
            signals.critical(
                "CleanerNotRevived",
                "broker",
                "the cleaner is dead and is not revived now: " + why,
                order.why(),
                cure(judgement)));
  }

  private Optional<String> hindered(Judgement judgement, Optional<TopicPartition> killer) {
    if (judgement.sample().threads() instanceof Seen.Missing<List<CleanerThread>> unseen) {
      // It could only be refused, time and again, and would use up what may be done in a while.
      return Optional.of(
          "whether another cleaner thread lives and is blocked is unknown: " + unseen.why());
    }
    if (killer.isPresent()) {
      String key = BrokerRemedy.ISOLATE.label() + " " + killer.get().topic();
      if (book.isAsked(key) && judgement.killedLately(killer.get())) {
        return Optional.of(
            "it would die again at " + killer.get() + ", whose isolation waits for an answer");
      }
      if (book.isBusy()) {
        return Optional.empty();
      }
    }
    return lastCause(judgement) == DeathCause.OFFSET_MAP_TOO_SMALL
        ? Optional.of("its release has no lever, and it would die again at the same segment")
        : Optional.empty();
  }

  private static DeathCause lastCause(Judgement judgement) {
    List<Death> deaths = judgement.deaths();
    return deaths.isEmpty() ? DeathCause.UNKNOWN : deaths.get(deaths.size() - 1).cause();
  }

  /** What only a restart or an offline clean cures, exactly. */
  private static String cure(Judgement judgement) {
    Optional<TopicPartition> culprit =
        judgement.deaths().stream().reduce((a, b) -> b).flatMap(Death::culprit);
    String dir = BrokerText.dir(judgement.sample(), culprit);
    if (BrokerText.readsOldFormatsOnly(judgement.sample())
        || lastCause(judgement) == DeathCause.OFFSET_MAP_TOO_SMALL) {
      return lastCause(judgement).advice() + " " + BrokerText.onlyToUpgrade(judgement.sample());
    }
    return lastCause(judgement).advice()
        + " What always cures it: 1. stop the broker; 2. kleaner compact "
        + dir
        + "; 3. start the broker, which has new cleaner threads.";
  }

  private static String deaths(Judgement judgement) {
    return judgement.of(Ailment.CLEANER_DEAD).stream()
        .map(Diagnosis::summary)
        .reduce((a, b) -> a + "; " + b)
        .orElse("a cleaner thread is dead");
  }

  /** Whether it is known which broker it is, so that its settings can be changed. */
  static boolean isNamed(Judgement judgement) {
    return subject(judgement).startsWith(BROKER);
  }

  static String subject(Judgement judgement) {
    return judgement
        .sample()
        .broker()
        .get()
        .filter(broker -> broker.nodeId().isPresent())
        .map(broker -> BROKER + broker.nodeId().getAsInt())
        .orElse(BROKER.strip());
  }

  /**
   * Whether a revived cleaner has something to do that shows.
   *
   * @param isolated topics that it leaves alone, whatever the last look saw of their settings
   * @param cleanedTo the cleaner's checkpoints as they are now, empty if nobody sees them: a
   *     partition that was cleaned since the sample saw its files may have nothing left
   */
  static boolean somethingToClean(
      BrokerSample sample, Set<String> isolated, Optional<Map<TopicPartition, Long>> cleanedTo) {
    return sample.partitions().entrySet().stream()
        .filter(each -> !isolated.contains(each.getKey().topic()))
        .filter(each -> each.getValue().uncleanable().isEmpty())
        .anyMatch(
            each ->
                each.getValue()
                    .files()
                    .get()
                    .filter(files -> files.eligibility().kind() == Eligibility.Kind.ELIGIBLE)
                    .filter(
                        files ->
                            cleanedTo
                                .map(
                                    now ->
                                        isStillAt(
                                            files, Optional.ofNullable(now.get(each.getKey()))))
                                .orElse(true))
                    .isPresent());
  }

  /** Whether its checkpoint is where it was when its files were looked at. */
  private static boolean isStillAt(PartitionFiles files, Optional<Long> checkpoint) {
    return files
        .cleanerCheckpoint()
        .equals(checkpoint.map(OptionalLong::of).orElse(OptionalLong.empty()));
  }

  private void transactions(Judgement judgement, Set<String> calledFor, long nowMs) {
    for (Diagnosis each : judgement.of(Ailment.HANGING_TRANSACTION)) {
      TopicPartition id = each.partition().orElseThrow();
      BrokerPartition partition = judgement.sample().partitions().get(id);
      if (partition != null
          && partition.transactions() instanceof Seen.Known<List<OpenTransaction>> open) {
        open.value().stream()
            .min(Comparator.comparingLong(OpenTransaction::startOffset))
            .ifPresent(
                transaction -> {
                  BrokerHands.Order order =
                      new BrokerHands.Order(
                          BrokerRemedy.ABORT_TRANSACTION,
                          id.toString(),
                          List.of(id),
                          transaction.producerId(),
                          OptionalLong.of(transaction.startOffset()),
                          each.summary() + "; " + each.evidence());
                  calledFor.add(Ticket.key(order));
                  book.propose(order, Long.toString(transaction.producerId()), nowMs);
                });
      }
    }
  }

  /** Threads that live and do what they should. */
  static long well(Judgement judgement) {
    return judgement.threads().stream()
        .filter(each -> each.verdict() instanceof Verdict.Healthy)
        .count();
  }
}
