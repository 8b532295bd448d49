// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import io.kleaner.supervisor.probe.broker.BrokerSample;
import io.kleaner.supervisor.remedy.broker.BrokerRemedy;
import io.kleaner.supervisor.remedy.broker.Overrides;
import io.kleaner.supervisor.remedy.broker.RemedyDesk;
import io.kleaner.supervisor.remedy.broker.RemedyPolicy.Decision;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** Hands that do nothing; a test says what keeps them from it. */
final class StillHands implements BrokerHands {

  String unable = "";
  Optional<String> loss = Optional.empty();
  Set<String> isolated = Set.of();
  Decision decision = new Decision.Ask("Is it to be?");
  Optional<RuntimeException> defect = Optional.empty();
  Optional<RuntimeException> blindness = Optional.empty();

  /** Hands that can do nothing at all. */
  static StillHands that(String unable) {
    StillHands hands = new StillHands();
    hands.unable = unable;
    return hands;
  }

  @Override
  public String unable() {
    return unable;
  }

  @Override
  public Optional<String> loss() {
    return loss;
  }

  @Override
  public Decision decide(BrokerRemedy remedy, String subject) {
    return decision;
  }

  @Override
  public RemedyDesk.Answer carryOut(Order order, boolean byHand, OptionalLong confirmed) {
    return new RemedyDesk.Answer.Held(new Decision.No("a test"));
  }

  @Override
  public Set<String> isolated(BrokerSample sample) {
    fail(blindness);
    return isolated;
  }

  @Override
  public boolean hasLeftovers() {
    fail(defect);
    return false;
  }

  @Override
  public List<Overrides.Restored> recover() {
    return List.of();
  }

  @Override
  public void close() {}

  private static void fail(Optional<RuntimeException> how) {
    how.ifPresent(
        thrown -> {
          throw thrown;
        });
  }
}
