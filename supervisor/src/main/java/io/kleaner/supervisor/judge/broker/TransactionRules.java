// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge.broker;

import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.core.settings.CleanupPolicy;
import io.kleaner.supervisor.probe.broker.BrokerPartition;
import io.kleaner.supervisor.probe.broker.BrokerSample;
import io.kleaner.supervisor.probe.broker.Offsets;
import io.kleaner.supervisor.probe.broker.OpenTransaction;
import io.kleaner.supervisor.probe.broker.Seen;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Judges open transactions: nothing at or above the first offset of the earliest one is cleaned.
 *
 * <ol>
 *   <li>One that its coordinator does not know, or that is open for longer than that allows, or, if
 *       no coordinator tells, that was watched for longer than any may be open, hangs: nobody will
 *       end it. How old it is by its records says nothing there: producers set their times, and one
 *       that replays old events writes old ones.
 *   <li>One that is open for long, within what is allowed, is told as what it is.
 *   <li>Where transactions are not known, a last stable offset that stands still below a high
 *       watermark for long is told without a name.
 * </ol>
 *
 * <p>Pure but for what it remembers of last stable offsets and transactions; owned by one judge.
 */
final class TransactionRules {

  private static final long GRACE_MS = 60_000;
  private static final String MAX_TIMEOUT = "transaction.max.timeout.ms";

  private final JudgeOptions options;
  private final Map<TopicPartition, Stable> stable = new HashMap<>();
  private final Map<TopicPartition, FirstSeen> firstSeen = new HashMap<>();

  private record Stable(long offset, long sinceMs) {}

  /**
   * The transaction that holds back a partition, when it was first seen to, and whether it was
   * found out that nobody knows it.
   */
  private record FirstSeen(long producerId, long startOffset, long atMs, boolean nobodyKnows) {

    private boolean isOf(OpenTransaction other) {
      return producerId == other.producerId() && startOffset == other.startOffset();
    }
  }

  TransactionRules(JudgeOptions options) {
    this.options = options;
  }

  List<Diagnosis> judge(BrokerSample sample) {
    List<Diagnosis> diagnoses = new ArrayList<>();
    stable.keySet().retainAll(sample.partitions().keySet());
    firstSeen.keySet().retainAll(sample.partitions().keySet());
    for (BrokerPartition partition : sample.partitions().values()) {
      if (partition.transactions() instanceof Seen.Known<List<OpenTransaction>> known) {
        known.value().stream()
            .min(Comparator.comparingLong(OpenTransaction::startOffset))
            .flatMap(earliest -> judge(partition, earliest, sample))
            .ifPresent(diagnoses::add);
      }
      unnamed(partition, sample).ifPresent(diagnoses::add);
    }
    return diagnoses;
  }

  private Optional<Diagnosis> judge(
      BrokerPartition partition, OpenTransaction seen, BrokerSample sample) {
    TopicPartition id = partition.partition();
    OpenTransaction transaction = remember(id, seen, sample.atMs());
    long ageMs = transaction.ageMs(sample.atMs());
    long watchedMs = sample.atMs() - firstSeen.get(id).atMs;
    long allowedMs = allowedMs(transaction, sample);
    boolean told = transaction.coordinator().tells();
    String who =
        "producer "
            + transaction.producerId()
            + ", epoch "
            + transaction.producerEpoch()
            + transaction
                .transactionalId()
                .map(name -> ", transactional id " + name)
                .orElse(
                    transaction.coordinator() == OpenTransaction.Coordinator.DOES_NOT_KNOW
                        ? ", which its coordinator does not know"
                        : ", of no known transactional id");
    String evidence =
        who
            + ", open for "
            + Moments.span(ageMs)
            + " at least, from offset "
            + transaction.startOffset()
            + held(partition)
            + (transaction.coordinator() == OpenTransaction.Coordinator.NOT_LISTED
                ? "; no coordinator lists it, which says nothing where ids may not be described"
                : "");
    if ((told ? ageMs : Math.min(ageMs, watchedMs)) >= allowedMs) {
      return Optional.of(
          Diagnosis.of(
              Ailment.HANGING_TRANSACTION,
              id,
              sample.atMs() - ageMs,
              "a transaction hangs on "
                  + id
                  + ": nothing from offset "
                  + transaction.startOffset()
                  + " on is cleaned"
                  + " ("
                  + who
                  + ")",
              evidence,
              abort(id, transaction, sample)));
    }
    if (ageMs < options.pinnedAfterMs() || !isCompacted(partition)) {
      return Optional.empty();
    }
    return Optional.of(
        Diagnosis.of(
            Ailment.TRANSACTION_PINS,
            id,
            sample.atMs() - ageMs,
            "an open transaction holds back the cleaning of " + id + " (" + who + ")",
            evidence,
            (ageMs < allowedMs
                    ? "It is still allowed: its coordinator ends it after "
                        + Moments.span(allowedMs)
                        + " at most."
                    : "By its records it is older than the "
                        + Moments.span(allowedMs)
                        + " that it may be, but producers set their times: it hangs if it is still"
                        + " there after it was watched for so long.")
                + " If it is always so, let the producer commit more often."));
  }

  /** That nobody knows it was proven once: an answer that fails later proves nothing else. */
  private OpenTransaction remember(TopicPartition id, OpenTransaction seen, long nowMs) {
    Optional<FirstSeen> before =
        Optional.ofNullable(firstSeen.get(id)).filter(each -> each.isOf(seen));
    boolean nobodyKnows =
        seen.coordinator().tells()
            ? seen.coordinator() == OpenTransaction.Coordinator.DOES_NOT_KNOW
            : before.filter(FirstSeen::nobodyKnows).isPresent();
    // What is yet to come, by a clock that was set back since, is now.
    long atMs = before.map(each -> Math.min(each.atMs, nowMs)).orElse(nowMs);
    firstSeen.put(id, new FirstSeen(seen.producerId(), seen.startOffset(), atMs, nobodyKnows));
    return nobodyKnows ? seen.as(OpenTransaction.Coordinator.DOES_NOT_KNOW) : seen;
  }

  private long allowedMs(OpenTransaction transaction, BrokerSample sample) {
    if (transaction.coordinator() == OpenTransaction.Coordinator.DOES_NOT_KNOW) {
      // Nobody will end it; the time is for one that is just being ended.
      return options.pinnedAfterMs();
    }
    if (transaction.timeoutMs().isPresent()) {
      return transaction.timeoutMs().getAsLong() + GRACE_MS;
    }
    long longestMs =
        sample.config().get().map(each -> each.number(MAX_TIMEOUT).orElse(0)).orElse(0L);
    return Math.max(longestMs + GRACE_MS, options.hangingAfterMs());
  }

  private static String held(BrokerPartition partition) {
    return partition
        .offsets()
        .get()
        .map(
            offsets ->
                "; last stable offset "
                    + offsets.lastStableOffset()
                    + ", "
                    + offsets.lastStableLag()
                    + " below the high watermark")
        .orElse("");
  }

  private static String abort(TopicPartition id, OpenTransaction transaction, BrokerSample sample) {
    return "Make sure that the producer is gone, then abort it: approve the remedy with the producer"
        + " id, or run kafka-transactions.sh --bootstrap-server "
        + BrokerText.address(sample)
        + " abort --topic "
        + id.topic()
        + " --partition "
        + id.partition()
        + " --start-offset "
        + transaction.startOffset()
        + ". Its records become invisible to read_committed consumers.";
  }

  private Optional<Diagnosis> unnamed(BrokerPartition partition, BrokerSample sample) {
    long nowMs = sample.atMs();
    TopicPartition id = partition.partition();
    boolean named =
        partition.transactions().get().filter(transactions -> !transactions.isEmpty()).isPresent();
    Optional<Offsets> offsets = partition.offsets().get();
    if (named || offsets.isEmpty() || offsets.get().lastStableLag() <= 0) {
      stable.remove(id);
      return Optional.empty();
    }
    Stable now = new Stable(offsets.get().lastStableOffset(), nowMs);
    Stable since = stable.merge(id, now, (old, fresh) -> old.offset == fresh.offset ? old : fresh);
    if (nowMs - since.sinceMs < options.pinnedAfterMs()) {
      return Optional.empty();
    }
    String why =
        partition.transactions() instanceof Seen.Missing<List<OpenTransaction>> missing
            ? missing.why()
            : "no open transaction is known of there";
    return Optional.of(
        Diagnosis.of(
            Ailment.LAST_STABLE_OFFSET_STUCK,
            id,
            since.sinceMs,
            "the last stable offset of "
                + id
                + " has stood at "
                + since.offset
                + " for "
                + Moments.span(nowMs - since.sinceMs),
            offsets.get().lastStableLag() + " below the high watermark; " + why,
            "Find whose transaction it is: kafka-transactions.sh --bootstrap-server "
                + BrokerText.address(sample)
                + " describe-producers --topic "
                + id.topic()
                + " --partition "
                + id.partition()
                + "."));
  }

  private static boolean isCompacted(BrokerPartition partition) {
    return partition
        .config()
        .get()
        .map(config -> config.cleanupPolicy() != CleanupPolicy.DELETE)
        .orElse(true);
  }
}
