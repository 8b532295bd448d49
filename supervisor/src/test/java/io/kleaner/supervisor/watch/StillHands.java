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
  Optional<RuntimeException> defect = Optional.empty();

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
    return new Decision.Ask("Is it to be?");
  }

  @Override
  public RemedyDesk.Answer carryOut(Order order, boolean byHand, OptionalLong confirmed) {
    return new RemedyDesk.Answer.Held(new Decision.No("a test"));
  }

  @Override
  public Set<String> isolated(BrokerSample sample) {
    return isolated;
  }

  @Override
  public boolean hasLeftovers() {
    defect.ifPresent(
        thrown -> {
          throw thrown;
        });
    return false;
  }

  @Override
  public List<Overrides.Restored> recover() {
    return List.of();
  }

  @Override
  public void close() {}
}
