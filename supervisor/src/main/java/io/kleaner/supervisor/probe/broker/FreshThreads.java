// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import io.kleaner.core.time.Clock;
import java.io.IOException;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * A broker's cleaner threads, and its heap, as they are at the very moment someone asks, for hands
 * that must not act on what was so a second ago. Keeps a connection of its own, and lets go of it
 * after any failure. Thread-safe; a look waits for the broker's JVM.
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

  /** The greatest heap of the broker's JVM, in bytes; empty if it cannot be seen now. */
  public synchronized OptionalLong maxHeapBytes() {
    try {
      return JmxProbe.maxHeapBytes(link.connection());
    } catch (IOException | RuntimeException e) {
      link.close();
      threads.reset();
      return OptionalLong.empty();
    }
  }

  @Override
  public synchronized void close() {
    link.close();
  }
}
