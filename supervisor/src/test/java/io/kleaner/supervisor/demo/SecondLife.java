// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.demo;

import io.kleaner.supervisor.broker.BrokerLog;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;

/**
 * Takes down when a dead cleaner comes back and when it dies again, by its broker's own log,
 * whatever a demonstration is at meanwhile.
 */
final class SecondLife implements Callable<Boolean> {

  static final String REVIVED = "cleaner revived";
  static final String DEAD_AGAIN = "cleaner dead again";

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final BrokerLog log;
  private final int from;
  private final Stage stage;
  private int deaths;

  private SecondLife(BrokerLog log, int from, Stage stage) {
    this.log = log;
    this.from = from;
    this.stage = stage;
  }

  /**
   * Looks from now on; what comes of it is whether both were seen.
   *
   * @param from the line of the log that the first death comes after
   */
  static Future<Boolean> watch(BrokerLog log, int from, Stage stage) {
    FutureTask<Boolean> task = new FutureTask<>(new SecondLife(log, from, stage));
    Thread thread = new Thread(task, "second-life");
    thread.setDaemon(true);
    thread.start();
    return task;
  }

  /** Whether a line tells of a cleaner's death. */
  static boolean isDeath(String line) {
    return line.contains("OutOfMemoryError");
  }

  @Override
  public Boolean call() throws InterruptedException {
    Optional<String> starts =
        log.await(
            from,
            line -> line.contains("kafka-log-cleaner-thread-") && line.contains("Starting"),
            PATIENCE);
    starts.ifPresent(line -> stage.moment(REVIVED));
    Optional<String> dies = log.await(from, this::isSecondDeath, PATIENCE);
    dies.ifPresent(line -> stage.moment(DEAD_AGAIN));
    return starts.isPresent() && dies.isPresent();
  }

  private boolean isSecondDeath(String line) {
    deaths += isDeath(line) ? 1 : 0;
    return deaths == 2;
  }
}
