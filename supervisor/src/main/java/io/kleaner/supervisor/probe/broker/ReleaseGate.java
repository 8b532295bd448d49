// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import io.kleaner.core.pace.CancelToken;
import io.kleaner.core.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Keeps clients of today from a broker of 0.9 or older, which logs an exception for each of their
 * calls. One for each broker: who reads and who changes asks the same, and what was once told
 * holds.
 *
 * <p>What an operator states counts first, then what JMX or the broker's log says. Files that only
 * brokers since 0.11 write tell enough. While a source that was named has told nothing, it stays
 * shut, however long; where none was named that could tell, it is open, since to ask nobody would
 * be worse for all than an exception is for one. Thread-safe.
 */
public final class ReleaseGate {

  /** For so long a first look waits for the sources, rather than be put off. */
  static final long WAIT_MS = 5_000;

  /** Why a directory does not tell. */
  static final String NOTHING_NEW_IN_FILES =
      "its log directory holds nothing that only brokers since 0.11 write";

  private static final long POLL_NS = TimeUnit.MILLISECONDS.toNanos(50);

  private final Optional<String> stated;
  private final Supplier<Testimony> sources;
  private final Clock clock;
  private final long beganNs;

  /** The release, as it was told last. */
  private volatile Optional<String> told = Optional.empty();

  private volatile boolean newFilesSeen;

  /**
   * What the sources say of the broker's release now.
   *
   * @param version the release, if one of them says it
   * @param newFiles whether its directories hold what only brokers since 0.11 write
   * @param awaited those that were named and have told nothing, each with why: a sentence
   */
  record Testimony(Optional<String> version, boolean newFiles, List<String> awaited) {

    /** Of sources of which none can tell. */
    static final Testimony NONE = new Testimony(Optional.empty(), false, List.of());

    Testimony {
      awaited = List.copyOf(awaited);
    }
  }

  /**
   * @param stated the release by the operator's word
   */
  ReleaseGate(Optional<String> stated, Supplier<Testimony> sources, Clock clock) {
    this.stated = stated;
    this.sources = sources;
    this.clock = clock;
    this.beganNs = clock.nanoTime();
  }

  /**
   * A gate where nobody but the operator and one look at the broker's directories tells.
   *
   * @param newFiles whether they hold what only brokers since 0.11 write
   */
  public static ReleaseGate byFiles(Optional<String> stated, boolean newFiles, Clock clock) {
    Testimony testimony = new Testimony(Optional.empty(), newFiles, List.of(NOTHING_NEW_IN_FILES));
    return new ReleaseGate(stated, () -> testimony, clock);
  }

  /** The same as {@link #shutNow}; at first it waits for sources that may tell. */
  Optional<String> shut() throws InterruptedException {
    CancelToken pause = new CancelToken();
    while (true) {
      Optional<String> why = shutNow();
      boolean decided = why.isEmpty() || stated.isPresent() || told.isPresent();
      if (decided || clock.nanoTime() - beganNs >= TimeUnit.MILLISECONDS.toNanos(WAIT_MS)) {
        return why;
      }
      pause.sleep(POLL_NS);
    }
  }

  /** Why no client of today may be connected to the broker, a sentence; empty if one may be. */
  public Optional<String> shutNow() {
    Testimony now = sources.get();
    if (now.version().isPresent()) {
      told = now.version();
    }
    newFilesSeen |= now.newFiles();
    Optional<String> version = stated.isPresent() ? stated : told;
    if (version.isPresent()) {
      return tooOld(version);
    }
    if (newFilesSeen || now.awaited().isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        "which release the broker is of is not known ("
            + String.join("; ", now.awaited())
            + "), and one of 0.9 logs an exception for each call of a client of today: it is not"
            + " asked. State the release with --broker-version");
  }

  /** Why a broker of that release is not asked; empty if it may be. */
  private static Optional<String> tooOld(Optional<String> version) {
    return version
        .filter(release -> release.matches("0\\.[0-9](\\..*)?"))
        .map(
            release ->
                "the broker is Kafka "
                    + release
                    + ", which logs an exception for each call of a client of today: it is not"
                    + " asked");
  }
}
