// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.supervisor.judge.broker.Broker;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class IsolatedTopicsTest {

  private static final String POISON = Broker.POISON.topic();

  private final Broker broker = new Broker();
  private final IsolatedTopics topics = new IsolatedTopics();

  private Set<String> now() {
    return topics.at(broker.sample());
  }

  @Test
  void at_settingsOfAnyone_areSeen() {
    broker.partition(Broker.POISON, files -> {});
    assertThat(now()).isEmpty();

    broker.partition(Broker.POISON, Broker.Files::isolated);
    assertThat(now()).containsExactly(POISON);
  }

  @Test
  void at_ratioAlone_isAnOperatorsOwnBusiness() {
    broker.partition(Broker.POISON, files -> files.set("min.cleanable.dirty.ratio", "1.0"));

    assertThat(now()).isEmpty();
  }

  @Test
  void at_topicOfOurJournal_countsUntilALaterLookShowsThatItIsNot() {
    topics.ours(Map.of(POISON, broker.nowMs()));
    assertThat(now()).as("its settings are not seen").containsExactly(POISON);

    broker.partition(Broker.POISON, files -> {});
    assertThat(now()).as("they are of before").containsExactly(POISON);
    broker.advance(1);
    assertThat(now()).as("somebody has taken ours away").isEmpty();
  }

  @Test
  void at_topicOfOurJournal_whatTheHandsReadOfItWinsToo() {
    topics.ours(Map.of(POISON, broker.nowMs()));
    broker.partition(Broker.POISON, files -> {});
    broker.advance(1);
    topics.found(POISON, true, broker.nowMs());
    assertThat(now()).containsExactly(POISON);

    topics.found(POISON, false, broker.nowMs());
    assertThat(now()).isEmpty();
  }

  @Test
  void found_afterTheLastLookAtSettings_countsUntilTheNextOne() {
    broker.partition(Broker.POISON, files -> {});
    topics.found(POISON, true, broker.nowMs());
    assertThat(now()).containsExactly(POISON);
    broker.advance(1);
    assertThat(now()).as("a later look tells").isEmpty();

    broker.partition(Broker.POISON, Broker.Files::isolated);
    topics.found(POISON, false, broker.nowMs());
    assertThat(now()).as("released, and not looked at since").isEmpty();
    broker.advance(1);
    assertThat(now()).containsExactly(POISON);
  }

  @Test
  void lookAt_theLookFailsInWhateverWay_leavesItToTheLooks() {
    broker.partition(Broker.POISON, files -> {});
    topics.lookAt(POISON, broker.nowMs(), topic -> true);
    assertThat(now()).containsExactly(POISON);

    topics.lookAt(
        POISON,
        broker.nowMs(),
        topic -> {
          throw new IllegalStateException("a client that is closed");
        });
    assertThat(now()).isEmpty();
  }

  @Test
  void forget_leavesItToTheLooks() {
    broker.partition(Broker.POISON, files -> {});
    topics.found(POISON, true, broker.nowMs());

    topics.forget(POISON);

    assertThat(now()).isEmpty();
  }
}
