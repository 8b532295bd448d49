// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.supervisor.probe.broker.OpenTransaction.Coordinator;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.TransactionDescription;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TransactionalIdAuthorizationException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.junit.jupiter.api.Test;

/** A transaction is open on a partition: who knows of it, and what proves that nobody does. */
class PinnedByBrokerTest {

  private static final TopicPartition ORDERS = new TopicPartition("orders", 0);
  private static final TopicPartition OTHER = new TopicPartition("other", 0);
  private static final long NOW_MS = 1_000;
  private static final long PRODUCER = 1001;
  private static final String ID = "payments";

  /** What a cluster says; changed by tests between its answers. */
  private static final class Said implements PinnedByBroker.Cluster {
    private Seen<List<ProducerState>> producers = openFrom(420);
    private Map<Long, String> listed = Map.of();
    private final Map<String, TransactionDescription> transactions = new HashMap<>();
    private Optional<KafkaException> failure = Optional.empty();
    private boolean complete;
    private Runnable meanwhile = () -> {};

    @Override
    public Map<TopicPartition, Seen<List<ProducerState>>> producers(
        Collection<TopicPartition> partitions) {
      return partitions.stream().collect(Collectors.toMap(each -> each, each -> producers));
    }

    @Override
    public Map<Long, String> list(Set<Long> ids) {
      if (failure.isPresent()) {
        throw failure.get();
      }
      assertThat(ids).containsExactly(PRODUCER);
      Map<Long, String> now = listed;
      meanwhile.run();
      return now;
    }

    @Override
    public Map<String, TransactionDescription> describe(Set<String> ids) {
      return ids.stream().collect(Collectors.toMap(each -> each, transactions::get));
    }

    @Override
    public boolean listsAll() {
      return complete;
    }

    /** A coordinator lists it, with these partitions. */
    private void listed(TopicPartition... partitions) {
      listed = Map.of(PRODUCER, ID);
      transactions.put(
          ID,
          new TransactionDescription(
              1,
              TransactionState.ONGOING,
              PRODUCER,
              3,
              60_000,
              OptionalLong.of(500),
              List.of(partitions).stream().map(AdminOffsets::kafka).collect(Collectors.toSet())));
    }
  }

  private final Said said = new Said();

  private static Seen<List<ProducerState>> openFrom(long offset) {
    return Seen.known(
        List.of(
            new ProducerState(PRODUCER, 3, 7, 900, OptionalInt.of(1), OptionalLong.of(offset)),
            new ProducerState(1002, 0, 7, 900, OptionalInt.of(1), OptionalLong.empty())),
        NOW_MS);
  }

  private OpenTransaction look() throws InterruptedException {
    return PinnedByBroker.look(said, List.of(ORDERS)).get(ORDERS).get().orElseThrow().get(0);
  }

  @Test
  void look_listedWithThePartition_isKnown() throws InterruptedException {
    said.listed(ORDERS);

    assertThat(look())
        .isEqualTo(
            new OpenTransaction(
                PRODUCER,
                3,
                Optional.of(ID),
                420,
                OptionalLong.of(500),
                900,
                OptionalLong.of(60_000),
                OptionalInt.of(1),
                Coordinator.KNOWS,
                Source.ADMIN));
  }

  /** Brokers leave out what the asker may not describe, without an error. */
  @Test
  void look_notListedAndTheListingMayLeaveOutSome_isNotTakenAsUnknown()
      throws InterruptedException {
    assertThat(look().coordinator()).isEqualTo(Coordinator.NOT_LISTED);
  }

  /** It is open on two partitions, and ends on the one that its coordinator told of meanwhile. */
  @Test
  void look_listedOfOnePartitionAloneAndThenOfTheOther_bothAreKnown() throws InterruptedException {
    said.listed(ORDERS);
    said.meanwhile = () -> said.meanwhile = () -> said.listed(OTHER);

    Map<TopicPartition, Seen<List<OpenTransaction>>> found =
        PinnedByBroker.look(said, List.of(ORDERS, OTHER));

    assertThat(List.of(ORDERS, OTHER))
        .extracting(each -> found.get(each).get().orElseThrow().get(0).coordinator())
        .containsExactly(Coordinator.KNOWS, Coordinator.KNOWS);
  }

  @Test
  void look_notListedThoughAllAre_nobodyKnowsIt() throws InterruptedException {
    said.complete = true;

    assertThat(look().coordinator()).isEqualTo(Coordinator.DOES_NOT_KNOW);
    assertThat(look().transactionalId()).isEmpty();
  }

  @Test
  void look_listedWithoutThePartition_nobodyKnowsIt() throws InterruptedException {
    said.listed(OTHER);

    assertThat(look().coordinator()).isEqualTo(Coordinator.DOES_NOT_KNOW);
    assertThat(look().transactionalId()).hasValue(ID);
  }

  @Test
  void look_endedAndAnotherBeganMeanwhile_isNotTakenAsUnknown() throws InterruptedException {
    said.complete = true;
    said.meanwhile = () -> said.producers = openFrom(430);

    assertThat(look().coordinator()).isEqualTo(Coordinator.NOT_LISTED);
  }

  /** That no coordinator lists it would not be true. */
  @Test
  void look_listedWithoutThePartitionAndEndedMeanwhile_mayHaveEnded() throws InterruptedException {
    said.listed(OTHER);
    said.meanwhile = () -> said.producers = openFrom(430);

    Coordinator says = look().coordinator();

    assertThat(says).isEqualTo(Coordinator.MAY_HAVE_ENDED);
    assertThat(says.tells()).as("it is no proof that it hangs").isFalse();
  }

  @Test
  void look_listedOnlyAtTheSecondTime_isKnown() throws InterruptedException {
    said.complete = true;
    said.meanwhile = () -> said.listed(ORDERS);

    assertThat(look().coordinator()).isEqualTo(Coordinator.KNOWS);
  }

  @Test
  void look_coordinatorDoesNotAnswer_wasNotAsked() throws InterruptedException {
    said.complete = true;
    said.failure = Optional.of(new UnsupportedVersionException("of 2.8"));

    assertThat(look().coordinator()).isEqualTo(Coordinator.NOT_ASKED);
    assertThat(look().startOffset()).isEqualTo(420);
  }

  @Test
  void look_producersAreNotTold_isMissing() throws InterruptedException {
    said.producers =
        Seen.missing(Source.ADMIN, new TransactionalIdAuthorizationException("no").getMessage());

    assertThat(PinnedByBroker.look(said, List.of(ORDERS)).get(ORDERS)).isEqualTo(said.producers);
  }

  @Test
  void authorizesNothing_onlyWhereTheBrokerSaysSo() {
    assertThat(CompleteListing.authorizesNothing(config(""))).isTrue();
    assertThat(CompleteListing.authorizesNothing(config("com.example.Authorizer"))).isFalse();
    assertThat(CompleteListing.authorizesNothing(new BrokerConfig(Map.of()))).isFalse();
  }

  private static BrokerConfig config(String authorizer) {
    return new BrokerConfig(
        Map.of("authorizer.class.name", new ConfigValue(authorizer, ConfigValue.Origin.DEFAULT)));
  }
}
