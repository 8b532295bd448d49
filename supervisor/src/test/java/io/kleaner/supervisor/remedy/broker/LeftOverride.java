// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.broker;

import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.broker.BrokerJvm;
import io.kleaner.supervisor.remedy.broker.ConfigOverride.Purpose;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** A setting of a broker that a run set, journalled and did not live to take back. */
public final class LeftOverride {

  private static final String TEXT = "1";
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final BrokerJvm broker;
  private final ConfigTarget target;

  private LeftOverride(BrokerJvm broker) {
    this.broker = broker;
    this.target = ConfigTarget.broker(broker.spec().nodeId());
  }

  /**
   * Sets it on the broker as the lever does, and lets go of everything.
   *
   * @param state the state directory of the run
   */
  public static LeftOverride leave(BrokerJvm broker, Path state) throws IOException {
    LeftOverride left = new LeftOverride(broker);
    try (OverrideJournal journal = journal(state);
        BrokerConnection connection = BrokerConnection.open(broker.bootstrap(), Map.of())) {
      new Overrides(connection.settings(), journal, Clock.system())
          .set(left.target, Map.of(LeverRules.THREADS, TEXT), Purpose.REVIVE);
    }
    return left;
  }

  private static OverrideJournal journal(Path state) throws IOException {
    return OverrideJournal.open(new LocalFileSystem(), state, "overrides");
  }

  /** Whether the broker has it now. */
  public boolean isSet() throws IOException {
    try (BrokerConnection connection = BrokerConnection.open(broker.bootstrap(), Map.of())) {
      return connection.settings().read(target, LeverRules.THREADS).own().isPresent();
    }
  }

  /**
   * Returns as soon as the broker has it, as in the middle of a remedy that was called for; false
   * if that is over and it was not met: it is there for a tenth of a second.
   */
  public boolean awaitSet(BooleanSupplier over) throws IOException {
    long endNs = System.nanoTime() + PATIENCE.toNanos();
    try (BrokerConnection connection = BrokerConnection.open(broker.bootstrap(), Map.of())) {
      ConfigAccess settings = connection.settings();
      while (settings.read(target, LeverRules.THREADS).own().isEmpty()) {
        if (over.getAsBoolean()) {
          return false;
        }
        if (System.nanoTime() > endNs) {
          throw new IOException(LeverRules.THREADS + " was not set in time");
        }
      }
    }
    return true;
  }

  /**
   * Whether the run whose state directory it was did not live to see the effect of something that
   * it set.
   */
  public static boolean isUnverified(Path state) throws IOException {
    return OverrideJournal.glance(new LocalFileSystem(), state, "overrides").open().stream()
        .anyMatch(ConfigOverride::unverified);
  }

  /** Whether a state directory that nobody uses knows of something to take back. */
  public static boolean isOpen(Path state) throws IOException {
    try (OverrideJournal journal = journal(state)) {
      return !journal.open().isEmpty();
    }
  }
}
