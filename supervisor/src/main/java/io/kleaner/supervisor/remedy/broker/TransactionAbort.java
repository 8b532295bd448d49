// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.broker;

import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.core.pace.CancelToken;
import io.kleaner.core.pace.CancelledException;
import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.remedy.broker.RemedyOutcome.Changed;
import io.kleaner.supervisor.remedy.broker.RemedyOutcome.NotEffective;
import io.kleaner.supervisor.remedy.broker.RemedyOutcome.Refused;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.AbortTransactionSpec;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.common.IsolationLevel;

/**
 * Ends a transaction that pins a partition's last stable offset, past which nothing is cleaned
 * (KIP-664, brokers from 3.0 on). What it wrote is lost to readers of committed records, so it is
 * done only for a person who names the producer id. Not thread-safe.
 */
public final class TransactionAbort {

  private static final long POLL_NS = TimeUnit.MILLISECONDS.toNanos(100);

  private final Admin admin;
  private final Clock clock;
  private final CancelToken token;
  private final Duration patience;

  /**
   * @param admin stays open and is the caller's
   * @param patience for one answer, and for the last stable offset to move
   */
  public TransactionAbort(Admin admin, Clock clock, CancelToken token, Duration patience) {
    this.admin = admin;
    this.clock = clock;
    this.token = token;
    this.patience = patience;
  }

  /**
   * Aborts the open transaction of a producer on a partition.
   *
   * @param startOffset of its first record there: a transaction that the producer began since is
   *     another one, which nobody said yes to
   * @param confirmed the producer id as a person gave it; anything else is refused
   * @throws IOException if the cluster could not be asked
   */
  public RemedyOutcome abort(
      TopicPartition partition, long producerId, long startOffset, OptionalLong confirmed)
      throws IOException {
    if (confirmed.isEmpty() || confirmed.getAsLong() != producerId) {
      return new Refused(
          "the transaction of producer id "
              + producerId
              + " on "
              + partition
              + " from offset "
              + startOffset
              + " is aborted only if a person names that producer id",
          "Its records are lost to readers of committed records. Say yes with the producer id.");
    }
    long beganNs = clock.nanoTime();
    org.apache.kafka.common.TopicPartition kafka =
        new org.apache.kafka.common.TopicPartition(partition.topic(), partition.partition());
    // Asked first: nothing is waited for between the look at the transaction and its abort.
    long before = lastStableOffset(kafka);
    Optional<ProducerState> hanging =
        Answers.await(
                admin.describeProducers(List.of(kafka)).partitionResult(kafka),
                patience,
                "describe the producers of " + partition)
            .activeProducers()
            .stream()
            .filter(each -> each.producerId() == producerId)
            .filter(each -> each.currentTransactionStartOffset().isPresent())
            .findFirst();
    if (hanging.isEmpty()) {
      return new Refused(
          "producer id " + producerId + " has no open transaction on " + partition + " now",
          "Look again with 'kleaner explain': it may have ended by itself.");
    }
    ProducerState state = hanging.get();
    if (state.currentTransactionStartOffset().orElseThrow() != startOffset) {
      return new Refused(
          "the transaction of "
              + who(state)
              + " that is open on "
              + partition
              + " now is another one, from offset "
              + state.currentTransactionStartOffset().getAsLong()
              + " and not from offset "
              + startOffset
              + ": the producer lives, and nothing was aborted",
          "Look again with 'kleaner explain': if that one hangs, too, it is asked about by itself.");
    }
    // The mark goes to the partition itself, by producer and epoch: no offset can be named there.
    Answers.await(
        admin
            .abortTransaction(
                new AbortTransactionSpec(
                    kafka,
                    producerId,
                    (short) state.producerEpoch(),
                    state.coordinatorEpoch().orElse(-1)))
            .all(),
        patience,
        "abort the transaction of producer id " + producerId + " on " + partition);
    return verify(kafka, partition, state, before, beganNs);
  }

  private RemedyOutcome verify(
      org.apache.kafka.common.TopicPartition kafka,
      TopicPartition partition,
      ProducerState state,
      long before,
      long beganNs)
      throws IOException {
    long start = state.currentTransactionStartOffset().orElse(before);
    String who = who(state) + ", from offset " + start;
    while (true) {
      long now = lastStableOffset(kafka);
      if (now > Math.max(before, start)) {
        return new Changed(
            "the transaction of " + who + " on " + partition + " was aborted",
            "last stable offset " + before,
            "last stable offset " + now,
            TimeUnit.NANOSECONDS.toMillis(clock.nanoTime() - beganNs));
      }
      if (clock.nanoTime() - beganNs > patience.toNanos()) {
        return new NotEffective(
            "the transaction of "
                + who
                + " was aborted, but the last stable offset of "
                + partition
                + " is "
                + now
                + " still: another transaction may be open there",
            false,
            "last stable offset before: " + before);
      }
      pause();
    }
  }

  private static String who(ProducerState state) {
    return "producer id " + state.producerId() + ", epoch " + state.producerEpoch();
  }

  private void pause() {
    try {
      if (token.sleep(POLL_NS)) {
        throw new CancelledException();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancelledException();
    }
  }

  private long lastStableOffset(org.apache.kafka.common.TopicPartition partition)
      throws IOException {
    return Answers.await(
            admin
                .listOffsets(
                    Map.of(partition, OffsetSpec.latest()),
                    new ListOffsetsOptions(IsolationLevel.READ_COMMITTED))
                .partitionResult(partition),
            patience,
            "read the last stable offset of " + partition)
        .offset();
  }
}
