// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.broker;

import java.util.Locale;
import java.util.Optional;

/** What can be done about a real broker's cleaner, and how it is decided unless someone says. */
public enum BrokerRemedy {
  /** Restarts the cleaner's threads. */
  REVIVE(Consent.AUTO, true),
  /** Keeps all cleaners away from a topic. */
  ISOLATE(Consent.ASK, true),
  /** Gives an isolated topic its settings back. */
  RELEASE(Consent.ASK, true),
  /** Raises a throttle that starves the cleaner. */
  UNSTICK(Consent.ASK, true),
  /** Gives the cleaner a larger buffer for keys. */
  RESIZE(Consent.ASK, true),
  /** Gives the cleaner more threads. */
  RESIZE_THREADS(Consent.ASK, true),
  /** Aborts a transaction that hangs; a person names the producer id, always. */
  ABORT_TRANSACTION(Consent.ASK, false);

  /** Who decides. */
  public enum Consent {
    /** Nobody: it is not done. */
    OFF,
    /** A person, each time. */
    ASK,
    /** The policy. */
    AUTO;

    /** Understands {@code off}, {@code ask} and {@code auto}. */
    public static Optional<Consent> parse(String text) {
      for (Consent each : values()) {
        if (each.name().equals(text.strip().toUpperCase(Locale.ROOT))) {
          return Optional.of(each);
        }
      }
      return Optional.empty();
    }
  }

  private final Consent byDefault;
  private final boolean mayBeAutomatic;

  BrokerRemedy(Consent byDefault, boolean mayBeAutomatic) {
    this.byDefault = byDefault;
    this.mayBeAutomatic = mayBeAutomatic;
  }

  /** Who decides if nobody said. */
  public Consent byDefault() {
    return byDefault;
  }

  /** Whether it may be done without a person at all. */
  public boolean mayBeAutomatic() {
    return mayBeAutomatic;
  }

  /** As in a setting's name: {@code revive}, {@code abort-transaction}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
