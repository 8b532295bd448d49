// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import io.kleaner.core.pace.CancelToken;
import io.kleaner.core.time.Clock;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Keeps a client of today from a broker of 0.9 or older, which logs an exception for each of its
 * calls: where JMX is named it is waited for first, and what it once said of the release holds.
 * Without JMX nobody knows the release before asking. Not thread-safe; owned by one lookout.
 */
final class ReleaseGate {

  /** JMX that does not answer must not keep the Admin API back for ever. */
  static final long WAIT_MS = 5_000;

  private static final long POLL_NS = TimeUnit.MILLISECONDS.toNanos(50);

  private final boolean jmxNamed;
  private final Supplier<Optional<BrokerIdentity>> byJmx;
  private final Clock clock;
  private final long beganNs;
  private Optional<String> tooOld = Optional.empty();
  private boolean told;

  /**
   * @param byJmx what JMX says of the broker now, empty if nothing
   */
  ReleaseGate(boolean jmxNamed, Supplier<Optional<BrokerIdentity>> byJmx, Clock clock) {
    this.jmxNamed = jmxNamed;
    this.byJmx = byJmx;
    this.clock = clock;
    this.beganNs = clock.nanoTime();
  }

  /** Why the broker must not be asked; empty if it may be. Waits for JMX at first. */
  Optional<String> shut() throws InterruptedException {
    CancelToken pause = new CancelToken();
    while (true) {
      Optional<String> version = byJmx.get().flatMap(BrokerIdentity::version);
      if (version.isPresent()) {
        told = true;
        tooOld = tooOld(version);
      }
      boolean waits =
          jmxNamed && !told && clock.nanoTime() - beganNs < TimeUnit.MILLISECONDS.toNanos(WAIT_MS);
      if (!waits) {
        return tooOld;
      }
      pause.sleep(POLL_NS);
    }
  }

  /** Why a broker of that release is not asked; empty if it may be. */
  static Optional<String> tooOld(Optional<String> version) {
    return version
        .filter(release -> release.matches("0\\.[0-9]\\..*"))
        .map(
            release ->
                "the broker is Kafka "
                    + release
                    + ", which logs an exception for each call of a client of today: it is not"
                    + " asked");
  }
}
