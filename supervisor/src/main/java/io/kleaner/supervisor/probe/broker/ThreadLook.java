// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.management.MBeanServerConnection;

/**
 * Finds a broker's cleaner threads. Names are asked for only of threads that were not there before,
 * stacks only of the cleaner's, so that a look is cheap for the broker. Not thread-safe.
 */
final class ThreadLook {

  private static final String PREFIX = "kafka-log-cleaner-thread-";
  private static final int MAX_FRAMES = 64;

  private MBeanServerConnection connected;
  private ThreadMXBean threads;
  private Set<Long> known = new HashSet<>();
  private final Set<Long> cleaners = new HashSet<>();

  /** Forgets what it knew: another JVM has other threads. */
  void reset() {
    known = new HashSet<>();
    cleaners.clear();
  }

  @SuppressWarnings("ReferenceEquality") // another connection is another object
  List<CleanerThread> look(MBeanServerConnection connection) throws IOException {
    if (connection != connected) {
      // Kept, since making one asks the broker what it is.
      threads =
          ManagementFactory.newPlatformMXBeanProxy(
              connection, ManagementFactory.THREAD_MXBEAN_NAME, ThreadMXBean.class);
      connected = connection;
    }
    long[] ids = threads.getAllThreadIds();
    long[] unknown = Arrays.stream(ids).filter(id -> !known.contains(id)).toArray();
    if (unknown.length > 0) {
      for (ThreadInfo info : threads.getThreadInfo(unknown, 0)) {
        if (info != null && info.getThreadName().startsWith(PREFIX)) {
          cleaners.add(info.getThreadId());
        }
      }
    }
    known = new HashSet<>();
    Arrays.stream(ids).forEach(known::add);
    cleaners.retainAll(known);
    if (cleaners.isEmpty()) {
      return List.of();
    }
    return stacks();
  }

  private List<CleanerThread> stacks() {
    long[] ids = cleaners.stream().mapToLong(Long::longValue).sorted().toArray();
    List<CleanerThread> found = new ArrayList<>();
    for (ThreadInfo info : threads.getThreadInfo(ids, MAX_FRAMES)) {
      if (info != null && info.getThreadState() != Thread.State.TERMINATED) {
        List<String> frames = Arrays.stream(info.getStackTrace()).map(ThreadLook::frame).toList();
        found.add(
            new CleanerThread(
                info.getThreadName(),
                info.getThreadId(),
                info.getThreadState(),
                StackRules.classify(info.getThreadState(), frames),
                frames,
                cpuNanos(info.getThreadId())));
      }
    }
    return found;
  }

  private static String frame(StackTraceElement element) {
    return element.getClassName() + "." + element.getMethodName() + ":" + element.getLineNumber();
  }

  private long cpuNanos(long id) {
    try {
      return threads.getThreadCpuTime(id);
    } catch (UnsupportedOperationException e) {
      return -1;
    }
  }
}
