// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import io.kleaner.core.time.Clock;
import java.io.IOException;
import java.util.List;
import java.util.function.Supplier;

/**
 * A broker's cleaner threads as they are at the very moment someone asks, for hands that must not
 * act on what was so a second ago. Keeps a connection of its own, and lets go of it after any
 * failure. Thread-safe; a look waits for the broker's JVM.
 */
public final class FreshThreads implements Supplier<Seen<List<CleanerThread>>>, AutoCloseable {

  private final JmxLink link;
  private final ThreadLook threads = new ThreadLook();
  private final Clock clock;

  /** Not connected yet. */
  public FreshThreads(JmxTarget target, Clock clock) {
    this.link = new JmxLink(target);
    this.clock = clock;
  }

  /** Looks once; what cannot be seen is missing, with the reason. */
  @Override
  public synchronized Seen<List<CleanerThread>> get() {
    try {
      return Seen.known(threads.look(link.connection()), clock.nowMs());
    } catch (IOException | RuntimeException e) {
      link.close();
      threads.reset();
      return Seen.missing(Source.JMX, "JMX doesn't answer: " + e.getMessage());
    }
  }

  @Override
  public synchronized void close() {
    link.close();
  }
}
