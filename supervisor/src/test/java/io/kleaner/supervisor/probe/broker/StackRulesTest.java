// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Stacks as brokers of 0.9 to 4.3 show them. */
class StackRulesTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // 4.x waits for work
        "TIMED_WAITING | jdk.internal.misc.Unsafe.park:-2 java.util.concurrent.CountDownLatch.await:276"
            + " org.apache.kafka.server.util.ShutdownableThread.pause:122"
            + " org.apache.kafka.storage.internals.log.LogCleaner$CleanerThread.doWork:516 | IDLE",
        // 0.9 waits for work
        "TIMED_WAITING | sun.misc.Unsafe.park:-2 java.util.concurrent.CountDownLatch.await:277"
            + " kafka.log.LogCleaner$CleanerThread.cleanOrSleep:242"
            + " kafka.log.LogCleaner$CleanerThread.doWork:204 kafka.utils.ShutdownableThread.run:63 | IDLE",
        "TIMED_WAITING | java.lang.Object.wait:-2 org.apache.kafka.common.utils.SystemTime.waitObject:55"
            + " org.apache.kafka.storage.internals.utils.Throttler.maybeThrottle:104"
            + " org.apache.kafka.storage.internals.log.Cleaner.cleanInto:320 | THROTTLED",
        "TIMED_WAITING | java.lang.Thread.sleep:-2 kafka.utils.SystemTime$.sleep:40"
            + " kafka.utils.Throttler.maybeThrottle:71 kafka.log.Cleaner.cleanInto:430 | THROTTLED",
        "RUNNABLE | org.apache.kafka.storage.internals.log.SkimpyOffsetMap.hashInto:300"
            + " org.apache.kafka.storage.internals.log.Cleaner.buildOffsetMap:600 | CLEANING",
        "RUNNABLE | java.util.zip.Inflater.inflateBytesBytes:-2 kafka.log.Cleaner.cleanInto:430"
            + " kafka.log.LogCleaner$CleanerThread.doWork:204 | CLEANING",
        "RUNNABLE | org.apache.kafka.storage.internals.log.LogCleanerManager.grabFilthiestCompactedLog:250"
            + " org.apache.kafka.storage.internals.log.LogCleaner$CleanerThread.doWork:500 | CLEANING",
        "RUNNABLE | sun.nio.ch.FileDispatcherImpl.pread0:-2 sun.nio.ch.FileChannelImpl.read:800"
            + " org.apache.kafka.storage.internals.log.Cleaner.cleanInto:310 | BLOCKED_IO",
        "RUNNABLE | java.nio.MappedMemoryUtils.force0:-2 java.nio.MappedByteBuffer.force:200"
            + " org.apache.kafka.storage.internals.log.Cleaner.cleanSegments:250 | BLOCKED_IO",
        "BLOCKED | org.apache.kafka.storage.internals.log.UnifiedLog.replaceSegments:900"
            + " org.apache.kafka.storage.internals.log.Cleaner.cleanSegments:280 | BLOCKED_IO",
        "WAITING | sun.misc.Unsafe.park:-2 java.util.concurrent.locks.ReentrantLock.lock:285"
            + " kafka.log.LogCleanerManager.grabFilthiestCompactedLog:120"
            + " kafka.log.LogCleaner$CleanerThread.doWork:204 | BLOCKED_IO",
        "TIMED_WAITING | java.lang.Thread.sleep:-2 com.example.Agent.intercept:1"
            + " kafka.log.Cleaner.cleanInto:430 | UNKNOWN",
        "RUNNABLE | com.example.Agent.intercept:1 | UNKNOWN",
      })
  void classify_stack_isWhatItLooksLike(Thread.State state, String frames, StackClass expected) {
    assertThat(StackRules.classify(state, List.of(frames.split(" ")))).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"RUNNABLE", "TIMED_WAITING", "BLOCKED"})
  void classify_noStack_isUnknown(Thread.State state) {
    assertThat(StackRules.classify(state, List.of())).isEqualTo(StackClass.UNKNOWN);
  }
}
