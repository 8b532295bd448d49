// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import io.kleaner.supervisor.probe.broker.BrokerSample;
import io.kleaner.supervisor.remedy.broker.BrokerRemedy;
import io.kleaner.supervisor.remedy.broker.Overrides;
import io.kleaner.supervisor.remedy.broker.RemedyDesk;
import io.kleaner.supervisor.remedy.broker.RemedyPolicy.Decision;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Hands that do nothing, and say why.
 *
 * @param unable why, a sentence
 */
record NoHands(String unable) implements BrokerHands {

  @Override
  public Decision decide(BrokerRemedy remedy, String subject) {
    return new Decision.No(unable);
  }

  @Override
  public RemedyDesk.Answer carryOut(Order order, boolean byHand, OptionalLong confirmed) {
    return new RemedyDesk.Answer.Held(new Decision.No(unable));
  }

  @Override
  public Set<String> isolated(BrokerSample sample) {
    return new IsolatedTopics().at(sample);
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
