// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.journal.Journal;
import io.kleaner.supervisor.judge.broker.Broker;
import io.kleaner.supervisor.judge.broker.BrokerJudge;
import io.kleaner.supervisor.judge.broker.Judgement;
import io.kleaner.supervisor.remedy.broker.BrokerRemedy;
import io.kleaner.supervisor.service.Announcer;
import io.kleaner.supervisor.service.Chronicle;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** When a broker's cleaner is to get more threads. */
class TuningCallsTest {

  private static final TopicPartition[] THREE = {
    Broker.ORDERS, Broker.POISON, new TopicPartition("users", 0)
  };

  private final Broker broker = new Broker();
  private final BrokerJudge judge = broker.judge();
  private final RemedyBook book =
      new RemedyBook(
          Clock.system(),
          new IdleHands(),
          new HandsThread("a test"),
          new Chronicle(Journal.inMemory("a test"), new Announcer(), Clock.system()));
  private final TuningCalls calls = new TuningCalls(book);
  private Set<String> calledFor = Set.of();

  private void look() {
    broker.advance(1_000);
    Judgement judgement = judge.judge(broker.sample(), Set.of());
    calledFor = new HashSet<>();
    calls.look(judgement, calledFor, broker.nowMs());
  }

  private void fallBehind(TopicPartition... partitions) {
    broker.set("log.cleaner.dedupe.buffer.size", Long.toString(128L << 20));
    for (long second = 0; second < broker.trendWindowMs() / 1_000; second++) {
      broker.getsDirtier(partitions);
      look();
    }
  }

  private Optional<Ticket> asked() {
    return book.all().stream()
        .filter(each -> each.order().remedy() == BrokerRemedy.RESIZE_THREADS)
        .findFirst();
  }

  @Test
  void look_fallsBehindWithAllThreadsAtWorkAndMoreToDo_asksForTwiceAsMany() {
    broker.working(2);
    fallBehind(THREE);

    assertThat(asked().orElseThrow().order().number()).isEqualTo(4);
    assertThat(asked().orElseThrow().question())
        .isEqualTo(
            "Change log.cleaner.threads of broker 1 until"
                + " 'kleaner release \"broker 1\"' takes it back?");
  }

  @Test
  void look_aThreadPausesWhileTheQuestionStands_theQuestionStays() {
    broker.working(2);
    fallBehind(THREE);

    broker.aliveAs(30);
    broker.getsDirtier(THREE);
    look();

    assertThat(calledFor).contains("resize-threads broker 1");
  }

  @Test
  void look_settingsOrBrokerAreNotSeenAtALook_theQuestionStays() {
    broker.working(2);
    fallBehind(THREE);

    broker.configKnown = false;
    look();
    assertThat(calledFor).containsExactly("resize-threads broker 1");

    broker.configKnown = true;
    broker.nodeId = OptionalInt.empty();
    look();
    assertThat(calledFor).containsExactly("resize-threads broker 1");
    assertThat(book.all()).as("nobody is asked about a broker without a number").hasSize(1);
  }

  @Test
  void look_threadsAreIdle_doesNotAsk() {
    fallBehind(THREE);

    assertThat(asked()).isEmpty();
  }

  @Test
  void look_fewerPartitionsThanThreadsWait_doesNotAsk() {
    broker.working(2);
    fallBehind(Broker.ORDERS);

    assertThat(asked()).isEmpty();
  }

  @Test
  void look_mapOfKeysIsFull_doesNotAskForThreads() {
    broker.working(2);
    broker.mapOfKeysFull();
    fallBehind(THREE);

    assertThat(asked()).isEmpty();
  }

  @Test
  void look_bufferTooSmallForMore_doesNotAsk() {
    broker.working(2);
    fallBehind(THREE);
    assertThat(asked()).isPresent();

    broker.set("log.cleaner.dedupe.buffer.size", Long.toString(3L << 20));
    look();

    assertThat(calledFor).isEmpty();
  }
}
