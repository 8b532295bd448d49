// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.journal.Journal;
import io.kleaner.supervisor.judge.broker.Broker;
import io.kleaner.supervisor.probe.broker.BrokerSample;
import io.kleaner.supervisor.probe.broker.Offsets;
import io.kleaner.supervisor.probe.broker.OpenTransaction;
import io.kleaner.supervisor.probe.broker.Replication;
import io.kleaner.supervisor.probe.broker.Seen;
import io.kleaner.supervisor.probe.broker.Source;
import io.kleaner.supervisor.remedy.broker.BrokerRemedy;
import io.kleaner.supervisor.remedy.broker.Overrides;
import io.kleaner.supervisor.remedy.broker.RemedyDesk;
import io.kleaner.supervisor.remedy.broker.RemedyOutcome;
import io.kleaner.supervisor.remedy.broker.RemedyPolicy;
import io.kleaner.supervisor.remedy.broker.RemedyPolicy.Attempt;
import io.kleaner.supervisor.remedy.broker.RemedyPolicy.Decision;
import io.kleaner.supervisor.service.Announcer;
import io.kleaner.supervisor.service.Chronicle;
import io.kleaner.supervisor.service.Signals;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is called for when a cleaner dies, stepped by hand. */
class HealingTest {

  private static final TopicPartition[] FIVE = {
    Broker.ORDERS,
    Broker.POISON,
    new TopicPartition("users", 0),
    new TopicPartition("users", 1),
    new TopicPartition("users", 2)
  };

  private final Broker broker = new Broker();
  private final RecordingHands hands = new RecordingHands();
  private final HandsThread thread = new HandsThread("hands");
  private final Signals signals = new Signals();
  private final Chronicle chronicle =
      new Chronicle(Journal.inMemory("a test"), new Announcer(), Clock.system());
  private final WatchRounds rounds =
      new WatchRounds(
          Clock.system(),
          broker::sample,
          broker.judge(),
          hands,
          thread,
          new CulpritSearch(
              new HandsThread("scans"),
              (judgement, partition) -> new CulpritSearch.Finding("nothing", true),
              chronicle),
          chronicle);

  /** Hands under the real policy that only write down what they were told. */
  private final class RecordingHands implements BrokerHands {
    private RemedyPolicy policy = RemedyPolicy.defaults(false);
    private final List<String> done = new ArrayList<>();
    private final List<Attempt> attempts = new ArrayList<>();
    private final Map<String, Long> ours = new HashMap<>();
    private final IsolatedTopics isolated = new IsolatedTopics();

    /** Whether what was carried out last had to show by something cleaned. */
    private boolean mustShow;

    @Override
    public String unable() {
      return "";
    }

    @Override
    public Decision decide(BrokerRemedy remedy, String subject) {
      return policy.decide(remedy, subject, false, attempts, broker.nowMs());
    }

    @Override
    public RemedyDesk.Answer carryOut(Order order, boolean byHand, OptionalLong confirmed) {
      mustShow = Healer.somethingToClean(broker.sample(), isolated(broker.sample()));
      done.add(
          order.remedy().label()
              + " "
              + order.subject()
              + (confirmed.isPresent() ? " " + confirmed.getAsLong() : ""));
      attempts.add(new Attempt(order.remedy(), order.subject(), broker.nowMs(), byHand));
      if (order.remedy() == BrokerRemedy.ISOLATE) {
        broker.isolate(order.subject());
        ours.put(order.subject(), broker.nowMs());
        isolated.ours(ours);
      }
      return new RemedyDesk.Answer.Acted(new RemedyOutcome.Changed("done", "a", "b", 1));
    }

    @Override
    public Set<String> isolated(BrokerSample sample) {
      return isolated.at(sample);
    }

    @Override
    public boolean hasLeftovers() {
      return false;
    }

    @Override
    public List<Overrides.Restored> recover() {
      return List.of();
    }

    @Override
    public void close() {}
  }

  private void tick() {
    broker.advance(1_000);
    signals.toTell();
    signals.begin();
    rounds.look(broker.nowMs(), signals);
    thread.runWaiting();
  }

  private void ticks(int count) {
    for (int i = 0; i < count; i++) {
      tick();
    }
  }

  private void killedAtPoison() {
    broker.began(0, Broker.POISON);
    broker.died(0, "java.lang.OutOfMemoryError: Java heap space", Broker.POISON);
    broker.noThreads();
  }

  private Optional<String> told(String rule) {
    return signals.all().stream()
        .filter(each -> each.rule().equals(rule))
        .map(each -> each.summary())
        .findFirst();
  }

  @Test
  void look_healthy_callsForNothing() {
    ticks(10);

    assertThat(hands.done).isEmpty();
    assertThat(signals.all()).isEmpty();
  }

  @Test
  void look_firstDeath_revivesAtOnce() {
    ticks(2);
    killedAtPoison();
    tick();

    assertThat(hands.done).containsExactly("revive broker 1");
    assertThat(told("CleanerDead")).isPresent();
  }

  @Test
  void look_secondDeathAtTheSamePartition_asksForIsolationAndRevivesNoMore() {
    ticks(2);
    killedAtPoison();
    tick();
    killedAtPoison();
    ticks(20);

    assertThat(hands.done).containsExactly("revive broker 1");
    assertThat(told("RemedyAsked").orElseThrow()).contains("isolate poison");
    assertThat(told("CleanerNotRevived").orElseThrow()).contains("waits for an answer");
  }

  @Test
  void answer_yes_isolatesThenRevives() {
    ticks(2);
    killedAtPoison();
    tick();
    killedAtPoison();
    ticks(10);
    long id = asked();
    assertThat(rounds.book().answer(id, true, "", "a test", broker.nowMs())).isEmpty();
    thread.runWaiting();
    ticks(3);

    assertThat(hands.done).startsWith("revive broker 1", "isolate poison", "revive broker 1");
    assertThat(told("RemedyAsked")).isEmpty();
  }

  @Test
  void look_revivedRightAfterAnIsolation_theIsolatedTopicNeedNotBeCleaned() {
    broker.partition(Broker.POISON, Broker.Files::eligible);
    hands.policy =
        new RemedyPolicy(
            Map.of(BrokerRemedy.ISOLATE, BrokerRemedy.Consent.AUTO),
            false,
            RemedyPolicy.Limits.DEFAULT);
    ticks(2);
    killedAtPoison();
    tick();
    assertThat(hands.mustShow).isTrue();
    killedAtPoison();
    ticks(5);

    assertThat(hands.done).startsWith("revive broker 1", "isolate poison", "revive broker 1");
    assertThat(hands.mustShow).isFalse();
  }

  @Test
  void look_isolationAutomatic_isolatesThenRevivesWithoutAQuestion() {
    hands.policy =
        new RemedyPolicy(
            Map.of(BrokerRemedy.ISOLATE, BrokerRemedy.Consent.AUTO),
            false,
            RemedyPolicy.Limits.DEFAULT);
    ticks(2);
    killedAtPoison();
    tick();
    killedAtPoison();
    ticks(5);

    assertThat(hands.done).startsWith("revive broker 1", "isolate poison", "revive broker 1");
  }

  @Test
  void look_readOnly_doesNothingAndSaysWhatCures() {
    hands.policy = RemedyPolicy.defaults(true);
    ticks(2);
    killedAtPoison();
    ticks(3);

    assertThat(hands.done).isEmpty();
    assertThat(told("CleanerNotRevived").orElseThrow()).contains("--read-only");
    assertThat(signals.all()).anyMatch(each -> each.nextStep().contains("kleaner compact"));
  }

  @Test
  void look_aliveAgain_withdrawsTheQuestion() {
    hands.policy =
        new RemedyPolicy(
            Map.of(BrokerRemedy.REVIVE, BrokerRemedy.Consent.ASK),
            false,
            RemedyPolicy.Limits.DEFAULT);
    ticks(2);
    killedAtPoison();
    ticks(2);
    assertThat(told("RemedyAsked")).isPresent();

    broker.aliveAs(99);
    ticks(2);
    assertThat(told("RemedyAsked")).isEmpty();
    assertThat(hands.done).isEmpty();
  }

  private void hanging(long producerId) {
    OpenTransaction transaction =
        new OpenTransaction(
            producerId,
            3,
            Optional.empty(),
            420,
            OptionalLong.empty(),
            broker.nowMs() - 3_600_000,
            OptionalLong.empty(),
            OptionalInt.of(1),
            OpenTransaction.Coordinator.DOES_NOT_KNOW,
            Source.ADMIN);
    transactions(Seen.known(List.of(transaction), broker.nowMs()));
  }

  private void transactions(Seen<List<OpenTransaction>> seen) {
    broker.partition(
        Broker.ORDERS,
        files -> {
          files.offsets = Seen.known(new Offsets(0, 1_000, 420), broker.nowMs());
          files.transactions = seen;
        });
  }

  @Test
  void look_transactionsAreNotSeenAtALook_theQuestionKeepsItsNumber() {
    hanging(1001);
    ticks(2);
    long id = asked();

    transactions(Seen.missing(Source.ADMIN, "it does not answer"));
    tick();
    assertThat(asked()).isEqualTo(id);
    broker.deleted(Broker.ORDERS);
    tick();
    assertThat(asked()).as("no topic is seen at all").isEqualTo(id);

    hanging(1001);
    tick();
    assertThat(asked()).isEqualTo(id);
    transactions(Seen.known(List.of(), broker.nowMs()));
    tick();
    assertThat(told("RemedyAsked")).as("it has ended").isEmpty();
  }

  @Test
  void answer_noToOneTransaction_saysNothingOfTheNextOne() {
    hanging(1001);
    ticks(2);
    assertThat(rounds.book().answer(asked(), false, "", "a test", broker.nowMs())).isEmpty();
    ticks(2);
    assertThat(told("RemedyAsked")).isEmpty();

    hanging(1002);
    ticks(2);

    assertThat(told("RemedyAsked").orElseThrow()).contains("orders-0 of producer 1002");
  }

  @Test
  void look_threadsAreNotSeenAtALook_theQuestionKeepsItsNumber() {
    broker.logUnseen();
    hands.policy =
        new RemedyPolicy(
            Map.of(BrokerRemedy.REVIVE, BrokerRemedy.Consent.ASK),
            false,
            RemedyPolicy.Limits.DEFAULT);
    ticks(2);
    broker.noThreads();
    ticks(3);
    long id = asked();

    broker.threadsUnseen();
    tick();
    broker.noThreads();
    tick();

    assertThat(asked()).isEqualTo(id);
  }

  @Test
  void answer_hangingTransaction_needsItsProducerId() {
    hanging(1001);
    ticks(2);
    long id = asked();

    assertThat(rounds.book().answer(id, true, "1002", "", broker.nowMs())).isPresent();
    assertThat(rounds.book().answer(id, true, "", "", broker.nowMs())).isPresent();
    assertThat(hands.done).isEmpty();
    assertThat(rounds.book().answer(id, true, "1001", "", broker.nowMs())).isEmpty();
    thread.runWaiting();
    assertThat(hands.done).containsExactly("abort-transaction orders-0 1001");
  }

  @Test
  void byHand_whileAnotherRuns_isDoneAfterIt() {
    ticks(2);
    assertThat(byHand(BrokerRemedy.REVIVE, "broker 1")).isEmpty();
    // The first is under way, nobody has run the hands' thread yet.
    assertThat(byHand(BrokerRemedy.RELEASE, "poison")).isEmpty();
    assertThat(state("release poison")).isEqualTo(Ticket.State.WAITING);
    assertThat(byHand(BrokerRemedy.RELEASE, "poison").orElseThrow()).contains("already");
    thread.runWaiting();
    assertThat(hands.done).containsExactly("revive broker 1");
    ticks(3);

    assertThat(hands.done).containsExactly("revive broker 1", "release poison");
    assertThat(state("release poison")).isEqualTo(Ticket.State.EFFECTIVE);
  }

  @Test
  void answer_yesWhileAnotherRuns_isDoneAfterIt() {
    ticks(2);
    killedAtPoison();
    tick();
    killedAtPoison();
    ticks(3);
    long id = asked();
    assertThat(byHand(BrokerRemedy.RELEASE, "orders")).isEmpty();
    assertThat(rounds.book().answer(id, true, "", "a test", broker.nowMs())).isEmpty();
    ticks(3);

    assertThat(hands.done).contains("release orders", "isolate poison");
  }

  @Test
  void look_waitingOrders_areNotToldAsStuck() {
    byHand(BrokerRemedy.REVIVE, "broker 1");
    byHand(BrokerRemedy.RELEASE, "poison");
    for (int i = 0; i < 200; i++) {
      broker.advance(1_000);
      signals.toTell();
      signals.begin();
      rounds.look(broker.nowMs(), signals);
    }

    assertThat(signals.all().stream().filter(each -> each.rule().equals("RemedyStuck"))).hasSize(1);
  }

  @Test
  void look_mapOfKeysFull_asksForWhatTheHeapHasRoomFor() {
    broker.set("log.cleaner.dedupe.buffer.size", Long.toString(100L << 20));
    broker.mapOfKeysFull();
    ticks(2);
    assertThat(told("RemedyAsked")).as("the heap is not known").isEmpty();

    broker.maxHeapBytes = OptionalLong.of(600L << 20);
    ticks(2);
    assertThat(rounds.book().all().get(0).order().number()).isEqualTo(150L << 20);
  }

  @Test
  void look_anotherSidecarIsolatedTheTopic_withdrawsTheQuestionAndRevives() {
    broker.partition(Broker.POISON, files -> {});
    ticks(2);
    killedAtPoison();
    tick();
    killedAtPoison();
    ticks(3);
    assertThat(told("RemedyAsked").orElseThrow()).contains("isolate poison");

    broker.partition(Broker.POISON, Broker.Files::isolated);
    ticks(60);

    assertThat(told("RemedyAsked")).isEmpty();
    assertThat(state("isolate poison")).isEqualTo(Ticket.State.WITHDRAWN);
    assertThat(hands.done).startsWith("revive broker 1", "revive broker 1");
    assertThat(hands.done).doesNotContain("isolate poison");
  }

  @Test
  void look_resizedJustNow_isNotAskedForAgainByWhatWasSeenBefore() {
    broker.set("log.cleaner.dedupe.buffer.size", Long.toString(100L << 20));
    broker.maxHeapBytes = OptionalLong.of(1L << 30);
    broker.mapOfKeysFull();
    ticks(2);
    broker.settingsSeenMs = OptionalLong.of(broker.nowMs());
    assertThat(rounds.book().answer(asked(), true, "", "a test", broker.nowMs())).isEmpty();
    thread.runWaiting();
    ticks(10);
    assertThat(hands.done).containsExactly("resize broker 1");
    assertThat(told("RemedyAsked")).isEmpty();

    broker.settingsSeenMs = OptionalLong.empty();
    tick();
    assertThat(told("RemedyAsked")).as("it is full still").isPresent();
  }

  @Test
  void look_heapIsNotSeenAtALook_theQuestionKeepsItsNumber() {
    broker.set("log.cleaner.dedupe.buffer.size", Long.toString(100L << 20));
    broker.maxHeapBytes = OptionalLong.of(600L << 20);
    broker.mapOfKeysFull();
    ticks(2);
    long id = asked();

    broker.maxHeapBytes = OptionalLong.empty();
    tick();

    assertThat(asked()).isEqualTo(id);
  }

  private void fallBehindFor(long seconds) {
    for (long second = 0; second < seconds; second++) {
      broker.getsDirtier(FIVE);
      tick();
    }
  }

  @Test
  void look_moreThreadsJustNow_areAskedForAgainOnlyWhenTheWholeTrendIsOfThem() {
    broker.set("log.cleaner.dedupe.buffer.size", Long.toString(128L << 20));
    hands.policy =
        new RemedyPolicy(
            Map.of(BrokerRemedy.RESIZE_THREADS, BrokerRemedy.Consent.AUTO),
            false,
            RemedyPolicy.Limits.DEFAULT);
    broker.working(2);
    long windowSeconds = broker.trendWindowMs() / 1_000;
    for (long second = 0; second < windowSeconds && hands.done.isEmpty(); second++) {
      fallBehindFor(1);
    }
    broker.working(4);
    fallBehindFor(windowSeconds - 10);
    assertThat(hands.done).containsExactly("resize-threads broker 1");

    fallBehindFor(60);
    assertThat(hands.done).containsExactly("resize-threads broker 1", "resize-threads broker 1");
  }

  @Test
  void look_operatorEndsOurIsolationAndItKillsAgainTwice_asksAgain() {
    broker.partition(Broker.POISON, files -> {});
    hands.policy =
        new RemedyPolicy(
            Map.of(BrokerRemedy.ISOLATE, BrokerRemedy.Consent.AUTO),
            false,
            RemedyPolicy.Limits.DEFAULT);
    ticks(2);
    killedAtPoison();
    tick();
    killedAtPoison();
    ticks(5);
    assertThat(hands.done).containsOnlyOnce("isolate poison");

    hands.policy = RemedyPolicy.defaults(false);
    broker.aliveAs(40);
    broker.compactAgain("poison");
    ticks(5);
    assertThat(told("RemedyAsked")).as("it has not killed since").isEmpty();

    killedAtPoison();
    tick();
    killedAtPoison();
    ticks(3);
    assertThat(told("RemedyAsked").orElseThrow()).contains("isolate poison");
  }

  private static void replicated(Broker.Files files) {
    files.replication =
        Seen.known(
            new Replication(OptionalInt.of(1), List.of(1), List.of(1), Map.of()), Broker.START_MS);
  }

  @Test
  void look_topicOfTheQuestionDeleted_withdrawsItAndRevives() {
    broker.partition(Broker.ORDERS, HealingTest::replicated);
    broker.partition(Broker.POISON, HealingTest::replicated);
    ticks(2);
    killedAtPoison();
    tick();
    killedAtPoison();
    ticks(3);
    assertThat(told("RemedyAsked").orElseThrow()).contains("isolate poison");

    broker.deleted(Broker.POISON);
    ticks(2);

    assertThat(told("RemedyAsked")).isEmpty();
    assertThat(state("isolate poison")).isEqualTo(Ticket.State.WITHDRAWN);
    ticks(60);
    assertThat(hands.done).startsWith("revive broker 1", "revive broker 1");
    assertThat(hands.done).doesNotContain("isolate poison");
  }

  @Test
  void look_topicsNotKnown_keepsTheQuestion() {
    broker.partition(Broker.POISON, files -> {});
    ticks(2);
    killedAtPoison();
    tick();
    killedAtPoison();
    ticks(3);

    broker.deleted(Broker.POISON);
    ticks(3);

    assertThat(told("RemedyAsked").orElseThrow()).contains("isolate poison");
  }

  @Test
  void look_deadByTheLogWhileNobodySeesTheThreads_startsNothingAndSaysUnknown() {
    ticks(2);
    killedAtPoison();
    broker.threadsUnseen();
    ticks(30);

    assertThat(told("CleanerDead")).isPresent();
    assertThat(hands.done).isEmpty();
    assertThat(told("CleanerNotRevived").orElseThrow()).contains("unknown", "does not answer");

    broker.noThreads();
    ticks(2);
    assertThat(hands.done).containsExactly("revive broker 1");
  }

  private void starved(String bytesPerSecond) {
    broker.set("log.cleaner.io.max.bytes.per.second", bytesPerSecond);
    broker.set("log.cleaner.io.buffer.size", "524288");
    broker.set("message.max.bytes", "1048588");
    broker.asleepInTheThrottle();
    ticks(70);
  }

  @Test
  void look_starvedByAThrottleOfShortSleeps_asksWhetherToRaiseIt() {
    starved("70000000");

    assertThat(told("CleanerStarved")).isPresent();
    assertThat(told("RemedyAsked").orElseThrow()).contains("unstick");
    assertThat(rounds.book().all().get(0).order().number()).isEqualTo(700_000_000L);
  }

  @Test
  void look_settingsOrThreadsAreNotSeenAtALook_theQuestionKeepsItsNumber() {
    starved("70000000");
    long id = asked();

    broker.configKnown = false;
    tick();
    broker.configKnown = true;
    broker.threadsUnseen();
    tick();
    assertThat(asked()).isEqualTo(id);

    broker.asleepInTheThrottle();
    tick();
    assertThat(asked()).isEqualTo(id);
  }

  @Test
  void look_starvedByAThrottleOfLongSleeps_saysRestartAndAsksForNothing() {
    starved("1000");

    assertThat(told("RemedyAsked")).isEmpty();
    assertThat(signals.all())
        .anyMatch(
            each ->
                each.rule().equals("CleanerStarved")
                    && each.nextStep().contains("restart the broker"));
  }

  private Optional<String> byHand(BrokerRemedy remedy, String subject) {
    return rounds
        .book()
        .byHand(new BrokerHands.Order(remedy, subject, List.of(), 0, "a test"), broker.nowMs());
  }

  private Ticket.State state(String key) {
    return rounds.book().all().stream()
        .filter(each -> each.key().equals(key))
        .findFirst()
        .orElseThrow()
        .state();
  }

  private long asked() {
    return rounds.book().all().stream()
        .filter(each -> each.state() == Ticket.State.ASKED)
        .findFirst()
        .orElseThrow()
        .id();
  }
}
