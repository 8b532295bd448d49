// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.supervisor.probe.broker.BrokerSample;
import io.kleaner.supervisor.remedy.broker.BrokerRemedy;
import io.kleaner.supervisor.remedy.broker.Overrides;
import io.kleaner.supervisor.remedy.broker.RemedyDesk;
import io.kleaner.supervisor.remedy.broker.RemedyPolicy.Decision;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What is done to a broker. {@link #unable}, {@link #loss}, {@link #isolated} and {@link
 * #hasLeftovers} answer at once, {@link #decide} too unless a remedy runs; the rest may wait for
 * the broker for a minute, on a thread of its own.
 */
public interface BrokerHands extends AutoCloseable {

  /**
   * What is to be done.
   *
   * @param remedy which
   * @param subject a broker, a topic, or a partition
   * @param partition whose transaction is to be aborted, else any
   * @param number bytes per second, a number of threads, a size, or a producer id; 0 if none is
   *     needed
   * @param startOffset of the transaction that is to be aborted, else empty: the producer's next
   *     one there is another
   * @param why what was seen that calls for it
   */
  record Order(
      BrokerRemedy remedy,
      String subject,
      List<TopicPartition> partition,
      long number,
      OptionalLong startOffset,
      String why) {

    /** One that is about no transaction. */
    Order(
        BrokerRemedy remedy,
        String subject,
        List<TopicPartition> partition,
        long number,
        String why) {
      this(remedy, subject, partition, number, OptionalLong.empty(), why);
    }
  }

  /** Why nothing can be done at all at the moment; empty text if something can. */
  String unable();

  /** What the journal of overrides had lost when it was opened, a sentence; empty if nothing. */
  default Optional<String> loss() {
    return Optional.empty();
  }

  /** What the policy says now. */
  Decision decide(BrokerRemedy remedy, String subject);

  /**
   * Does it.
   *
   * @param byHand whether a person asks for exactly this
   * @param confirmed the producer id as a person gave it
   * @return what came of it; that the broker is not known or not reached is an attempt that failed
   */
  RemedyDesk.Answer carryOut(Order order, boolean byHand, OptionalLong confirmed);

  /**
   * Topics that are isolated, by these hands or by anyone.
   *
   * @param sample with the topics' settings as they were last looked at
   */
  Set<String> isolated(BrokerSample sample);

  /** Whether a setting of ours that was not meant to stay is still there. */
  boolean hasLeftovers();

  /**
   * Takes back what a run left that ended in the middle, as far as that is safe now.
   *
   * @return what became of each; what could not be taken back is tried again later
   */
  List<Overrides.Restored> recover();

  @Override
  void close() throws IOException;
}
