// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import java.util.List;

/**
 * One of a broker's cleaner threads as JMX shows it.
 *
 * @param name such as {@code kafka-log-cleaner-thread-0}
 * @param id the JVM's number for it, never used twice: another id is another thread
 * @param javaState what the JVM says
 * @param stack what its stack says that it is at
 * @param frames its stack, the innermost first, {@code class.method:line} each
 * @param cpuNanos processor time it used so far, in nanoseconds; -1 if the JVM doesn't tell
 */
public record CleanerThread(
    String name,
    long id,
    Thread.State javaState,
    StackClass stack,
    List<String> frames,
    long cpuNanos) {

  /** Keeps its own copy. */
  public CleanerThread {
    frames = List.copyOf(frames);
  }
}
