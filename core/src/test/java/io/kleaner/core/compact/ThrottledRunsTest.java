// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.oracle.ScriptedLog;
import io.kleaner.core.pace.CancelToken;
import io.kleaner.core.pace.Throttle;
import io.kleaner.core.time.Clock;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The rate holds over all cleans of a run, however small each is. */
class ThrottledRunsTest {

  @TempDir private Path temp;
  private final AtomicLong nanos = new AtomicLong();
  private final Throttle throttle = new Throttle(new HandClock(), 1);

  @Test
  void run_smallPartitionAfterAnother_waitsForWhatTheFirstMoved() throws Exception {
    CancelToken token = new CancelToken();
    assertThat(clean("first", token)).isInstanceOf(CompactionOutcome.Compacted.class);

    ExecutorService worker = Executors.newSingleThreadExecutor();
    try {
      Future<CompactionOutcome> second = worker.submit(() -> clean("second", token));
      while (!token.hasSleepers() && !second.isDone()) {
        Thread.onSpinWait();
      }
      assertThat(second).isNotDone();
      nanos.addAndGet(TimeUnit.DAYS.toNanos(1));

      assertThat(second.get(1, TimeUnit.MINUTES)).isInstanceOf(CompactionOutcome.Compacted.class);
    } finally {
      worker.shutdownNow();
    }
  }

  private CompactionOutcome clean(String name, CancelToken token) throws IOException {
    Path logDir = temp.resolve(name);
    try (ScriptedLog log = ScriptedLog.in(logDir, Map.of())) {
      log.put("a", "1").roll().put("a", "2").roll().put("c", "1");
    }
    return Cleaning.at(ScriptedLog.TIME_MS)
        .throttle(throttle)
        .token(token)
        .run(ScriptedLog.partition(logDir))
        .outcome()
        .orElseThrow();
  }

  /** Stands still until it is moved. */
  private final class HandClock implements Clock {
    @Override
    public long nowMs() {
      return ScriptedLog.TIME_MS;
    }

    @Override
    public long nanoTime() {
      return nanos.get();
    }
  }
}
