// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RestartPolicyTest {

  private static final long WINDOW_MS = 600_000;
  private static final long STABLE_MS = 60_000;

  /** Near the end of its range, as a clock of the JVM may be. */
  private long nowNanos = Long.MAX_VALUE - 1_000_000;

  /** Jitter that is always the least, or always the most. */
  private record Jitter(boolean most) implements RandomGenerator {

    @Override
    public long nextLong() {
      return 0;
    }

    @Override
    public long nextLong(long bound) {
      return most ? bound - 1 : 0;
    }
  }

  private static RestartPolicy policy(int budget, boolean most) {
    return new RestartPolicy(
        new RestartPolicy.Limits(500, 30_000, budget, WINDOW_MS, STABLE_MS), new Jitter(most));
  }

  private void passMs(long millis) {
    nowNanos += TimeUnit.MILLISECONDS.toNanos(millis);
  }

  /** Asks what to do, and does it. */
  private Remedy dead(RestartPolicy policy, String worker) {
    Remedy remedy = policy.forDead(worker, nowNanos);
    if (remedy instanceof Remedy.Restart) {
      policy.started(worker, nowNanos);
    }
    return remedy;
  }

  /** What is waited for before a restart; it is done then. */
  private long pauseMs(RestartPolicy policy, String worker, int attempt) {
    Remedy remedy = dead(policy, worker);
    long pauseMs = 0;
    if (remedy instanceof Remedy.RecheckAfter recheck) {
      pauseMs = recheck.millis();
      passMs(pauseMs);
      remedy = dead(policy, worker);
    }
    assertThat(remedy).isEqualTo(new Remedy.Restart(attempt));
    return pauseMs;
  }

  @ParameterizedTest
  @CsvSource({
    // attempt in a row, least and longest pause before it
    "1, 0, 0",
    "2, 250, 500",
    "3, 500, 1000",
    "4, 1000, 2000",
    "5, 2000, 4000",
    "7, 8000, 16000",
    "8, 15000, 30000",
    "30, 15000, 30000",
  })
  void forDead_attemptsInARow_pausesFollowTheTable(int attempt, long leastMs, long mostMs) {
    for (boolean most : new boolean[] {false, true}) {
      RestartPolicy policy = policy(1_000, most);
      for (int before = 1; before < attempt; before++) {
        pauseMs(policy, "cleaner-0", before);
      }
      assertThat(pauseMs(policy, "cleaner-0", attempt)).isEqualTo(most ? mostMs : leastMs);
    }
  }

  @ParameterizedTest
  @CsvSource({
    // lived for, attempt that its next restart is
    "0, 3",
    "59999, 3",
    "60000, 1",
    "3600000, 1",
  })
  void forDead_livedForAWhileSince_beginsAnewOnceItIsStable(long livedMs, int attempt) {
    RestartPolicy policy = policy(1_000, true);
    pauseMs(policy, "cleaner-0", 1);
    pauseMs(policy, "cleaner-0", 2);

    passMs(livedMs);

    assertThat(policy.isStable("cleaner-0", nowNanos)).isEqualTo(attempt == 1);
    pauseMs(policy, "cleaner-0", attempt);
  }

  @Test
  void forDead_askedAgainMeanwhile_pauseGoesOnAndIsNotBegunAnew() {
    RestartPolicy policy = policy(1_000, true);
    pauseMs(policy, "cleaner-0", 1);
    assertThat(dead(policy, "cleaner-0")).isEqualTo(new Remedy.RecheckAfter(500));

    passMs(400);

    assertThat(dead(policy, "cleaner-0")).isEqualTo(new Remedy.RecheckAfter(100));
    assertThat(policy.attempts("cleaner-0")).isEqualTo(2);
  }

  @Test
  void forDead_twoWorkers_haveTheirOwnPausesAndOneBudget() {
    RestartPolicy policy = policy(2, true);

    assertThat(dead(policy, "cleaner-0")).isEqualTo(new Remedy.Restart(1));
    assertThat(dead(policy, "cleaner-1")).isEqualTo(new Remedy.Restart(1));

    assertThat(dead(policy, "scout-0"))
        .isInstanceOfSatisfying(
            Remedy.Escalate.class,
            escalate ->
                assertThat(escalate.reason())
                    .contains("2 restarts in 600 s", "scout-0 stays dead", "in 600 s"));
  }

  @Test
  void forDead_budgetIsSpent_goesOnOnceTheWindowHasMoved() {
    RestartPolicy policy = policy(1, true);
    pauseMs(policy, "cleaner-0", 1);
    assertThat(dead(policy, "cleaner-0")).isInstanceOf(Remedy.Escalate.class);

    passMs(WINDOW_MS - 1);
    assertThat(dead(policy, "cleaner-0")).isInstanceOf(Remedy.Escalate.class);
    passMs(1);

    assertThat(dead(policy, "cleaner-0")).isEqualTo(new Remedy.Restart(2));
  }

  @Test
  void notStarted_againAndAgain_costsNothingOfTheBudgetAndIsTheSameDeath() {
    RestartPolicy policy = policy(2, true);
    for (int i = 0; i < 5; i++) {
      assertThat(policy.forDead("cleaner-0", nowNanos)).isEqualTo(new Remedy.Restart(1));
      policy.notStarted("cleaner-0", nowNanos);
      assertThat(policy.forDead("cleaner-0", nowNanos))
          .isEqualTo(new Remedy.RecheckAfter(500L << i));
      passMs(500L << i);
    }

    assertThat(dead(policy, "cleaner-0")).isEqualTo(new Remedy.Restart(1));
    assertThat(dead(policy, "cleaner-1")).isEqualTo(new Remedy.Restart(1));
    assertThat(dead(policy, "cleaner-2")).isInstanceOf(Remedy.Escalate.class);
  }
}
