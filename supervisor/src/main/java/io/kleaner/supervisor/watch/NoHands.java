// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import io.kleaner.supervisor.probe.broker.BrokerIdentity;
import io.kleaner.supervisor.probe.broker.BrokerSample;
import io.kleaner.supervisor.remedy.broker.AbandonedOverrides;
import io.kleaner.supervisor.remedy.broker.BrokerRemedy;
import io.kleaner.supervisor.remedy.broker.OverrideReader;
import io.kleaner.supervisor.remedy.broker.Overrides.Restored;
import io.kleaner.supervisor.remedy.broker.RemedyDesk;
import io.kleaner.supervisor.remedy.broker.RemedyPolicy.Decision;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** Hands that do nothing, and say why; what earlier runs left they only tell. Thread-safe. */
final class NoHands implements BrokerHands {

  private final String unable;
  private final OverrideReader journal;
  private final AbandonedOverrides abandoned;
  private volatile Optional<String> cluster = Optional.empty();
  private volatile boolean leftovers;
  private volatile Optional<String> loss = Optional.empty();

  /**
   * @param unable why, a sentence
   * @param journal what hands that do something wrote down
   * @param abandoned what other commands did
   */
  NoHands(String unable, OverrideReader journal, AbandonedOverrides abandoned) {
    this.unable = unable;
    this.journal = journal;
    this.abandoned = abandoned;
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
    return new Decision.No(unable);
  }

  @Override
  public RemedyDesk.Answer carryOut(Order order, boolean byHand, OptionalLong confirmed) {
    return new RemedyDesk.Answer.Held(new Decision.No(unable));
  }

  @Override
  public Set<String> isolated(BrokerSample sample) {
    cluster = sample.broker().get().flatMap(BrokerIdentity::clusterId);
    return new IsolatedTopics().at(sample);
  }

  @Override
  public boolean hasLeftovers() {
    return leftovers;
  }

  @Override
  public List<Restored> recover() {
    List<Restored> left = new ArrayList<>(abandoned.told(cluster, unable));
    try {
      left.addAll(journal.left(cluster, unable));
      loss = journal.loss();
    } catch (IOException e) {
      loss = Optional.of("the journal of overrides cannot be read: " + e.getMessage());
    }
    leftovers = !left.isEmpty();
    return left;
  }

  @Override
  public void close() {}
}
