// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.supervisor.broker.BrokerJvm;
import io.kleaner.supervisor.broker.BrokerSpec;
import io.kleaner.supervisor.broker.KafkaVersion;
import io.kleaner.supervisor.broker.KeyedWriter;
import io.kleaner.supervisor.broker.TestTopics;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What it costs to watch a broker with many partitions by all sources: processor time of ours. */
@Tag("brokers")
@Tag("soak")
class WatchingCostTest {

  private static final int TOPICS = 100;
  private static final int PARTITIONS = 20;
  private static final long SECONDS = 60;

  @TempDir Path home;

  @Test
  void watch_twoThousandPartitions_takesLittle() throws Exception {
    try (BrokerJvm broker =
        BrokerJvm.format(
            home.resolve("broker"), BrokerSpec.of(KafkaVersion.V4_3_1).heapMib(1024))) {
      broker.start();
      new TestTopics(broker.bootstrap()).createManyCompacted(TOPICS, PARTITIONS);
      try (Watching watching = Watching.all(broker);
          KeyedWriter writer = new KeyedWriter(broker.bootstrap())) {
        watching.await(
            sample ->
                sample.partitions().size() >= TOPICS * PARTITIONS
                    && sample.partitions().values().stream()
                        .allMatch(each -> each.files() instanceof Seen.Known));
        // The first look of everything, and of what was just made, is over.
        TimeUnit.SECONDS.sleep(30);
        long before = cpuNanos();
        for (int second = 0; second < SECONDS; second++) {
          for (int topic = 0; topic < 10; topic++) {
            writer.write("topic-" + topic, 20, 10);
          }
          watching.probes().sample();
          TimeUnit.SECONDS.sleep(1);
        }
        double share = (cpuNanos() - before) / (SECONDS * 1e9);
        System.gc();
        long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        System.out.printf(
            "%d partitions: %.2f %% of a core, %d requests a minute, %d MiB of heap in use%n",
            TOPICS * PARTITIONS, share * 100, watching.probes().requestsPerMinute(), heap >> 20);
        assertThat(share).isLessThan(0.02);
        assertThat(watching.probes().requestsPerMinute())
            .isLessThan(AdminProbe.MAX_REQUESTS_PER_MINUTE);
      }
    }
  }

  /** Of our probes' threads and the Admin client's; not of the writer's. */
  private static long cpuNanos() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long nanos = 0;
    for (ThreadInfo info : threads.getThreadInfo(threads.getAllThreadIds())) {
      if (info != null
          && (info.getThreadName().startsWith("kleaner-probe-")
              || info.getThreadName().contains("admin-client-thread"))) {
        nanos += Math.max(0, threads.getThreadCpuTime(info.getThreadId()));
      }
    }
    return nanos;
  }
}
