// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import io.kleaner.supervisor.probe.broker.BrokerSample;
import io.kleaner.supervisor.remedy.broker.BrokerRemedy;
import io.kleaner.supervisor.remedy.broker.Overrides;
import io.kleaner.supervisor.remedy.broker.RemedyDesk;
import io.kleaner.supervisor.remedy.broker.RemedyPolicy;
import io.kleaner.supervisor.remedy.broker.RemedyPolicy.Decision;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/** Hands under the default policy that do nothing; a test overrides what it is about. */
class IdleHands implements BrokerHands {

  @Override
  public String unable() {
    return "";
  }

  @Override
  public Decision decide(BrokerRemedy remedy, String subject) {
    return RemedyPolicy.defaults(false).decide(remedy, subject, false, List.of(), 0);
  }

  @Override
  public RemedyDesk.Answer carryOut(Order order, boolean byHand, OptionalLong confirmed) {
    return new RemedyDesk.Answer.Held(new Decision.No("a test"));
  }

  @Override
  public Set<String> isolated(BrokerSample sample) {
    return Set.of();
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
