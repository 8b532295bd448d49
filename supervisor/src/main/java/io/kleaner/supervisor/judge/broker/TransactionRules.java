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
 *       the coordinator could not be asked, for longer than any may be, hangs: nobody will end it.
 *   <li>One that is open for long, within what is allowed, is told as what it is.
 *   <li>Where transactions are not known, a last stable offset that stands still below a high
 *       watermark for long is told without a name.
 * </ol>
 *
 * <p>Pure but for what it remembers of last stable offsets; owned by one judge.
 */
final class TransactionRules {

  private static final long GRACE_MS = 60_000;

  private final JudgeOptions options;
  private final Map<TopicPartition, Stable> stable = new HashMap<>();

  private record Stable(long offset, long sinceMs) {}

  TransactionRules(JudgeOptions options) {
    this.options = options;
  }

  List<Diagnosis> judge(BrokerSample sample) {
    List<Diagnosis> diagnoses = new ArrayList<>();
    stable.keySet().retainAll(sample.partitions().keySet());
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
      BrokerPartition partition, OpenTransaction transaction, BrokerSample sample) {
    long ageMs = transaction.ageMs(sample.atMs());
    long allowedMs = allowedMs(transaction);
    TopicPartition id = partition.partition();
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
            + held(partition);
    if (ageMs >= allowedMs) {
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
            "It is still allowed: its coordinator ends it after "
                + Moments.span(allowedMs)
                + " at most. If it is always so, let the producer commit more often."));
  }

  private long allowedMs(OpenTransaction transaction) {
    if (transaction.coordinator() == OpenTransaction.Coordinator.DOES_NOT_KNOW) {
      // Nobody will end it; the time is for one that is just being ended.
      return options.pinnedAfterMs();
    }
    return transaction.timeoutMs().isPresent()
        ? transaction.timeoutMs().getAsLong() + GRACE_MS
        : options.hangingAfterMs();
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
