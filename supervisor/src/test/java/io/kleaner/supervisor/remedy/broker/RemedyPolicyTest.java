// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kleaner.supervisor.probe.broker.InternalTopics;
import io.kleaner.supervisor.remedy.broker.BrokerRemedy.Consent;
import io.kleaner.supervisor.remedy.broker.RemedyPolicy.Attempt;
import io.kleaner.supervisor.remedy.broker.RemedyPolicy.Decision;
import io.kleaner.supervisor.remedy.broker.RemedyPolicy.Limits;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class RemedyPolicyTest {

  private static final Limits LIMITS = new Limits(2_000, 10_000, 3, 60_000);
  private static final long NOW = 1_000_000;

  @ParameterizedTest
  @CsvSource({
    "REVIVE, broker 1, false, Go",
    "ISOLATE, orders, false, Ask",
    "RELEASE, orders, false, Ask",
    "UNSTICK, broker 1, false, Ask",
    "RESIZE, broker 1, false, Ask",
    "RESIZE_THREADS, broker 1, false, Ask",
    "ABORT_TRANSACTION, orders-0, false, Ask",
    "REVIVE, broker 1, true, Go",
    "ISOLATE, __consumer_offsets, true, Go",
    "ABORT_TRANSACTION, orders-0, true, Go",
  })
  void decide_byDefault_revivesAloneAndAsksForTheRest(
      BrokerRemedy remedy, String subject, boolean byHand, String decision) {
    Decision made = RemedyPolicy.defaults(false).decide(remedy, subject, byHand, List.of(), NOW);

    assertThat(made.getClass().getSimpleName()).isEqualTo(decision);
  }

  @ParameterizedTest
  @EnumSource(BrokerRemedy.class)
  void decide_readOnly_isNoEvenByHand(BrokerRemedy remedy) {
    assertThat(RemedyPolicy.defaults(true).decide(remedy, "x", true, List.of(), NOW))
        .isInstanceOf(Decision.No.class);
    assertThat(RemedyPolicy.defaults(true).inForce().values()).containsOnly(Consent.OFF);
  }

  @Test
  void decide_off_isNoEvenByHand() {
    RemedyPolicy policy = policy(Map.of(BrokerRemedy.REVIVE, Consent.OFF));

    assertThat(policy.decide(BrokerRemedy.REVIVE, "x", true, List.of(), NOW))
        .isInstanceOf(Decision.No.class);
  }

  @Test
  void decide_isolateAutomatic_asksForInternalTopicsAllTheSame() {
    RemedyPolicy policy = policy(Map.of(BrokerRemedy.ISOLATE, Consent.AUTO));

    assertThat(policy.decide(BrokerRemedy.ISOLATE, "orders", false, List.of(), NOW))
        .isInstanceOf(Decision.Go.class);
    for (String internal : InternalTopics.ALL) {
      assertThat(policy.decide(BrokerRemedy.ISOLATE, internal, false, List.of(), NOW))
          .isInstanceOf(Decision.Ask.class);
    }
  }

  @Test
  void policy_abortAutomatic_isRefused() {
    assertThatThrownBy(() -> policy(Map.of(BrokerRemedy.ABORT_TRANSACTION, Consent.AUTO)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("never automatic");
  }

  @ParameterizedTest
  @CsvSource({
    // how long ago the tries were, and for how long the next one waits
    "'1999', 1",
    "'2000', 0",
    "'5000;1000', 3000",
    "'5000;4000', 0",
  })
  void decide_triedBefore_pausesGrow(String agesMs, long waitMs) {
    List<Attempt> past =
        List.of(agesMs.split(";")).stream()
            .map(age -> attempt("broker 1", Long.parseLong(age), false))
            .toList();

    Decision made = policy(Map.of()).decide(BrokerRemedy.REVIVE, "broker 1", false, past, NOW);

    assertThat(made instanceof Decision.Wait wait ? wait.forMs() : 0).isEqualTo(waitMs);
  }

  @Test
  void decide_budgetSpent_waitsUntilTheWindowMoved() {
    List<Attempt> past =
        List.of(
            attempt("a", 50_000, false), attempt("b", 40_000, false), attempt("c", 30_000, false));

    Decision made = policy(Map.of()).decide(BrokerRemedy.REVIVE, "d", false, past, NOW);

    assertThat(made)
        .isInstanceOfSatisfying(
            Decision.Wait.class,
            wait -> {
              assertThat(wait.forMs()).isEqualTo(10_000);
              assertThat(wait.reason()).contains("3 remedies in 60 s");
            });
    assertThat(policy(Map.of()).decide(BrokerRemedy.REVIVE, "d", true, past, NOW))
        .isInstanceOf(Decision.Go.class);
  }

  @Test
  void decide_triesByHandOrLongAgo_costNoBudget() {
    List<Attempt> past =
        List.of(
            attempt("d", 100, true),
            attempt("d", 100, true),
            attempt("d", 100, true),
            attempt("d", 60_000, false));

    assertThat(policy(Map.of()).decide(BrokerRemedy.REVIVE, "d", false, past, NOW))
        .isInstanceOf(Decision.Go.class);
  }

  private static Attempt attempt(String subject, long agoMs, boolean byHand) {
    return new Attempt(BrokerRemedy.REVIVE, subject, NOW - agoMs, byHand);
  }

  private static RemedyPolicy policy(Map<BrokerRemedy, Consent> consents) {
    return new RemedyPolicy(consents, false, LIMITS);
  }
}
