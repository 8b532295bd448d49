// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.judge.broker.Broker;
import io.kleaner.supervisor.service.Chronicle;

/** The rounds over a broker that samples show, of which a look through segments finds nothing. */
final class SteppedRounds {

  private SteppedRounds() {}

  static WatchRounds of(
      Clock clock, Broker broker, BrokerHands hands, HandsThread thread, Chronicle chronicle) {
    return of(clock, broker, hands, thread, new HandsThread("scans"), chronicle);
  }

  /**
   * @param scans where segments are looked through
   */
  static WatchRounds of(
      Clock clock,
      Broker broker,
      BrokerHands hands,
      HandsThread thread,
      HandsThread scans,
      Chronicle chronicle) {
    return new WatchRounds(
        clock,
        broker::sample,
        broker.judge(),
        hands,
        thread,
        new CulpritSearch(
            scans, (judgement, partition) -> new CulpritSearch.Finding("nothing", true), chronicle),
        chronicle);
  }
}
