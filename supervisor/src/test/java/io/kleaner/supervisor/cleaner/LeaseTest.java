// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cleaner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a lease allows, and until when it can be taken away. */
class LeaseTest {

  private final Puppet worker = new Puppet("cleaner-0", new HandClock());
  private final AtomicInteger commits = new AtomicInteger();

  private Lease lease() {
    return new Lease(Puppet.id("/logs", "orders", 1), worker.state(), 7);
  }

  @Test
  void pass_held_commitsOnce() throws Exception {
    lease().pass(commits::incrementAndGet);

    assertThat(commits).hasValue(1);
  }

  @Test
  void pass_revoked_isRefusedAndNothingIsCommitted() {
    Lease lease = lease();
    assertThat(lease.revoke()).isTrue();

    assertThatThrownBy(() -> lease.pass(commits::incrementAndGet))
        .isInstanceOf(LeaseRevokedException.class)
        .hasMessageContaining("cleaner-0")
        .hasMessageContaining("orders-1");
    assertThat(commits).hasValue(0);
  }

  @Test
  void revoke_whileItCommits_isTooLate() throws Exception {
    Lease lease = lease();

    lease.pass(
        () -> {
          commits.incrementAndGet();
          assertThat(lease.revoke()).isFalse();
        });

    assertThat(lease.isRevoked()).isFalse();
    assertThat(commits).hasValue(1);
  }

  @Test
  void revoke_commitFailedHalfWay_isTooLateSinceOnlyItsWorkerKnowsTheState() {
    Lease lease = lease();
    assertThatThrownBy(
            () ->
                lease.pass(
                    () -> {
                      throw new IOException("staged");
                    }))
        .hasMessage("staged");

    assertThat(lease.revoke()).isFalse();
  }

  @Test
  void revoke_afterItsCommitWasSettled_isDone() throws Exception {
    Lease lease = lease();
    lease.pass(commits::incrementAndGet);

    lease.settled();

    assertThat(lease.revoke()).isTrue();
    assertThatThrownBy(lease::require).isInstanceOf(LeaseRevokedException.class);
  }

  @Test
  void pass_aSecondTimeBeforeTheFirstIsSettled_isRefused() throws Exception {
    Lease lease = lease();
    lease.pass(commits::incrementAndGet);

    assertThatThrownBy(() -> lease.pass(commits::incrementAndGet))
        .isInstanceOf(LeaseRevokedException.class);
    assertThat(commits).hasValue(1);
  }

  @Test
  void settled_revoked_doesNotGiveItBack() {
    Lease lease = lease();
    lease.revoke();

    lease.settled();

    assertThat(lease.isRevoked()).isTrue();
  }

  @Test
  @Timeout(60)
  void passAndRevoke_atTheSameMoment_exactlyOneOfThemWins() throws Exception {
    CyclicBarrier barrier = new CyclicBarrier(2);
    int won = 0;
    for (int round = 0; round < 2_000; round++) {
      Lease lease = lease();
      AtomicInteger committed = new AtomicInteger();
      Thread passing =
          new Thread(
              () -> {
                try {
                  barrier.await();
                  lease.pass(committed::incrementAndGet);
                } catch (Exception refused) {
                  // By the revocation.
                }
              });
      passing.start();
      barrier.await();
      boolean revoked = lease.revoke();
      passing.join();
      assertThat(committed.get()).as("round " + round).isEqualTo(revoked ? 0 : 1);
      won += revoked ? 1 : 0;
    }
    assertThat(won).isBetween(0, 2_000);
  }
}
